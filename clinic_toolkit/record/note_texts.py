"""A note in words: what it may begin with, and how it reads on paper and as plain text."""

from collections.abc import Sequence
from contextlib import suppress

from sqlalchemy import Connection

from clinic_toolkit.psychometrics import wording
from clinic_toolkit.record import (
    administrations,
    handouts,
    hours,
    later_changes,
    notes,
    results,
    risk_entries,
    signed_facts,
    spoken,
)
from clinic_toolkit.record.administrations import Administration
from clinic_toolkit.record.days import written
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.record.later_changes import LaterChanges
from clinic_toolkit.record.practice import Practice, letterhead
from clinic_toolkit.record.sessions import TherapySession
from clinic_toolkit.record.summaries import (
    CHANGED_LATER,
    NOT_SIGNED,
    SOME_UNREAD,
    HourFacts,
    NotePage,
    NoteSection,
    Result,
)
from clinic_toolkit.vault.vault import Vault


def prefilled(
    db: Connection,
    vault: Vault,
    hour: Kept[TherapySession],
    given: Sequence[Kept[Administration]] | None = None,
) -> list[notes.Part]:
    """The blocks a note of this hour may begin with, each marked with where it came from.

    What the client said and risk entries are offered among them, and stay out until they are ticked.

    Without a questionnaire and without a worksheet there is none, so that no trace of a form stands
    in a note that has nothing to do with one.

    Args:
        given: the questionnaires of the hour, for whoever has them already.
    """
    parts = []
    for kept in results.of_hour(db, vault, hour) if given is None else given:
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
                # Not where it may be worked with: that would tell of a hold, where the client reads along.
                text=f"Worksheet “{handed.body.title}” given.",
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
    return f"The practice’s own questionnaire; its card says “{result.instrument.evidence.level}”"


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
    """A note on paper: its sections, and signer, time and mark once it is signed.

    A signed one is drawn from what was signed alone; what was changed later stands behind it.
    """
    facts = signed_facts.signed(kept) if kept.final else None
    later = later_changes.of_facts(db, vault, facts, hour) if facts else later_changes.LaterChanges()
    lines = facts.status_lines if facts else signed_facts.status_lines(db, vault, kept.body)
    return NotePage(
        letterhead=facts.letterhead if facts else letterhead(settings),
        hour=facts.hour if facts else hours.hour_facts(db, vault, hour),
        sections=sections_of(kept.body, lines),
        signer=kept.body.signer if kept.final else None,
        signed_at=kept.body.signed_local if kept.final else None,
        mark=notes.mark(kept) if kept.final else "",
        changes=later.found,
        some_unread=later.some_unread,
    )


def sections_of(body: notes.ClinicalNote, status_lines: tuple[str, ...]) -> tuple[NoteSection, ...]:
    """The sections in which something is written, in their order; an empty one says nothing.

    Args:
        status_lines: what is known of the questionnaires that the note quotes. It stands where they are
            quoted: under the note it would be read as said of the note.
    """
    quoting = {part.section for part in body.kept_parts if part.source.startswith("questionnaire")}
    known = tuple(f"About the questionnaire: {line}" for line in status_lines)
    return tuple(
        NoteSection(heading=heading, text=text, known=known if key in quoting else ())
        for key, heading in notes.SECTIONS[body.format].items()
        if (text := section_text(body, key))
    )


def empty_sections(body: notes.ClinicalNote) -> list[str]:
    """The headings under which nothing is written, said once before a note is signed."""
    return [heading for key, heading in notes.SECTIONS[body.format].items() if not section_text(body, key)]


def section_text(body: notes.ClinicalNote, section: str) -> str:
    """One section as plain text; a filled-in block says where it came from."""
    blocks = [
        part.text if part.source == notes.CLINICIAN else f"{part.text} [from the {part.source}]"
        for part in body.parts
        if part.section == section and part.text.strip() and not part.left_out
    ]
    return "\n\n".join(blocks)


def plain_note_of(
    db: Connection, vault: Vault, hour: Kept[TherapySession], kept: Kept[notes.ClinicalNote]
) -> str:
    """The note as plain text: a signed one with the facts that were signed, a draft with those of now."""
    if not kept.final:
        lines = signed_facts.status_lines(db, vault, kept.body)
        return plain_note(hours.hour_facts(db, vault, hour), kept, sections_of(kept.body, lines))
    facts = signed_facts.signed(kept)
    sections = sections_of(kept.body, facts.status_lines)
    return plain_note(facts.hour, kept, sections, later_changes.of_facts(db, vault, facts, hour))


def plain_note(
    facts: HourFacts,
    kept: Kept[notes.ClinicalNote],
    sections: tuple[NoteSection, ...],
    later: LaterChanges | None = None,
) -> str:
    """The note as plain text, for another record: facts, sections, and how it was signed.

    Args:
        facts: those that were signed, or those of now for a draft.
        sections: those in which something is written.
        later: what was changed after it was signed; it stands under the note, apart from it.
    """
    when = written(facts.on)
    if facts.start:
        when += f", {facts.start:%H:%M}" + (f" to {facts.end:%H:%M}" if facts.end else "")
    lines = [
        f"{facts.who}, {facts.kind.lower()}, {when}",
        " ".join(f"{fact}." for fact in (facts.place, facts.attendance.rstrip(".")) if fact),
    ]
    if facts.remark:
        lines.append(facts.remark)
    if facts.present:
        lines.append(f"Present: {facts.present}.")
    for section in sections:
        lines += ["", section.heading, section.text, *section.known]
    if kept.final and (at := kept.body.signed_local):
        lines += ["", f"Signed by {kept.body.signer}, {written(at)}, {at:%H:%M}. Mark {notes.mark(kept)}."]
    else:
        lines += ["", "Draft, not signed."]
    return "\n".join(lines + (_below(later) if later else []))


def _below(later: LaterChanges) -> list[str]:
    lines = [f"{each.name}: {each.sentence}." for each in later.found]
    lines += [SOME_UNREAD] if later.some_unread else []
    return ["", "", f"{CHANGED_LATER}. {NOT_SIGNED}", *lines] if lines else []
