"""A request that waits for its turn while the keys go away gets the lock's answer, and writes nothing."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from sqlalchemy import Connection, Engine
from werkzeug.test import TestResponse

from clinic_toolkit.record.handovers import clinician_side
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.web import unit_of_work, waiting_reads
from tests.fixtures.practices import giving
from tests.fixtures.sites import Site


@pytest.fixture
def late(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Whoever asks for the store gets it only after another window has pressed Lock."""

    def wait_for_a_turn(
        what: Callable[[Engine], AbstractContextManager[Connection]],
    ) -> Callable[[Engine], AbstractContextManager[Connection]]:
        @contextmanager
        def opened(engine: Engine) -> Iterator[Connection]:
            site.app.refuse_requests()
            with what(engine) as db:
                yield db

        return opened

    # The first look at the sheet is remembered; from here on a request opens the store for its view alone.
    assert site.get("/").status_code == 200
    monkeypatch.setattr(waiting_reads, "writing", wait_for_a_turn(writing))
    monkeypatch.setattr(unit_of_work, "reading", wait_for_a_turn(reading))
    return site


def lines(site: Site) -> int:
    with reading(site.work.engine) as db:
        return int(db.exec_driver_sql("SELECT count(*) FROM audit_line").scalar_one())


def test_a_save_of_a_script_is_told_that_it_is_locked(late: Site) -> None:
    session, before = late.work.session(late.work.client()), lines(late)
    answer = late.post(
        f"/sessions/{session.id}/note",
        {"section-data": "Words.", "version": "0"},
        headers={"X-Autosave": "1"},
    )
    assert (answer.status_code, "Locked" in answer.text) == (401, True)
    assert lines(late) == before


def test_a_form_that_is_sent_keeps_its_page(late: Site) -> None:
    before = lines(late)
    answer = late.post("/clients/new", {"name": "Ana"}, headers={"Sec-Fetch-Dest": "document"})
    assert answer.status_code == 204
    assert lines(late) == before


def test_a_page_leads_to_the_lock(late: Site) -> None:
    client = late.work.client()
    answer = late.get(f"/clients/{client.id}")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/unlock?back=/clients/{client.id}")


def test_a_second_press_of_hand_over_begins_no_second_one(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = site.work.begun(site.work.client(), giving())
    token = site.token()
    answers = []

    def press() -> TestResponse:
        return site.post(f"/administrations/{form.id}/hand-over", {"csrf_token": token}, token=False)

    # The second one passes the guard, and gets its turn when the first one is on the disk, not yet away.
    @contextmanager
    def after_the_first(engine: Engine) -> Iterator[Connection]:
        monkeypatch.setattr(waiting_reads, "writing", writing)
        monkeypatch.setattr("clinic_toolkit.web.context.end_worker", lambda reason: None)
        answers.append(press())
        with writing(engine) as db:
            yield db

    monkeypatch.setattr(waiting_reads, "writing", after_the_first)
    second = press()
    assert answers[0].headers["Location"] == "/"
    assert second.headers["Refresh"] == "1; url=/"
    with reading(site.work.engine) as db:
        assert len(clinician_side.list_open_handovers(db, site.work.vault)) == 1
