"""After a secret was replaced: the old way in leaves the disk before the page says that it is done.

SQLite keeps what was there before in its log until that is folded into the file. Until then an old
passphrase or sheet would still open what a thief of the folder finds there.
"""

import logging

from flask import Response, after_this_request

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.store import folder, rescued
from clinic_toolkit.store.engine import clear_out
from clinic_toolkit.web import context, responses

log = logging.getLogger("clinic")

DONE = 303


def copies_left() -> list[str]:
    """The names of rescued copies of the store, which the old secret still opens."""
    return [copy.name for copy in rescued.kept(folder.database(context.settings().data_folder))]


def removed(then: str, *, otherwise: str, told: str | None = None) -> Response:
    """Go on to `then`, once the old way in is in no file any more.

    Args:
        told: where to go instead if a rescued copy has to stay; that page names it.
        otherwise: where to go if the log could not be emptied now; it is emptied when the keys are put
            away, at the latest.
    """
    engine = context.unit().engine

    # Run after the commit of this request, and before its answer leaves.
    @after_this_request
    def fold(answer: Response) -> Response:
        if answer.status_code == DONE:
            if not _folded():
                answer.headers["Location"] = otherwise
            elif told and copies_left():
                answer.headers["Location"] = told
        return answer

    def _folded() -> bool:
        try:
            return clear_out(engine)
        except ClinicError:
            log.exception("checkpoint.failed")
            return False

    return responses.see(then)
