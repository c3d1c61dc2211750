"""After a secret was replaced: the old way in leaves the disk before the page says that it is done.

SQLite keeps what was there before in its log until that is folded into the file. Until then an old
passphrase or sheet would still open what a thief of the folder finds there.
"""

import logging

from flask import Response, after_this_request

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.store.engine import clear_out
from clinic_toolkit.web import context, responses

log = logging.getLogger("clinic")

DONE = 303


def removed(then: str, *, otherwise: str) -> Response:
    """Go on to `then`, once the old way in is in no file any more.

    Args:
        otherwise: where to go if the log could not be emptied now; it is emptied when the keys are put
            away, at the latest.
    """
    engine = context.unit().engine

    # Run after the commit of this request, and before its answer leaves.
    @after_this_request
    def fold(answer: Response) -> Response:
        if answer.status_code == DONE and not _folded():
            answer.headers["Location"] = otherwise
        return answer

    def _folded() -> bool:
        try:
            return clear_out(engine)
        except ClinicError:
            log.exception("checkpoint.failed")
            return False

    return responses.see(then)
