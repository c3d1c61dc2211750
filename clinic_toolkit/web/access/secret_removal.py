"""After a secret was replaced: the old way in leaves the disk before the page says that it is done.

SQLite keeps what was there before in its log until that is folded into the file. Until then an old
passphrase or sheet would still open what a thief of the folder finds there.
"""

import logging

from flask import Response, after_this_request

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.store import folder, rescue_copies
from clinic_toolkit.store.engine import purge_log_copies
from clinic_toolkit.web import context
from clinic_toolkit.web.transport import responses

log = logging.getLogger("clinic")

REDIRECT_STATUS = 303


def list_rescued_copies() -> list[str]:
    """The names of rescued copies of the store, which the old secret still opens."""
    return [
        copy.name for copy in rescue_copies.list_copies(folder.database_path(context.settings().data_folder))
    ]


def redirect_once_purged(target: str, *, if_not_purged: str, if_copies_left: str | None = None) -> Response:
    """Go on to `target`, once the old way in is in no file any more.

    Args:
        if_copies_left: where to go instead if a rescued copy has to stay; that page names it.
        if_not_purged: where to go if the log could not be emptied now; it is emptied when the keys are put
            away, at the latest.
    """
    engine = context.unit_of_work().engine

    # Run after the commit of this request, and before its answer leaves.
    @after_this_request
    def fold(answer: Response) -> Response:
        if answer.status_code == REDIRECT_STATUS:
            if not _folded():
                answer.headers["Location"] = if_not_purged
            elif if_copies_left and list_rescued_copies():
                answer.headers["Location"] = if_copies_left
        return answer

    def _folded() -> bool:
        try:
            return purge_log_copies(engine)
        except ClinicError:
            log.exception("checkpoint.failed")
            return False

    return responses.redirect_to(target)
