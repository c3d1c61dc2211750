"""Which sessions a page shows of many: the newest, or those of one year."""

from collections import Counter
from collections.abc import Sequence

from flask import request
from msgspec import Struct

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people.therapy_session_record import TherapySession
from clinic_toolkit.web.forms import fields

YEAR_PARAM = "year"
# With more than these, a page offers the years instead of all sessions at once.
MANY_SESSIONS = 60


class SessionChoice(Struct, frozen=True, kw_only=True):
    """The sessions to show, newest first; of one `year`, or else the newest.

    `years` are those that are offered, latest first, each with its number of sessions; none if there are so
    few sessions that one link shows all `total`.
    """

    shown: Sequence[RecordVersion[TherapySession]]
    year: int | None
    years: tuple[tuple[int, int], ...]
    total: int

    @property
    def is_cut(self) -> bool:
        """Whether there are more than are shown."""
        return self.total > len(self.shown)


def choose_sessions(sessions: Sequence[RecordVersion[TherapySession]], *, limit: int) -> SessionChoice:
    """Choose the sessions of the year in the URL, or the newest ones.

    Args:
        sessions: every session, newest first.
        limit: how many to show if no year is asked for.
    """
    counts = Counter(session.payload.on.year for session in sessions)
    year = fields.parse_whole_number(request.args.get(YEAR_PARAM))
    shown = (
        [session for session in sessions if session.payload.on.year == year]
        if year in counts
        else sessions[:limit]
    )
    return SessionChoice(
        shown=shown,
        year=year if year in counts else None,
        years=tuple(sorted(counts.items(), reverse=True)) if len(sessions) > MANY_SESSIONS else (),
        total=len(sessions),
    )
