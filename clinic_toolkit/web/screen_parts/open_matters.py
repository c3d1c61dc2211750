"""What is still to be asked of one client, a line each: open prompts, and checks that are due.

For pages that the clinician alone reads, and for what is behind "For the clinician".
"""

from collections.abc import Sequence
from uuid import UUID

from flask import url_for
from msgspec import Struct

from clinic_toolkit.dates import format_date
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.questionnaires import administrations, answered_items
from clinic_toolkit.record.questionnaires.administration_record import ADMINISTRATION, Administration
from clinic_toolkit.record.safety import safety_summary
from clinic_toolkit.record.safety.open_prompt_groups import PromptGroup
from clinic_toolkit.record.safety.risk_entry_record import RISK_ENTRY, RiskEntry
from clinic_toolkit.record.safety.safety_summary import SafetySummary
from clinic_toolkit.web import context


class MatterLine(Struct, frozen=True, kw_only=True):
    """One line: its text, and a link if there is something to do."""

    words: str
    href: str = ""
    link: str = ""


def lines_of_summary(summary: SafetySummary, back: str, *, shown_id: UUID | None = None) -> list[MatterLine]:
    """The open prompts and due checks of a client, oldest first; every record they name is audited as read.

    Args:
        back: the URL that a page to close a prompt leads back to.
        shown_id: the questionnaire on screen; a prompt that it raised is on its page already and left out.
    """
    groups = [
        group for group in summary.prompt_groups if shown_id not in {form.id for form in group.questionnaires}
    ]
    context.audit_read(RISK_ENTRY, *summary.due_checks)
    return [*lines_of_groups(groups, back), *(_check_line(entry) for entry in summary.due_checks)]


def lines_of_groups(groups: Sequence[PromptGroup], back: str) -> list[MatterLine]:
    """These open prompts, a line each; every record they name is audited as read."""
    sources = {form.id: form for group in groups for form in group.questionnaires}
    context.audit_read(ADMINISTRATION, *sources.values())
    deferrals = {entry.id: entry for group in groups for entry in group.deferred_by}
    context.audit_read(RISK_ENTRY, *deferrals.values())
    return [_prompt_line(group, back) for group in groups]


def lines_of_later_checks(summary: SafetySummary) -> list[MatterLine]:
    """The checks of a client that are planned for a later day; every entry they name is audited as read."""
    context.audit_read(RISK_ENTRY, *summary.later_checks)
    return [_check_line(entry, "is") for entry in summary.later_checks]


def lines_beside(administration: RecordVersion[Administration], back: str) -> list[MatterLine]:
    """What is open for the client of this questionnaire, apart from the prompts that it raised itself."""
    summary = safety_summary.load_safety_summary(
        context.db(), context.vault(), administration.payload.client_id, now=context.now()
    )
    return lines_of_summary(summary, back, shown_id=administration.id)


def _prompt_line(group: PromptGroup, back: str) -> MatterLine:
    administration = group.administration
    label = answered_items.relationship_label(context.db(), context.vault(), administration.payload)
    source = (
        f"“{administrations.title_of(administration.payload)}”, about {label}, "
        f"{format_date(administration.payload.answered_on)}:"
    )
    sentences = [
        source,
        group.sentence(administration.id),
        *(entry.payload.deferral_sentence for entry in group.deferred_by),
    ]
    return MatterLine(words=" ".join(sentences), href=closing_address(group, back), link="Say what was done")


def closing_address(group: PromptGroup, back: str) -> str:
    """The URL of the page on which this prompt is closed; it leads back to `back`."""
    return url_for("prompt_closing.close_prompts", administration_id=group.administration.id, back=back)


def _check_line(entry: RecordVersion[RiskEntry], verb: str = "was") -> MatterLine:
    payload, day = entry.payload, entry.payload.next_check_date or entry.payload.entry_date
    text = payload.deferral_sentence or f"A check {verb} planned for {format_date(day)}."
    href = url_for("risk_entries.add", id=entry.id)
    return MatterLine(words=text, href=href, link=f"Add to the entry of {format_date(payload.entry_date)}")
