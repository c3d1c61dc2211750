"""A worker process as the keeper sees it, and the signature of what it runs."""

import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing import connection
from multiprocessing.context import SpawnProcess

from clinic_toolkit.cli import definition_pipe, ticket_pipe
from clinic_toolkit.cli.parser_process import ParserProcess
from clinic_toolkit.settings import Settings


@dataclass(kw_only=True)
class WorkerProcess:
    """A worker process with its pipes and its state; `started` is in seconds of the monotonic clock."""

    process: SpawnProcess
    pipe: "connection.Connection[object, object]"
    definition_sockets: definition_pipe.SocketPair
    parser: ParserProcess | None = None
    started: float = field(default_factory=time.monotonic)
    warm: bool = False
    answered: bool = False
    ending: bool = False


WorkerTarget = Callable[
    [
        Settings,
        tuple[socket.socket, ...],
        "connection.Connection[object, object]",
        bytes,
        ticket_pipe.SocketPair,
        definition_pipe.SocketPair,
    ],
    None,
]
