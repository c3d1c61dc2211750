"""After a secret was replaced, or a client erased: remove what is gone from the disk before the page says so.

SQLite keeps overwritten rows in its write-ahead log until a checkpoint. Until then the old passphrase or
recovery sheet would still open a stolen copy of the folder, and the passphrase what was erased. Rescued
copies and what a restore has put aside may hold something that is nowhere else, so a page only names them.
"""

import logging
from pathlib import Path

from flask import Response, after_this_request

from clinic_toolkit.backup import backup_run
from clinic_toolkit.errors import ClinicError
from clinic_toolkit.store import folder, old_copies
from clinic_toolkit.store.transactions import store_of
from clinic_toolkit.web import context
from clinic_toolkit.web.transport import responses

log = logging.getLogger("clinic")

REDIRECT_STATUS = 303


def list_old_copies() -> list[str]:
    """Names of the copies of the store in the data folder that may hold what was replaced or erased since.

    They are rescued copies, and what a restore has put aside.
    """
    return _list_copies(context.settings().data_folder)


def redirect_once_purged(target: str, *, if_not_purged: str, if_copies_left: str | None = None) -> Response:
    """Redirect to `target` once the log and interrupted copies hold nothing that was replaced or erased.

    Args:
        if_copies_left: path to redirect to if there are copies that only the clinician may delete, as
            `list_old_copies` finds them; that page names them.
        if_not_purged: path to redirect to if the log could not be emptied now. It is emptied at the next
            lock, at the latest.
    """
    engine, data_folder = context.unit_of_work().engine, context.settings().data_folder
    # Before the commit, so that the next start does it, should this process be killed after it.
    store_of(engine).schedule_purge()

    # Runs after the commit of this request and before its response is sent.
    @after_this_request
    def fold(answer: Response) -> Response:
        if answer.status_code == REDIRECT_STATUS:
            if not _folded():
                answer.headers["Location"] = if_not_purged
            elif if_copies_left and _list_copies(data_folder):
                answer.headers["Location"] = if_copies_left
        return answer

    def _folded() -> bool:
        try:
            # Both are tried.
            is_clear = backup_run.remove_interrupted_copies(data_folder)
            return store_of(engine).purge_copies() and is_clear
        except ClinicError:
            log.exception("checkpoint.failed")
            return False

    return responses.redirect_to(target)


def _list_copies(data_folder: Path) -> list[str]:
    return [copy.name for copy in old_copies.list_old_copies(folder.database_path(data_folder))]
