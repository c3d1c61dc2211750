"""A note in words: what it may begin with, and how it reads on paper and as plain text."""

from contextlib import suppress
from uuid import UUID

from sqlalchemy import Connection

from clinic_toolkit.instruments.standing import status_line
from clinic_toolkit.psychometrics import wording
from clinic_toolkit.record import (
    administrations,
    handouts,
    hours,
    hurt,
    notes,
    results,
    risk_entries,
    rows,
    spoken,
)
from clinic_toolkit.record.administrations import Administration
from clinic_toolkit.record.days import written
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.record.practice import Practice, letterhead
from clinic_toolkit.record.sessions import TherapySession
from clinic_toolkit.record.summaries import STATUS_LINE, HourFacts, NotePage, NoteSection, Result
from clinic_toolkit.vault.vault import Vault


def prefilled(db: Connection, vault: Vault, hour: Kept[TherapySession]) -> list[notes.Part]:
    """The blocks a note of this hour may begin with, each marked with where it came from.

    What the client said and risk entries are offered among them, and stay out until they are ticked.

    Without a questionnaire and without a worksheet there is none, so that no trace of a form stands
    in a note that has nothing to do with one.
    """
    parts = []
    for kept in results.of_hour(db, vault, hour):
        if kept.state not in ("completed", "stopped"):
            continue
        with suppress(administrations.DefinitionLost):
            result = results.result_of(db, vault, kept)
            parts.append(_questionnaire(kept, result))
            parts += _said(kept, result)
    for handed in handouts.of_session(db, vault, results.alone(db, vault, hour), hour.id):
        parts.append(
            notes.Part(
                section="plan",
                source=f"worksheet, {written(handed.body.given.astimezone())}",
                text=f"Worksheet “{handed.body.title}” "
                + ("worked with in the room." if handed.body.room_only else "given to take along."),
                origin=handed.id.hex,
            )
        )
    return parts + _risk(db, vault, hour)


def _risk(db: Connection, vault: Vault, hour: Kept[TherapySession]) -> list[notes.Part]:
    """The risk entries of the hour. A note is read by others, so that only a tick puts one in."""
    return [
        notes.Part(
            section="assessment",
            source=f"risk entry of {written(kept.body.on)}",
            text=risk_entries.in_words(kept.body),
            origin=kept.id.hex,
            left_out=True,
            offered=True,
        )
        for kept in risk_entries.of_session(db, vault, results.alone(db, vault, hour), hour.id)
    ]


def _questionnaire(kept: Kept[Administration], result: Result) -> notes.Part:
    return notes.Part(
        section="data",
        source=f"questionnaire “{result.instrument.title}”, {written(result.administered_on)}",
        text=_sentence(result, kept),
        origin=kept.id.hex,
    )


def _said(kept: Kept[Administration], result: Result) -> list[notes.Part]:
    return [
        notes.Part(
            section="data",
            source=f"questionnaire “{result.instrument.title}”, {written(result.administered_on)}",
            text=f"Said beside “{line.question}”: “{line.words}”",
            origin=f"{kept.id.hex}-{line.place}",
            left_out=True,
            offered=True,
        )
        for line in spoken.lines(kept.body)
    ]


def _sentence(result: Result, kept: Kept[Administration]) -> str:
    done = "Completed" if kept.state == "completed" else "Began and stopped"
    named = kept.body.relationship is not None
    whom = f"about one relationship ({result.frame_label})" if named else f"about {results.IN_GENERAL}"
    marked = [f"“{item.text}”" for item in result.to_talk_about]
    talk = f"Marked to talk about: {' '.join(marked)}" if marked else ""
    words = " ".join(filter(None, (_in_words(result), talk, f"{_standing(result)}; used for discussion.")))
    return (
        f"{done} “{result.instrument.title}” {whom}, {result.mode}, {result.answered} of {result.asked} "
        f"answered. {words}"
    )


def _standing(result: Result) -> str:
    if not result.instrument.own:
        return "Unvalidated tool"
    return f"The practice’s own questionnaire, {result.instrument.evidence.level} by its card"


def _in_words(result: Result) -> str:
    """What was answered: by part and count, or each answer of a check-in, which has none to count."""
    if result.instrument.missing is not None:
        return wording.counts_line(result.instrument, results.scored(result.items, result.instrument))
    return " ".join(wording.strength_line(item.label, item.text) for item in result.items if item.label)


def note_page_of(
    db: Connection,
    vault: Vault,
    settings: Practice,
    hour: Kept[TherapySession],
    kept: Kept[notes.ClinicalNote],
) -> NotePage:
    """A note on paper: its sections, and signer, time and mark once it is signed."""
    headings = notes.SECTIONS[kept.body.format]
    return NotePage(
        letterhead=letterhead(settings),
        hour=hours.hour_facts(db, vault, hour),
        sections=tuple(
            NoteSection(heading=heading, text=section_text(kept.body, key))
            for key, heading in headings.items()
        ),
        used_questionnaire=any(part.source.startswith("questionnaire") for part in kept.body.parts),
        signer=kept.body.signer if kept.final else None,
        signed_at=kept.body.signed_at.astimezone() if kept.final and kept.body.signed_at else None,
        mark=notes.mark(kept) if kept.final else "",
        status_lines=_status_lines(db, vault, kept.body),
    )


def _status_lines(db: Connection, vault: Vault, body: notes.ClinicalNote) -> tuple[str, ...]:
    """What is known of the questionnaires that the note quotes; each line once."""
    lines = []
    for part in body.parts:
        if part.source.startswith("questionnaire") and part.origin:
            with suppress(rows.NotThere, hurt.Unreadable, administrations.DefinitionLost):
                given = administrations.get(db, vault, UUID(hex=part.origin)).body
                lines.append(status_line(administrations.instrument_of(given), STATUS_LINE))
    return tuple(dict.fromkeys(lines))


def section_text(body: notes.ClinicalNote, section: str) -> str:
    """One section as plain text; a filled-in block says where it came from."""
    blocks = [
        part.text if part.source == notes.CLINICIAN else f"{part.text} [from the {part.source}]"
        for part in body.parts
        if part.section == section and part.text.strip() and not part.left_out
    ]
    return "\n\n".join(blocks)


def plain_note(facts: HourFacts, kept: Kept[notes.ClinicalNote]) -> str:
    """The note as plain text, for another record: facts, sections, and how it was signed."""
    when = written(facts.on)
    if facts.start:
        when += f", {facts.start:%H:%M}" + (f" to {facts.end:%H:%M}" if facts.end else "")
    lines = [f"{facts.who}, {facts.kind.lower()}, {when}", f"{facts.place}. {facts.attendance}."]
    if facts.present:
        lines.append(f"Present: {facts.present}.")
    for key, heading in notes.SECTIONS[kept.body.format].items():
        lines += ["", heading, section_text(kept.body, key) or "Nothing written."]
    if kept.final and kept.body.signed_at:
        at = kept.body.signed_at.astimezone()
        lines += ["", f"Signed by {kept.body.signer}, {written(at)}, {at:%H:%M}. Mark {notes.mark(kept)}."]
    else:
        lines += ["", "Draft, not signed."]
    return "\n".join(lines)
