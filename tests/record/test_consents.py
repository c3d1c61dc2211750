"""Consents: who gave what, what stands today, and that nothing recorded is overwritten."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from msgspec import structs

from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.journal.tombstone_record import ErasureReason
from clinic_toolkit.record.people import cases, clients, consents
from clinic_toolkit.record.people.case_record import Case
from clinic_toolkit.record.people.client_record import record_ring
from clinic_toolkit.record.people.consent_record import (
    Consent,
    ConsentMethod,
    ConsentState,
    ConsentSubject,
    CouplePolicy,
)
from clinic_toolkit.record.people.consents import ConsentRefused
from clinic_toolkit.record.retention import client_erasure
from clinic_toolkit.store.transactions import reading, writing
from tests.fixtures import practices
from tests.fixtures.practices import NOW, Work

DAY, TODAY = date(2026, 11, 2), NOW.date()


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return practices.at_work(tmp_path)


def single(work: Work, name: str = "Ana Reyes") -> RecordVersion[Case]:
    with reading(work.engine) as db:
        return cases.load_single_case(db, work.vault, work.client(name).id)


def give(
    work: Work, case: RecordVersion[Case], *, by: tuple[bytes, ...] = (), declined: bool = False, **other: Any
) -> RecordVersion[Consent]:
    values: dict[str, Any] = {
        "subject": ConsentSubject.POOLING,
        "method": ConsentMethod.PAPER,
        "answered_on": DAY,
    } | other
    consent = Consent(case=case.id.bytes, given_by=by or case.payload.client_id_bytes, **values)
    with writing(work.engine) as db:
        return consents.record_consent(db, work.vault, case, consent, is_declined=declined, now=NOW)


def withdraw(
    work: Work,
    consent: RecordVersion[Consent],
    by: UUID,
    *,
    on: date = TODAY,
    words: str = "",
    version: int = 1,
) -> RecordVersion[Consent]:
    with writing(work.engine) as db:
        return consents.withdraw_consent(
            db, work.vault, consent, by=by, on=on, words=words, expected_version=version, now=NOW
        )


def may_pool(work: Work, case: RecordVersion[Case]) -> bool:
    with reading(work.engine) as db:
        return consents.may_pool_answers(db, work.vault, case)


def policy(work: Work, case: RecordVersion[Case]) -> CouplePolicy:
    with reading(work.engine) as db:
        return consents.find_couple_policy(db, work.vault, case)


def test_only_a_standing_yes_counts_answers_in_figures(work: Work) -> None:
    case = single(work)
    assert not may_pool(work, case), "nobody asked"
    given = give(work, case)
    assert given.ring == record_ring(work.vault, case.payload.client_ids[0])
    assert may_pool(work, case), "the control"
    withdrawn = withdraw(work, given, case.payload.client_ids[0])
    assert withdrawn.state == ConsentState.WITHDRAWN and not may_pool(work, case)
    give(work, case, answered_on=NOW.date())
    assert may_pool(work, case), "given anew"
    other = single(work, "Bo Lind")
    give(work, other, declined=True)
    assert not may_pool(work, other)


def test_a_policy_holds_once_both_agree_to_the_same_and_until_one_takes_it_back(work: Work) -> None:
    cy, di, case = work.couple("Cy Hart", "Di Moor")
    words: dict[str, Any] = {"subject": ConsentSubject.COUPLE_POLICY}
    first = give(work, case, by=(cy.id.bytes,), policy=CouplePolicy.NO_SECRETS, **words)
    assert first.ring == case.ring
    assert policy(work, case) == CouplePolicy.NOT_CHOSEN, "one of two"
    give(work, case, by=(di.id.bytes,), policy=CouplePolicy.LIMITED_SECRETS, **words)
    assert policy(work, case) == CouplePolicy.NOT_CHOSEN, "two different ones"
    both = give(work, case, policy=CouplePolicy.LIMITED_SECRETS, answered_on=DAY + timedelta(days=1), **words)
    assert policy(work, case) == CouplePolicy.LIMITED_SECRETS
    withdraw(work, both, di.id)
    assert policy(work, case) == CouplePolicy.NOT_CHOSEN
    with reading(work.engine) as db:
        [standing] = consents.list_standings(db, work.vault, case)
    assert set(standing.withdrawn) == {cy.id, di.id} and not standing.is_agreed


def test_the_newest_answer_of_a_person_counts_whatever_the_order_of_recording(work: Work) -> None:
    case = single(work)
    give(work, case, answered_on=DAY + timedelta(days=1), declined=True)
    give(work, case, answered_on=DAY)
    assert not may_pool(work, case)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"by": (b"x" * 16,)}, "Say who answered."),
        (
            {"subject": ConsentSubject.COUPLE_POLICY, "policy": CouplePolicy.NO_SECRETS},
            "does not belong here",
        ),
        ({"subject": ConsentSubject.OTHER}, "Write in a few words"),
        ({"policy": CouplePolicy.NO_SECRETS}, "Choose which of the two"),
        ({"answered_on": NOW.date() + timedelta(days=2)}, "still to come"),
    ],
)
def test_what_does_not_fit_is_refused(work: Work, values: dict[str, Any], sentence: str) -> None:
    case = single(work)
    with pytest.raises(ConsentRefused, match=sentence):
        give(work, case, **values)
    assert give(work, case).version == 1, "the control"


def test_a_correction_and_a_withdrawal_leave_what_was_recorded(work: Work) -> None:
    case = single(work)
    given = give(work, case, remark="By mistake.")
    right = structs.replace(given.payload, remark="")
    with writing(work.engine) as db:
        for _ in range(2):
            changed = consents.correct_consent(
                db, work.vault, case, given, right, is_declined=False, expected_version=1, now=NOW
            )
            given = changed
        assert changed.version == 2
        with pytest.raises(records.StaleVersion):
            consents.correct_consent(
                db, work.vault, case, changed, right, is_declined=True, expected_version=1, now=NOW
            )
    client_id = case.payload.client_ids[0]
    with pytest.raises(records.StaleVersion):
        withdraw(work, changed, client_id, version=1)
    with pytest.raises(ConsentRefused, match="until today"):
        withdraw(work, changed, client_id, on=DAY - timedelta(days=1), version=2)
    with pytest.raises(ConsentRefused, match="somebody who gave it"):
        withdraw(work, changed, UUID(int=7), version=2)
    gone = withdraw(work, changed, client_id, version=2)
    assert withdraw(work, gone, client_id, version=2).version == gone.version, "sent twice"
    with pytest.raises(ConsentRefused, match="Only a consent that stands"):
        withdraw(work, gone, client_id, words="I said more.", version=3)
    with writing(work.engine) as db, pytest.raises(ConsentRefused, match="as a new consent"):
        consents.correct_consent(
            db, work.vault, case, gone, right, is_declined=False, expected_version=3, now=NOW
        )
    with reading(work.engine) as db:
        earlier = consents.list_earlier_versions(db, work.vault, gone)
    assert [version.payload.remark for version in earlier] == ["", "By mistake."]


def test_a_joined_entry_answers_for_the_person(work: Work) -> None:
    first, second = single(work), single(work, "Ana R.")
    give(work, second)
    assert not may_pool(work, first), "two people so far"
    with writing(work.engine) as db:
        one, other = (
            clients.load_client(db, work.vault, each.payload.client_ids[0]) for each in (first, second)
        )
        clients.join_client(db, work.vault, other, one.id, now=NOW)
    assert may_pool(work, first)


def test_erasing_a_client_erases_consents(work: Work) -> None:
    case = single(work)
    kept, given = single(work, "Bo Lind"), give(work, case)
    give(work, kept)
    later = NOW + timedelta(days=8)
    with writing(work.engine) as db:
        client_erasure.ask_erasure(
            db, work.vault, case.payload.client_ids[0], reason=ErasureReason.MISTAKE, words="Twice.",
            couples=(), now=NOW,
        )  # fmt: skip
    with writing(work.engine) as db:
        client_erasure.erase_due_client(
            db, work.vault, case.payload.client_ids[0], confirmed_day=later.astimezone().date(), now=later
        )
    with reading(work.engine) as db, pytest.raises(records.RecordNotFound):
        consents.load_consent(db, work.vault, given.id)
    assert may_pool(work, kept), "the control"
