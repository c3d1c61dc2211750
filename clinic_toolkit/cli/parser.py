"""The parser: a process without keys that parses one definition, answers, and ends.

The keeper starts one for each file. A file that makes a parser work without end, or take all the memory
there is, then ends this process, and neither the record nor anybody's turn to write.
"""

import os
import signal
import socket
from multiprocessing.connection import Connection

from clinic_toolkit.cli import definition_pipe
from clinic_toolkit.cli.memory import end_after, end_with_the_parent, guard_memory, limit_use

# What it says to the keeper before it reads: the system holds it to its limits, or the keeper has to.
LIMITED, WATCHED = b"limited", b"watched"
DONE, BROKEN, TOO_LARGE = 0, 1, 3
MIB = 2**20


def run(end: socket.socket, pipe: "Connection[object, object]") -> None:
    """The whole life of a parser process; it does not return.

    Args:
        end: its end of the definition pipe.
        pipe: where the keeper is told that reading begins.
    """
    guard_memory()
    end_with_the_parent()
    _say_nothing()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    code = BROKEN
    try:
        from clinic_toolkit.instruments import parsing

        parsing.get_ready()
        # Should the keeper be gone, nobody else would end it.
        end_after(parsing.SECONDS + 1)
        limited = limit_use(memory=parsing.MEGABYTES * MIB, seconds=parsing.SECONDS)
        pipe.send_bytes(LIMITED if limited else WATCHED)
        definition_pipe.answer(
            end, parsing.answered(definition_pipe.receive(end, most=parsing.LONGEST_ASKED))
        )
        code = DONE
    except MemoryError:
        code = TOO_LARGE
    finally:
        # Whatever else went wrong: a traceback may quote the file, so nobody prints it.
        os._exit(code)


def _say_nothing() -> None:
    # What a library prints when it fails may quote the file; the keeper tells how this process ended.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)
