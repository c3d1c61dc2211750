"""A device in a client's hands shows one form, whatever is asked of it."""

import errno
import re
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import records
from clinic_toolkit.record.handovers import client_side, clinician_side
from clinic_toolkit.record.questionnaires import administrations, answers, progress
from clinic_toolkit.store.storage_errors import (
    StorageFull,
    StorageMismatch,
    StorageReplaced,
    damaged_file_error,
)
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.web.access import handover_transition
from clinic_toolkit.web.handover import client_app, client_messages
from clinic_toolkit.web.perimeter import gate
from tests.fixtures import sites
from tests.fixtures.handed_over_device import Device, TestLine, TestTray, handed_over, let_in
from tests.fixtures.practices import giving
from tests.fixtures.sites import Site, Stranger
from tests.journeys import crawl

REFUSED = gate.refusal_response()
KEY = b"k" * 32
A_PERSON = {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
PULSE = re.compile(r'data-pulse="([^"]+)"')
OWN = re.compile(r"/(form(/.*)?|static/.*|handed-back)?$")


def a_device(site: Site, **begun: Any) -> Device:
    client = site.work.client()
    form = site.work.begun(client, giving(), session=site.work.session(client).id, **begun)
    return handed_over(site, form)


@pytest.fixture
def device(site: Site) -> Device:
    return a_device(site)


def given(device: Device) -> list[tuple[str, int | None]]:
    """The answers as they lie in the rows of the hand-over."""
    with reading(device.site.work.engine) as db:
        form = client_side.load_answers_so_far(db, device.app.form._ticket)
    return [
        (form.answers[n].status, form.answers[n].value) if n in form.answers else ("", None)
        for n in range(1, 13)
    ]


def test_the_keys_leave_with_the_button_and_the_ticket_only_after_the_commit(site: Site) -> None:
    client = site.work.client()
    form = site.work.begun(client, giving(), session=site.work.session(client).id)
    page = site.get(f"/administrations/{form.id}/hand-over")
    assert page.status_code == 200 and site.keeper.ticket is None
    answer = site.post(f"/administrations/{form.id}/hand-over")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert '"cache"' in answer.headers["Clear-Site-Data"]
    assert site.ends == ["handed over"] and not site.app.worker.logins
    assert site.keeper.ticket


def test_no_ticket_leaves_if_the_hand_over_is_not_on_the_disk(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = site.work.client()
    form = site.work.begun(client, giving())

    def full(*_: Any, **__: Any) -> None:
        raise StorageFull

    monkeypatch.setattr(records, "create_record", full)
    assert site.post(f"/administrations/{form.id}/hand-over").status_code == 503
    assert site.keeper.ticket is None and not site.ends and site.app.worker.logins


def test_a_finished_form_is_not_handed_over(site: Site) -> None:
    form = site.work.begun(site.work.client(), giving())
    with writing(site.work.engine) as db:
        progress.complete_administration(db, site.work.vault, form, now=form.recorded_at)
    assert site.get(f"/administrations/{form.id}/hand-over").status_code == 422
    assert site.post(f"/administrations/{form.id}/hand-over").status_code == 422
    assert site.keeper.ticket is None


def test_every_address_but_the_forms_own_is_refused_with_the_same_bytes(tmp_path: Path) -> None:
    site = sites.made(tmp_path)
    site.unlock()
    crawl.furnish(site)
    known = [path for path in site.addresses() if not OWN.match(path)]
    with reading(site.work.engine) as db:
        tables = db.scalars(text("SELECT name FROM sqlite_schema WHERE type = 'table'")).all()
        ids = {
            str(id)
            for name in tables
            if name in ("client", "administration", "therapy_session", "clinical_note", "handout")
            for id in (UUID(bytes=raw) for raw in db.scalars(text(f'SELECT record FROM "{name}"')))
        }
    real = [
        path.replace(str(sites.UNKNOWN), id) for path in known if str(sites.UNKNOWN) in path for id in ids
    ]
    asked = sorted(
        {*known, *real, "/no-such-page", "/form/0", "/form/13", "/form/1/pause/x", "/form/99/pause"}
    )
    # The control: to the clinician the same addresses show a great deal.
    shown = [site.get(path) for path in real]
    assert sum(answer.status_code == 200 and b"Ana Reyes" in answer.data for answer in shown) > 5
    device = a_device(site)
    for path in asked:
        for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
            answer = device.browser.open(
                path, method=method, base_url=site.origin, headers={"Origin": site.origin}
            )
            assert answer.status_code == 403, (method, path)
            assert answer.data == (b"" if method == "HEAD" else REFUSED.data), (method, path)
            assert dict(answer.headers) == dict(REFUSED.headers) | {
                "Content-Length": answer.headers["Content-Length"]
            }
            device.app._is_ending = False
    assert len(asked) > 100


def test_who_goes_back_or_types_an_address_is_led_to_the_form(device: Device) -> None:
    seen = set()
    for path in (
        "/clients",
        "/unlock",
        "/",
        "/no-such-page",
        f"/administrations/{device.form.id}/introduction",
    ):
        answer = device.get(path, **A_PERSON)
        assert answer.status_code == 303
        seen.add((answer.headers["Location"], answer.data))
    # Nobody learns from the answer which addresses there are.
    assert seen == {("/", b""), ("/form", b"")}
    # A page of another origin that sends somebody here is refused as ever.
    for_elsewhere = A_PERSON | {"Sec-Fetch-Site": "cross-site"}
    assert device.get("/form/1", **for_elsewhere).data == REFUSED.data


def test_the_clinicians_cookies_are_worth_nothing(site: Site) -> None:
    cookie = site.browser.get_cookie("__Host-sid", domain=site.settings.host_name)
    assert cookie and site.get("/clients").status_code == 200
    token = site.token()
    device = a_device(site)
    device.browser.set_cookie("__Host-sid", cookie.value, domain=site.settings.host_name)
    for path in ("/clients", "/pulse", f"/administrations/{device.form.id}/items/1"):
        assert device.get(path).data == REFUSED.data
    assert device.send("/form/1", {"csrf_token": token, "answer": "3"}).data == REFUSED.data
    assert given(device)[0] == ("", None)


def test_words_sent_from_another_page_end_the_process_and_the_form_goes_on(device: Device) -> None:
    device.post("/form/1", {"answer": "3"})
    answer = device.send("/notes/1", {"text": "Words about another client."})
    assert answer.data == REFUSED.data and device.line.worker_must_end.is_set()
    later = device.next_process()
    assert later.get("/form/1").status_code == 200
    assert given(later)[0] == ("answered", 3)


def test_no_page_holds_another_clients_words_or_the_way_in(site: Site) -> None:
    site.work.client("Ben Ode")
    device = a_device(site, word="K.")
    for path in ("/form", "/form/1", "/form/1/pause", "/form/check", "/form/finish", "/form/give-back"):
        page = device.get(path).text
        for never in ("Ben Ode", "Ana Reyes", "Whelan", "Harbour", "/clients", "Overgiving", "score"):
            assert never not in page, (path, never)
        assert "Set-Cookie" not in device.get(path).headers
    assert "K." in device.get("/form/1").text
    assert "K." not in device.get("/form/1/pause").text


def test_an_answer_is_on_the_disk_before_it_is_said_to_be(device: Device) -> None:
    sent = {"answer": "4", "talk": "yes", "said": "With my sister."}
    told = device.post("/form/1", sent, **{"X-Autosave": "1"})
    assert told.status_code == 200 and re.fullmatch(r"\d\d:\d\d", told.get_json()["saved"])
    page = device.next_process().get("/form/1").text
    assert "With my sister." in page and page.count(" checked") == 2
    with reading(device.site.work.engine) as db:
        assert db.scalar(text("SELECT count(*) FROM handover_row")) == 1
        # Nothing readable lies in the row, and the trail holds a line without a key.
        row = db.execute(text("SELECT * FROM handover_row")).one()
        assert b"sister" not in row.sealed
        assert db.scalar(text("SELECT signature FROM audit_line ORDER BY seq DESC LIMIT 1")) is None


def test_the_buttons_lead_where_they_say(device: Device) -> None:
    def goes(path: str, **fields: str) -> str:
        return device.post(path, fields).headers["Location"]

    assert goes("/form/1", go="back") == "/form"
    assert goes("/form/1", go="next") == "/form/2"
    assert goes("/form/2", go="back", answer="1") == "/form/1"
    assert goes("/form/2", go="pause", answer="2") == "/form/2/pause"
    assert goes("/form/2", go="give_back") == "/form/give-back"
    assert goes("/form/3", way="declined") == "/form/4"
    assert goes("/form/3?change=1", way="did_not_come_up") == "/form/check"
    assert goes("/form/12", answer="0") == "/form/check"
    assert given(device)[:3] == [("", None), ("answered", 2), ("did_not_come_up", None)]
    # Where the form stands: the first question that is open.
    assert device.get("/").headers["Location"] == "/form/1"


def test_a_way_not_to_answer_is_let_go_by_the_same_button(device: Device) -> None:
    """The same question is asked again; pressed twice in a row, it is open all the same."""
    for path in ("/form/3", "/form/3?change=1"):
        device.post(path, {"way": "declined"})
        pressed = device.get(path).text
        assert 'value="left_open" data-way="declined" aria-pressed="true"' in pressed
        sent = {"csrf_token": device.token(), "way": "left_open"} | device.seen(path)
        for _ in range(2):
            assert device.send(path, sent).headers["Location"] == path
        assert 'aria-pressed="true"' not in device.get(path).text
        assert device.app.form.answers.answer_to(3).status == "not_reached"


@pytest.mark.parametrize(
    "fields",
    [
        {"answer": "7"},
        {"answer": "-1"},
        {"answer": "x"},
        {"way": "maybe"},
        {"go": "stop"},
        {"said": "x" * 1001},
        {"answer": "3", "go": "/clients"},
    ],
)
def test_what_no_page_would_send_is_not_kept(device: Device, fields: dict[str, str]) -> None:
    assert device.post("/form/1", fields).status_code == 422
    assert given(device)[0] == ("", None)
    assert device.post("/form/1", {"answer": "3"}).status_code == 303


def test_a_full_disk_is_said_and_what_was_typed_stands_on_the_page(
    device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise StorageFull from OSError(errno.ENOSPC, "full")

    token = device.token()
    monkeypatch.setattr(client_side, "record_answer", full)
    fields = {"answer": "3", "said": "Words that must not be lost."}
    answer = device.post("/form/1", fields)
    assert answer.status_code == 503
    assert client_messages.GENERIC_MESSAGE in answer.text
    assert fields["said"] in answer.text and " checked" in answer.text
    told = device.send("/form/1", fields | {"csrf_token": token}, **{"X-Autosave": "1"})
    assert told.status_code == 503 and told.get_json()["message"] == client_messages.GENERIC_MESSAGE
    monkeypatch.undo()
    assert device.post("/form/1", fields).status_code == 303
    assert given(device)[0] == ("answered", 3)


def test_giving_back_asks_first_then_ends_the_process_and_destroys_the_ticket(device: Device) -> None:
    device.post("/form/1", {"answer": "3"})
    ticket = device.line.ticket_pipe.ticket
    assert "Give the laptop back?" in device.get("/form/give-back").text
    assert device.line.ticket_pipe.ticket == ticket and not device.line.worker_must_end.is_set()
    assert device.post("/form/give-back").headers["Location"] == "/handed-back"
    assert device.line.ticket_pipe.ticket is None and device.line.worker_must_end.is_set()
    # Until the process is gone it answers nothing more, but what the last page looks like.
    assert "<h1>One moment</h1>" in device.get("/form/1").text
    page = device.get("/handed-back")
    assert page.status_code == 200 and "Please give the laptop back" in page.text
    # The process after the next shows the same page.
    device.site.app.extensions.pop(handover_transition._HANDED_OVER_KEY)
    locked = sites.Visitor(device.site.app).get("/handed-back", base_url=device.site.origin)
    assert locked.text == page.text
    style = re.search(r'href="(/static/[^"]+page\.css)"', page.text)
    assert style and device.get(style[1]).status_code == 200


def test_nothing_is_finished_without_being_asked(device: Device) -> None:
    page = device.get("/form/check").text
    assert 'href="/form/finish"' in page and 'action="/form/finish"' not in page
    asked = device.get("/form/finish").text
    assert "Some questions are still open." in asked
    assert device.post("/form/finish").headers["Location"] == "/handed-back"
    assert device.line.ticket_pipe.ticket is None and device.line.worker_must_end.is_set()


@pytest.mark.parametrize(
    "trouble",
    [
        StorageReplaced(Path("/srv/reyes/clinic/clinic.db.rescued.1")),
        damaged_file_error(Path("/srv/reyes/clinic/clinic.db")),
        StorageMismatch(),
    ],
    ids=lambda trouble: type(trouble).__name__,
)
def test_a_client_hears_nothing_of_files_and_folders(
    device: Device, monkeypatch: pytest.MonkeyPatch, trouble: ClinicError
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise trouble

    token = device.token()
    monkeypatch.setattr(client_side, "record_answer", fail)
    monkeypatch.setattr(client_side, "record_act", fail)
    fields = {"csrf_token": token, "answer": "3"}
    for answer in (
        device.post("/form/1", fields),
        device.send("/form/1", fields, **{"X-Autosave": "1"}),
        device.send("/form/finish", fields),
    ):
        assert answer.status_code == 503
        assert client_messages.GENERIC_MESSAGE in answer.text
        for word in ("/srv", "reyes", "clinic.db", "folder", "data file", "Condition"):
            assert word not in answer.text, word


def test_giving_back_works_with_a_full_disk(device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise StorageFull

    monkeypatch.setattr(client_side, "record_act", full)
    token = device.token()
    assert device.send("/form/finish", {"csrf_token": token}).status_code == 503
    assert device.line.ticket_pipe.ticket
    assert device.post("/form/give-back").headers["Location"] == "/handed-back"
    assert device.line.ticket_pipe.ticket is None


def test_a_ticket_that_fits_nothing_is_destroyed(device: Device) -> None:
    site, packed = device.site, device.line.ticket_pipe.ticket
    assert packed
    with writing(site.work.engine) as db:
        out = clinician_side.list_open_handovers(db, site.work.vault)[0]
        clinician_side.merge_handover(db, site.work.vault, out, now=out.recorded_at)
    for ticket in (packed, b"", b"x", packed[:-1], b"\x00" * 500):
        line = TestLine(TestTray(ticket))
        assert client_app.find_handover_app(site.settings, site.work.engine, line, KEY) is None
        assert line.ticket_pipe.ticket is None
    assert (
        client_app.find_handover_app(site.settings, site.work.engine, TestLine(TestTray(None)), KEY) is None
    )


def test_a_form_whose_answers_were_brought_in_takes_no_more(device: Device) -> None:
    site = device.site
    token = device.token()
    with writing(site.work.engine) as db:
        out = clinician_side.list_open_handovers(db, site.work.vault)[0]
        clinician_side.merge_handover(db, site.work.vault, out, now=out.recorded_at)
    answer = device.send("/form/1", {"csrf_token": token, "answer": "3"})
    assert answer.status_code == 503 and "taken back" in answer.text


def test_without_a_sign_the_ticket_is_destroyed_before_the_lock_page(device: Device) -> None:
    now = [0.0]
    device.app._timeouts._clock = lambda: now[0]
    device.app._timeouts.start()
    assert device.app.reason_to_end() is None
    while now[0] < device.site.settings.idle_in_session_seconds - 1:
        now[0] += 1
        # A page that only asks is no sign of a person.
        assert device.get(device.app.form.pulse_address, **{"X-Pulse": "1"}).status_code == 200
        assert device.app.reason_to_end() is None
    now[0] += 1
    assert device.app.reason_to_end() == "idle"
    assert device.line.ticket_pipe.ticket is None


def test_what_was_answered_before_is_not_shown_and_can_be_answered_anew(site: Site) -> None:
    client = site.work.client()
    form = site.work.begun(client, giving(), session=site.work.session(client).id)
    form = site.work.answer(form, [4, 4])
    device = handed_over(site, form)
    assert device.get("/").headers["Location"] == "/form"
    assert 'href="/form/3"' in device.get("/form").text
    page = device.get("/form/1").text
    assert " checked" not in page and "There is an answer to this question from before." in page
    assert device.get("/form/check").text.count("Answered before") == 2


def test_a_second_browser_finds_the_form(device: Device) -> None:
    device.post("/form/1", {"answer": "3"})
    other = let_in(device.site, device.app)
    assert other.get("/", base_url=device.site.origin).headers["Location"] == "/form/2"
    assert other.get("/form/2", base_url=device.site.origin).status_code == 200
    # A browser that never came in by a launch file gets nothing at all.
    stranger = Stranger(device.app).get("/form/2", base_url=device.site.origin)
    assert stranger.data == REFUSED.data


def test_a_page_of_an_earlier_hand_over_is_told_nothing_and_sends_nothing(site: Site) -> None:
    before = a_device(site)
    earlier, token = PULSE.search(before.get("/form/1").text), before.token()
    before.post("/form/give-back")
    site.app.extensions.pop(handover_transition._HANDED_OVER_KEY)
    site.unlock()
    device = a_device(site)
    now = PULSE.search(device.get("/form/1").text)
    assert earlier and now
    told = device.get(earlier[1], **{"X-Pulse": "1"})
    assert (told.status_code, told.data) == (403, REFUSED.data)
    # The control: its own pages are told its token, and only that one keeps an answer.
    assert device.get(now[1], **{"X-Pulse": "1"}).json == {"csrf_token": device.token()}
    assert device.token() != token
    words = {"csrf_token": token, "answer": "3", "said": "Words of another client."}
    assert device.send("/form/1", words, **{"X-Autosave": "1"}).data == REFUSED.data
    assert given(device)[0] == ("", None) and device.line.worker_must_end.is_set()


def test_what_is_larger_than_any_page_of_the_form_is_another_pages(device: Device) -> None:
    """Its token is never read, so it is treated as words of another client: they go with the process."""
    answer = device.post("/form/1", {"said": "x" * 1_200_000})
    assert answer.data == REFUSED.data and device.line.worker_must_end.is_set()
    assert device.next_process().get("/form/1").status_code == 200


def test_a_form_that_was_finished_is_not_taken_up_again(device: Device) -> None:
    """As after a kill between the last row and the moment the ticket is destroyed."""
    ticket, token = device.line.ticket_pipe.ticket, device.token()
    device.post("/form/finish")
    device.app._is_ending = False
    late = device.send("/form/1", {"csrf_token": token, "answer": "3"}, **{"X-Autosave": "1"})
    assert late.status_code == 503 and given(device)[0] == ("", None)
    line = TestLine(TestTray(ticket))
    assert client_app.find_handover_app(device.site.settings, device.site.work.engine, line, KEY) is None
    assert line.ticket_pipe.ticket is None


def test_the_whole_way_back(site: Site) -> None:
    device = a_device(site)
    for number in range(1, 13):
        device.post(f"/form/{number}", {"answer": str(number % 5)})
    device.post("/form/finish")
    with writing(site.work.engine) as db:
        out = clinician_side.list_open_handovers(db, site.work.vault)[0]
        clinician_side.merge_handover(db, site.work.vault, out, now=out.recorded_at)
        kept = administrations.load_administration(db, site.work.vault, device.form.id)
    assert [each.value for each in answers.decode_responses(kept.payload.answers)] == [
        n % 5 for n in range(1, 13)
    ]
    assert kept.state == "completed"


def test_between_two_processes_nobody_sees_the_lock_page(site: Site) -> None:
    device = a_device(site)
    for path in ("/", "/unlock", "/clients", f"/administrations/{device.form.id}/hand-over"):
        page = site.get(path)
        assert "One moment" in page.text and page.headers["Refresh"] == "1; url=/", path
    assert site.get("/pulse", **{"X-Pulse": "1"}).status_code == 401
