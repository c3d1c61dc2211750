"""The parser: a process without keys that parses one definition, answers, and ends.

The keeper starts one for each file. A file that makes a parser work without end, or take all the memory
there is, then ends this process, and neither the record nor anybody's turn to write.
"""

import os
import signal
import socket
from multiprocessing.connection import Connection

from clinic_toolkit.cli import definition_pipe
from clinic_toolkit.cli.process_limits import end_with_parent, exit_after, limit_resources, protect_memory

# What it says to the keeper before it reads: the system holds it to its limits, or the keeper has to.
LIMITED, WATCHED = b"limited", b"watched"
EXIT_DONE, EXIT_BROKEN, EXIT_TOO_LARGE = 0, 1, 3
MIB = 2**20


def run_parser(definition_socket: socket.socket, pipe: "Connection[object, object]") -> None:
    """The whole life of a parser process; it does not return.

    Args:
        definition_socket: its end of the definition pipe.
        pipe: where the keeper is told that reading begins.
    """
    protect_memory()
    end_with_parent()
    _silence_output()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    code = EXIT_BROKEN
    try:
        from clinic_toolkit.instruments import parser_protocol

        parser_protocol.prepare_parser()
        # Should the keeper be gone, nobody else would end it.
        exit_after(parser_protocol.MAX_SECONDS + 1)
        limited = limit_resources(
            memory=parser_protocol.MAX_MEMORY_MB * MIB, seconds=parser_protocol.MAX_SECONDS
        )
        pipe.send_bytes(LIMITED if limited else WATCHED)
        definition_pipe.send_reply(
            definition_socket,
            parser_protocol.handle_request(
                definition_pipe.receive_message(
                    definition_socket, max_bytes=parser_protocol.MAX_REQUEST_BYTES
                )
            ),
        )
        code = EXIT_DONE
    except MemoryError:
        code = EXIT_TOO_LARGE
    finally:
        # Whatever else went wrong: a traceback may quote the file, so nobody prints it.
        os._exit(code)


def _silence_output() -> None:
    # What a library prints when it fails may quote the file; the keeper tells how this process ended.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)
