"""What stands beside a risk entry in the list of a client's entries."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.questionnaires.answered_items import ABOUT_PEOPLE_IN_GENERAL
from clinic_toolkit.record.safety.risk_entry_record import RiskEntry


def describe_entries(
    entries: Sequence[RecordVersion[RiskEntry]], words: Mapping[UUID, str]
) -> dict[UUID, str]:
    """What each entry followed and whom it is about, by its id: "after a questionnaire · about M."."""
    return {entry.id: _describe(entry.payload, words) for entry in entries}


def _describe(entry: RiskEntry, words: Mapping[UUID, str]) -> str:
    phrases = ["after a questionnaire"] if entry.administration else []
    if entry.relationship_id:
        word = entry.relationship_word or words.get(entry.relationship_id, ABOUT_PEOPLE_IN_GENERAL)
        phrases.append(f"about {word}")
    return " · ".join(phrases)
