"""The lines of *Today* about what to ask: open prompts and planned checks, by initials."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection

from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.questionnaires.administration_record import ADMINISTRATION, Administration
from clinic_toolkit.record.safety.risk_entry_record import RISK_ENTRY, RiskEntry
from clinic_toolkit.record.safety.safety_list_facts import CheckFacts, PersonSafety, PromptFacts
from clinic_toolkit.vault.vault import Vault

COMING_DAYS = 7


class AskLine(Struct, frozen=True, kw_only=True):
    """Something to ask a client about: which client and since when, but never what it is.

    `who` is the client, by initials but for an executor. `since` is the day of the oldest answer of a prompt,
    or the day for which a check was planned.

    If questionnaires raised it, `administration` is the oldest of them and `questionnaire_count` their
    number; if a risk entry set this day for a check, `risk_entry` is that entry. `deferred_by` is the entry
    that says why it was not asked yet, and when it is to be looked at again.
    """

    since: date
    who: str
    administration: RecordVersion[Administration] | None = None
    risk_entry: RecordVersion[RiskEntry] | None = None
    deferred_by: RecordVersion[RiskEntry] | None = None
    questionnaire_count: int = 0


class ComingCheck(Struct, frozen=True, kw_only=True):
    """A planned check that is not due yet: its day, who the client is, the entry that planned it."""

    planned_for: date
    who: str
    risk_entry: RecordVersion[RiskEntry]


class AskLines(Struct, frozen=True, kw_only=True):
    """What to ask about now, oldest first, and the checks of the next `COMING_DAYS` days, earliest first."""

    to_ask: tuple[AskLine, ...]
    coming: tuple[ComingCheck, ...]


def build_ask_lines(
    db: Connection,
    vault: Vault,
    people: Iterable[PersonSafety],
    names_by_id: Mapping[UUID, str],
    *,
    today: date,
) -> AskLines:
    """Build one line for each person with open prompts and for each due check, and the coming checks.

    Args:
        names_by_id: how the clients that are shown are named; others are left out.
    """
    prompt_lines: list[AskLine] = []
    check_lines: list[AskLine] = []
    coming: list[ComingCheck] = []
    last_day = today + timedelta(days=COMING_DAYS)
    for person in people:
        if person.prompts:
            prompt_lines += _prompt_line(db, vault, person.prompts, names_by_id)
        for check in person.checks:
            is_due = check.is_deferral or check.planned_for <= today
            is_left_out = check.is_shown_with_prompt if is_due else check.planned_for > last_day
            if is_left_out:
                continue
            entry = records.find_readable_record(db, vault, RISK_ENTRY, UUID(bytes=check.entry))
            if entry is None or entry.payload.client_id not in names_by_id:
                continue
            who = names_by_id[entry.payload.client_id]
            if is_due:
                check_lines.append(_check_line(entry, check, who))
            else:
                coming.append(ComingCheck(planned_for=check.planned_for, who=who, risk_entry=entry))
    return AskLines(
        to_ask=tuple(sorted([*prompt_lines, *check_lines], key=lambda line: line.since)),
        coming=tuple(sorted(coming, key=lambda check: check.planned_for)),
    )


def _prompt_line(
    db: Connection, vault: Vault, prompts: PromptFacts, names_by_id: Mapping[UUID, str]
) -> list[AskLine]:
    administration = records.find_readable_record(
        db, vault, ADMINISTRATION, UUID(bytes=prompts.administration)
    )
    if administration is None or administration.payload.client_id not in names_by_id:
        return []
    deferring_id = prompts.deferring_entry
    return [
        AskLine(
            since=prompts.answered_on,
            who=names_by_id[administration.payload.client_id],
            administration=administration,
            deferred_by=records.find_readable_record(db, vault, RISK_ENTRY, UUID(bytes=deferring_id))
            if deferring_id
            else None,
            questionnaire_count=prompts.questionnaire_count,
        )
    ]


def _check_line(entry: RecordVersion[RiskEntry], check: CheckFacts, who: str) -> AskLine:
    return AskLine(
        since=check.planned_for,
        who=who,
        risk_entry=entry,
        deferred_by=entry if entry.payload.is_deferral else None,
    )
