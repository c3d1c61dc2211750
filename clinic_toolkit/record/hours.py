"""An hour in words: its facts, and its printed summary."""

from sqlalchemy import Connection

from clinic_toolkit.record import cases, clients, handouts, notes, results, sessions
from clinic_toolkit.record.kept import HURT, Kept
from clinic_toolkit.record.practice import Practice, letterhead
from clinic_toolkit.record.sessions import TherapySession
from clinic_toolkit.record.summaries import HourFacts, SessionSummary
from clinic_toolkit.vault.vault import Vault

UNREADABLE = "The facts of this hour cannot be read; the day is that of the note."


def hour_facts(db: Connection, vault: Vault, hour: Kept[TherapySession]) -> HourFacts:
    """The facts of an hour in words, as pages and paper show them."""
    body = hour.body
    hurt = hour.state == HURT
    case = cases.get(db, vault, body.case_id)
    names = {id: clients.get(db, vault, id).body.name for id in case.body.client_ids}
    # Of an hour to come, or one that nobody came to, it would not be true that someone was there.
    present = [names[id] for id in body.present_ids if id in names and body.took_place]
    if body.others_present:
        present.append(body.others_present)
    place = sessions.SETTINGS[body.setting] + (f": {body.place}" if body.place else "")
    return HourFacts(
        who=" and ".join(names.values()),
        kind="Hour" if hurt else sessions.KINDS[body.kind],
        on=body.on,
        start=body.start,
        end=body.end,
        place="" if hurt else place + (f" (call back: {body.call_back})" if body.call_back else ""),
        attendance=UNREADABLE if hurt else sessions.attendance_of(body),
        present=", ".join(present),
    )


def session_summary_of(
    db: Connection, vault: Vault, settings: Practice, hour: Kept[TherapySession]
) -> SessionSummary:
    """The clinician's printed summary of an hour.

    A couple's summary holds no questionnaire: each partner's answers are that partner's own.
    """
    given = results.of_hour(db, vault, hour)
    note = notes.of_session(db, vault, hour)
    return SessionSummary(
        letterhead=letterhead(settings),
        hour=hour_facts(db, vault, hour),
        results=tuple(results.result_of(db, vault, kept) for kept in given),
        worksheets=tuple(
            kept.body.title
            for kept in handouts.of_session(db, vault, results.alone(db, vault, hour), hour.id)
        ),
        note_state={"draft": "Note: draft, not signed", "final": "Note: signed"}[note.state]
        if note
        else "No note yet",
    )
