"""A client's request has a clock by country, an answer, and a statement that is merged into nothing."""

from datetime import date, timedelta

import pytest

from clinic_toolkit.journal import version_history
from clinic_toolkit.journal.list_facts import FactsReader
from clinic_toolkit.record.people.client_record import record_ring
from clinic_toolkit.record.writing import addition_rendering, client_requests, notes, request_periods
from clinic_toolkit.record.writing.client_request_record import (
    CLIENT_REQUEST,
    ClientRequest,
    Decision,
    RequestKind,
    RequestState,
)
from clinic_toolkit.record.writing.note_record import NotePart, PartSource
from clinic_toolkit.record.writing.request_list_facts import list_open_requests
from clinic_toolkit.store.transactions import reading, writing
from tests.fixtures.practices import NOW, Work, asked_and_denied, signed

TODAY = NOW.date()


@pytest.mark.parametrize(
    ("country", "kind", "received", "due", "longer"),
    [
        ("US", RequestKind.AMEND, date(2026, 11, 19), date(2027, 1, 18), date(2027, 2, 17)),
        ("US", RequestKind.ACCESS, date(2026, 11, 19), date(2026, 12, 19), date(2027, 1, 18)),
        ("IE", RequestKind.AMEND, date(2026, 11, 19), date(2026, 12, 19), date(2027, 2, 19)),
        ("DE", RequestKind.ACCESS, date(2027, 1, 31), date(2027, 2, 28), date(2027, 4, 30)),
        ("GB", RequestKind.ACCESS, date(2026, 12, 5), date(2027, 1, 5), date(2027, 3, 5)),
        ("CH", RequestKind.ACCESS, date(2026, 12, 1), date(2026, 12, 31), date(2026, 12, 31)),
    ],
)
def test_the_clock_is_that_of_the_country(
    country: str, kind: RequestKind, received: date, due: date, longer: date
) -> None:
    period = request_periods.find_period(country, kind)
    assert period is not None and period.source
    assert (period.due_on(received), period.extended_due_on(received)) == (due, longer)


@pytest.mark.parametrize("country", ["", "XX", "BR"])
def test_where_none_is_known_none_is_proposed(country: str) -> None:
    assert request_periods.find_period(country, RequestKind.AMEND) is None
    assert request_periods.find_period("CH", RequestKind.AMEND) is None


def request_of(client_id: bytes, **more: object) -> ClientRequest:
    facts: dict[str, object] = {
        "kind": RequestKind.AMEND, "received_on": TODAY, "words": "I said May.",
        "due_on": TODAY + timedelta(days=30),
    }  # fmt: skip
    return ClientRequest(client=client_id, **(facts | more))  # type: ignore[arg-type]


def test_it_waits_in_the_list_until_it_is_answered(work: Work) -> None:
    client = work.client("Vera Aas")

    def waiting() -> list[date]:
        with reading(work.engine) as db:
            found = list_open_requests(work.vault, FactsReader(db, work.vault), {client.id: "V. A."})
            assert list_open_requests(work.vault, FactsReader(db, work.vault), {}) == ()
            return [each.due_on for each in found]

    assert waiting() == []
    with writing(work.engine) as db:
        kept = client_requests.receive_request(db, work.vault, request_of(client.id.bytes), now=NOW)
    assert waiting() == [TODAY + timedelta(days=30)]
    with writing(work.engine) as db:
        kept = client_requests.extend_time(
            db, work.vault, kept, country="IE", reason="It is complex.", now=NOW
        )
        with pytest.raises(client_requests.AlreadyExtended):
            client_requests.extend_time(db, work.vault, kept, country="IE", reason="Again.", now=NOW)
    assert waiting() == [date(2027, 2, 19)]
    with writing(work.engine) as db:
        kept = client_requests.answer_request(
            *(db, work.vault, kept), decision=Decision.ACCEPTED, answer="", answered_on=TODAY, now=NOW
        )
        with pytest.raises(client_requests.AlreadyAnswered):
            client_requests.answer_request(
                *(db, work.vault, kept), decision=Decision.DENIED, answer="No.", answered_on=TODAY, now=NOW
            )
        with pytest.raises(client_requests.NotDenied):
            client_requests.record_disagreement(
                *(db, work.vault, kept), disagreement="No.", rebuttal="", disagreed_on=TODAY, now=NOW
            )
    assert waiting() == []
    with reading(work.engine) as db:
        versions = version_history.list_versions(db, work.vault, CLIENT_REQUEST, kept.id)
    assert [version.state for version in versions] == [
        RequestState.OPEN, RequestState.OPEN, RequestState.ANSWERED,
    ]  # fmt: skip
    assert {version.ring for version in versions} == {record_ring(work.vault, client.id)}


@pytest.mark.parametrize("wrong", [{"words": " "}, {"due_on": TODAY - timedelta(days=1)}])
def test_what_says_nothing_or_is_due_before_it_came_is_refused(work: Work, wrong: dict[str, object]) -> None:
    client = work.client("Vera Aas")
    with writing(work.engine) as db, pytest.raises(client_requests.RequestIncomplete):
        client_requests.receive_request(db, work.vault, request_of(client.id.bytes, **wrong), now=NOW)


@pytest.mark.parametrize("decision", [Decision.DENIED, Decision.PARTLY, Decision.NONE])
def test_a_denial_says_why(work: Work, decision: Decision) -> None:
    client = work.client("Vera Aas")
    with writing(work.engine) as db:
        kept = client_requests.receive_request(db, work.vault, request_of(client.id.bytes), now=NOW)
        with pytest.raises(client_requests.RequestIncomplete):
            client_requests.answer_request(
                *(db, work.vault, kept), decision=decision, answer=" ", answered_on=TODAY, now=NOW
            )


def test_a_statement_stands_beside_its_note_and_the_note_stays(work: Work) -> None:
    client = work.client("Vera Aas")
    session = work.session(client)
    part = NotePart(section="data", source=PartSource.CLINICIAN, text="Moved house in March.")
    with writing(work.engine) as db:
        note = signed(db, work.vault, session, notes.create_note(db, work.vault, session, [part], now=NOW))
        other = asked_and_denied(db, work.vault, client.id)
        payload = request_of(client.id.bytes, note=note.id.bytes)
        kept = client_requests.receive_request(db, work.vault, payload, now=NOW)
        kept = client_requests.answer_request(
            *(db, work.vault, kept),
            decision=Decision.DENIED,
            answer="It is right.",
            answered_on=TODAY,
            now=NOW,
        )
        client_requests.record_disagreement(
            *(db, work.vault, kept), disagreement="It was May.", rebuttal="", disagreed_on=TODAY, now=NOW
        )
    with reading(work.engine) as db:
        [page] = addition_rendering.list_pages_beside(db, work.vault, session, note)
        assert notes.load_note(db, work.vault, note.id) == note
        assert other.payload.note_id is None
    said = dict(page.lines)
    assert said["In the client’s words"] == "I said May." and said["The client disagrees"] == "It was May."
    assert (page.signer_name, page.signed_at) == ("", None), "it is attached, and signed by nobody"
