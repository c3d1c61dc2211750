"""What stands beside a risk entry in the list of a client's entries."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from clinic_toolkit.dates import format_date
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.questionnaires.answered_items import ABOUT_PEOPLE_IN_GENERAL
from clinic_toolkit.record.safety import risk_entry_threads
from clinic_toolkit.record.safety.risk_entry_record import RiskEntry


def describe_entries(
    entries: Sequence[RecordVersion[RiskEntry]], words: Mapping[UUID, str]
) -> dict[UUID, str]:
    """What each entry followed, whom it is about and what followed it, by its id.

    In words such as "after a questionnaire · about M. · followed on 4 December 2026".

    Args:
        entries: all of the client's, the newest first.
    """
    followers = risk_entry_threads.find_followers(reversed(entries))
    return {entry.id: _describe(entry.payload, words, followers.get(entry.id)) for entry in entries}


def _describe(entry: RiskEntry, words: Mapping[UUID, str], follower: RecordVersion[RiskEntry] | None) -> str:
    phrases = ["after a questionnaire"] if entry.administration else []
    if entry.follows_id:
        phrases.append("follows an earlier one")
    if entry.relationship_id:
        word = entry.relationship_word or words.get(entry.relationship_id, ABOUT_PEOPLE_IN_GENERAL)
        phrases.append(f"about {word}")
    if follower:
        phrases.append(f"followed on {format_date(follower.payload.entry_date)}")
    return " · ".join(phrases)
