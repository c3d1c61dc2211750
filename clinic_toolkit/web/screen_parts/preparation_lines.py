"""The words of the page before an hour, and the same as parts of its sheet of paper."""

from clinic_toolkit.dates import format_date, format_time
from clinic_toolkit.record.outcomes.hour_list_facts import DueForm
from clinic_toolkit.record.questionnaires import answered_items
from clinic_toolkit.record.session_preparation import MarkedForm, SessionPreparation
from clinic_toolkit.record.values.preparation_values import PreparationPage, PreparationPart
from clinic_toolkit.record.writing import handout_words
from clinic_toolkit.web import context
from clinic_toolkit.web.screen_parts import today_lines

CHECK_IN = "The check-in: a few questions about the time since you last met."


def build_page(prep: SessionPreparation, *, by_name: bool) -> PreparationPage:
    """The values of the sheet before an hour.

    Args:
        by_name: whether it says the names of the clients, and not their initials.
    """
    payload = prep.session.payload
    who = prep.names if by_name else prep.initials
    return PreparationPage(
        letterhead=context.letterhead(),
        title=" · ".join(filter(None, (format_time(payload.start) if payload.start else "", who))),
        day=payload.on,
        tag=today_lines.session_tag(payload),
        parts=tuple(
            PreparationPart(heading=heading, lines=lines) for heading, lines in _list_parts(prep) if lines
        ),
    )


def _list_parts(prep: SessionPreparation) -> list[tuple[str, tuple[str, ...]]]:
    agreed = prep.agreed_in
    return [
        ("Agreed last time", (f"{format_date(agreed.on)}: {agreed.agreed_for_next}",) if agreed else ()),
        ("To ask about", tuple(today_lines.ask_sentence(line) for line in prep.ask_lines)),
        ("To talk about first", tuple(line for form in prep.marked_forms for line in marked_lines(form))),
        (
            "Sheets out",
            tuple(
                f"“{sheet.payload.title}”. {handout_words.describe_agreement(sheet.payload)}".strip()
                for sheet in prep.sheets_out
            ),
        ),
        ("May be repeated", tuple(map(due_sentence, prep.due_forms))),
        ("Begin with", (CHECK_IN,) if prep.begins_with_check_in else ()),
        ("The plan of the last note", (f"{plan_day(prep)}\n{prep.plan}",) if prep.plan else ()),
    ]


def marked_lines(form: MarkedForm) -> tuple[str, ...]:
    """The form, then each marked question; those that are not named are counted."""
    source = f"“{form.title}”, about {form.about}, {format_date(form.administration.payload.answered_on)}:"
    unnamed = f"and {form.unnamed_count} more, not named here" if form.unnamed_count else ""
    return tuple(filter(None, (source, *(f"– {text}" for text in form.texts), unnamed)))


def due_sentence(form: DueForm) -> str:
    """Which questionnaire it may be time for, since when, and what it is repeated for."""
    about = answered_items.relationship_label(context.db(), context.vault(), form.latest.payload)
    last = f"“{form.title}”, about {about}, last on {format_date(form.latest.payload.answered_on)}."
    return f"{last} Repeated for: {form.purpose}" if form.purpose else last


def plan_day(prep: SessionPreparation) -> str:
    """Of which hour the last note is, and whether it is signed."""
    if prep.last_note is None or prep.last_note_day is None:
        return ""
    return f"{format_date(prep.last_note_day)}, {'signed' if prep.last_note.final else 'draft, not signed'}:"
