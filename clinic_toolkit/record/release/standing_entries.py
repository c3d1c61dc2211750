"""Entries of a release for what stands beside the sessions: plans and consents."""

from clinic_toolkit.dates import format_date
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people.consent_record import CONSENT, METHOD_LABELS, Consent, ConsentState
from clinic_toolkit.record.release.entry_parts import list_texts, with_values
from clinic_toolkit.record.safety.hard_moments_record import HARD_MOMENTS_PLAN, HardMomentsPlan
from clinic_toolkit.record.values.release_values import ReleaseEntry, ReleaseKind
from clinic_toolkit.record.writing.treatment_plan_record import (
    TREATMENT_PLAN,
    GoalStanding,
    TreatmentPlan,
)

_GOAL_WORDS = {
    GoalStanding.CURRENT: "worked on",
    GoalStanding.REACHED: "reached",
    GoalStanding.LET_GO: "let go",
}
_CONSENT_WORDS: dict[str, str] = {
    ConsentState.GIVEN: "agreed",
    ConsentState.DECLINED: "declined",
    ConsentState.WITHDRAWN: "agreed, and withdrew it later",
}


def make_plan(plan: RecordVersion[TreatmentPlan], *, is_joint: bool) -> ReleaseEntry:
    """A treatment plan as it is now, on the day on which it was written last."""
    payload = plan.payload
    review = format_date(payload.review_date) if payload.review_date else ""
    said = [
        ("Problems", payload.problems),
        *(
            pair
            for goal in payload.goals
            for pair in ((f"Goal, {_GOAL_WORDS[goal.standing]}", goal.words), ("Means", goal.means))
        ),
        ("Diagnosis", payload.diagnosis),
    ]
    return ReleaseEntry(
        kind=ReleaseKind.PLAN,
        table=TREATMENT_PLAN.name,
        id=plan.id,
        version=plan.version,
        on=plan.recorded_at.astimezone().date(),
        title="Treatment plan",
        facts=with_values((("Looked at again on", review),)),
        texts=list_texts(plan.id, said),
        is_joint=is_joint,
    )


def make_consent(consent: RecordVersion[Consent], *, is_joint: bool) -> ReleaseEntry:
    """A consent: what was asked, what was answered and how, and whether it was withdrawn."""
    payload = consent.payload
    withdrawn_on = format_date(payload.withdrawn_on) if payload.withdrawn_on else ""
    facts = (
        ("About", payload.label),
        ("Answer", _CONSENT_WORDS.get(consent.state, "")),
        ("How", METHOD_LABELS[payload.method]),
        ("Text", payload.wording),
        ("Withdrawn on", withdrawn_on),
    )
    said = [("Remark", payload.remark), ("When it was withdrawn", payload.withdrawal_words)]
    return ReleaseEntry(
        kind=ReleaseKind.CONSENT,
        table=CONSENT.name,
        id=consent.id,
        version=consent.version,
        on=payload.answered_on,
        title="Consent",
        facts=with_values(facts),
        texts=list_texts(consent.id, said),
        is_joint=is_joint,
    )


def make_hard_moments_plan(plan: RecordVersion[HardMomentsPlan]) -> ReleaseEntry:
    """A plan for hard moments, in the client's words."""
    return ReleaseEntry(
        kind=ReleaseKind.PLAN,
        table=HARD_MOMENTS_PLAN.name,
        id=plan.id,
        version=plan.version,
        on=plan.recorded_at.astimezone().date(),
        title="Plan for hard moments",
        texts=list_texts(plan.id, plan.payload.sections),
    )
