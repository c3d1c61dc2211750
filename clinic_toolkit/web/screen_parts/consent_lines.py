"""What stands about consents, in lines for the page of a client or a couple."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from msgspec import Struct

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import cases, consents
from clinic_toolkit.record.people.case_record import Case
from clinic_toolkit.record.people.consent_record import CONSENT, POLICY_NAMES, Consent, ConsentSubject
from clinic_toolkit.record.people.consents import ConsentStanding
from clinic_toolkit.web import context
from clinic_toolkit.web.screen_parts import client_names

_NAMES = {
    ConsentSubject.TOOL: "Questionnaires and worksheets",
    ConsentSubject.POOLING: "Counted in figures of the practice",
    ConsentSubject.COUPLE_POLICY: "What one partner says alone",
}
# What follows where somebody does not agree.
_OTHERWISE = {
    ConsentSubject.TOOL: "",
    ConsentSubject.POOLING: "so these answers are counted nowhere",
    ConsentSubject.COUPLE_POLICY: "so no policy holds for this couple: settle it before a joint session",
}
_UNSETTLED = {
    ConsentSubject.TOOL: "This client does not agree to questionnaires and worksheets.",
    ConsentSubject.COUPLE_POLICY: "What becomes of what one partner says alone is not settled yet.",
}


class ConsentLine(Struct, frozen=True, kw_only=True):
    """One question of consent: its name, what stands, whether everybody agrees, and whether anybody answered.

    What nobody was asked is not named on the page of a client: a practice may use no questionnaire.
    """

    name: str
    words: str
    is_agreed: bool
    is_answered: bool


def lines_of_case(case_id: UUID) -> list[ConsentLine]:
    """What stands about each question of this case, in the words of its pages."""
    db, vault = context.db(), context.vault()
    case = cases.load_case(db, vault, case_id)
    found = consents.list_consents_of_case(db, vault, case)
    context.audit_read(CONSENT, *found)
    return describe_consents(case, found)


def describe_consents(
    case: RecordVersion[Case], found: Sequence[RecordVersion[Consent]]
) -> list[ConsentLine]:
    """What stands about each question of this case, of its consents as they were read."""
    standings = consents.build_standings(context.db(), context.vault(), case, found)
    return [describe_standing(standing, is_couple=case.payload.is_couple) for standing in standings]


def unsettled_lines(case_id: UUID) -> list[str]:
    """What must be seen before work goes on: a consent that was declined or withdrawn, a missing policy."""
    db, vault = context.db(), context.vault()
    case = cases.load_case(db, vault, case_id)
    return [
        _UNSETTLED[standing.subject]
        for standing in consents.list_standings(db, vault, case)
        if _is_unsettled(standing)
    ]


def _is_unsettled(standing: ConsentStanding) -> bool:
    if standing.subject == ConsentSubject.COUPLE_POLICY:
        return not standing.is_agreed
    return standing.subject == ConsentSubject.TOOL and bool(standing.declined or standing.withdrawn)


def describe_standing(standing: ConsentStanding, *, is_couple: bool) -> ConsentLine:
    """One question in words; people are named only where there are two."""
    is_answered = bool(standing.agreed or standing.declined or standing.withdrawn)
    policy = POLICY_NAMES.get(standing.policy, "")
    if standing.is_agreed:
        words = f"{policy}, agreed by both" if is_couple else "agreed"
    else:
        parts = [
            _part(ids, words, is_couple=is_couple)
            for ids, words in (
                (standing.agreed, "agreed"),
                (standing.declined, "declined"),
                (standing.withdrawn, "withdrawn"),
                (standing.missing, "not settled" if policy == "" and is_couple else "not asked yet"),
            )
            if ids
        ]
        otherwise = _OTHERWISE[standing.subject]
        words = ", ".join(filter(None, (policy, "; ".join(parts), otherwise)))
    return ConsentLine(
        name=_NAMES[standing.subject],
        words=words,
        is_agreed=standing.is_agreed,
        is_answered=is_answered,
    )


def _part(ids: Iterable[UUID], words: str, *, is_couple: bool) -> str:
    return f"{' and '.join(map(client_names.name_of, ids))}: {words}" if is_couple else words
