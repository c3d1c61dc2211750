from pathlib import Path

import pytest
from flask import request

from clinic_toolkit import settings as configuration
from clinic_toolkit.store.opening import open_store
from clinic_toolkit.web.access import guard
from clinic_toolkit.web.access.guard import AccessState
from clinic_toolkit.web.app import create_app
from clinic_toolkit.web.context import Login
from tests.fixtures.sites import UNKNOWN, Site, TestKeeper, Visitor
from tests.fixtures.vaults import cheap_vault

NOTE = f"/sessions/{UNKNOWN}/note"


def moments(site: Site) -> dict[str, AccessState]:
    with site.app.app_context():
        return {endpoint: guard.required_state(endpoint) for endpoint in site.app.view_functions}


def test_every_route_needs_the_keys_unless_it_is_named_here(site: Site) -> None:
    open_earlier = {
        endpoint: moment for endpoint, moment in moments(site).items() if moment != AccessState.UNLOCKED
    }
    assert {endpoint for endpoint, moment in open_earlier.items() if moment == AccessState.ALWAYS} == {
        "static",
        "handover.handed_back",
        "lock.cover",
        "lock.ask_to_quit",
        "lock.lock",
        "lock.quit_program",
        "promises.index",
    }
    assert {endpoint for endpoint, moment in open_earlier.items() if moment == AccessState.WITH_KEYS} == {
        "lock.pulse"
    }
    assert {endpoint for endpoint, moment in open_earlier.items() if moment == AccessState.SHARED_SCREEN} == {
        "shared.show"
    }
    rooms = {endpoint.partition(".")[0] for endpoint in open_earlier}
    assert rooms <= {"static", "lock", "setup", "promises", "handover", "shared", "executor"}


def test_locked_every_page_leads_to_the_lock(locked: Site) -> None:
    for address in [*locked.addresses(), "/no-such-page"]:
        with locked.app.test_request_context(address, base_url=locked.origin):
            moment = guard.required_state(request.endpoint)
        if moment in (AccessState.ALWAYS, AccessState.WHILE_LOCKED):
            continue
        answer = locked.get(address)
        if moment == AccessState.SHARED_SCREEN:
            # What a client sees leads nowhere, least of all to the lock.
            assert answer.status_code == 200 and "<h1>One moment</h1>" in answer.text
            continue
        assert answer.status_code == 303
        assert answer.headers["Location"].partition("?")[0] == "/unlock", address
    assert not locked.ends


def test_after_unlocking_the_person_is_where_they_were(locked: Site) -> None:
    assert locked.get(NOTE).headers["Location"] == f"/unlock?back={NOTE}"
    page = locked.get(f"/unlock?back={NOTE}")
    assert f'name="back" value="{NOTE}"' in page.text
    for elsewhere in (
        "//evil.example/",
        "http://evil.example/",
        "/lock",
        "/unlock",
        "/no-such-page",
        "/\\evil.example",
        "javascript:1",
        "/static/x/y.css",
        f"{NOTE}?q=words",
    ):
        page = locked.browser.get("/unlock", base_url=locked.origin, query_string={"back": elsewhere})
        assert 'name="back" value=""' in page.text, elsewhere


def test_words_in_an_address_are_not_remembered(locked: Site) -> None:
    assert locked.get("/clients?words=Ana").headers["Location"] == "/unlock?back=/clients"


def test_a_script_that_saves_at_the_lock_is_told_so(locked: Site) -> None:
    answer = locked.post(NOTE, {"a": "b"}, token=False, headers={"X-Autosave": "1"})
    assert answer.status_code == 401
    assert answer.get_json()["message"]
    assert locked.get("/pulse", **{"X-Pulse": "1"}).status_code == 401


def test_what_was_posted_to_a_locked_worker_ends_it(locked: Site) -> None:
    locked.get(NOTE)
    assert not locked.ends
    locked.post(NOTE, {"data": "words of a client"}, token=False)
    assert locked.ends == ["posted while locked"]


def test_no_practice_leads_to_the_first_page_of_all(tmp_path: Path) -> None:
    engine = open_store(tmp_path)
    settings = configuration.load_settings(tmp_path, environ={})
    app = create_app(settings, engine=engine, keeper=TestKeeper(), end_worker=lambda reason: None)
    browser = Visitor(app)
    origin = f"http://{settings.host}"
    for path in ("/", "/unlock", "/unlock/sheet", NOTE, "/no-such-page"):
        answer = browser.get(path, base_url=origin)
        assert answer.headers["Location"] == "/setup", path
    assert browser.get("/setup", base_url=origin).status_code == 200
    cheap_vault(engine)
    assert browser.get("/setup", base_url=origin).headers["Location"] == "/unlock"


@pytest.mark.parametrize(("must_choose", "leads_to"), [(True, "/unlock/choose"), (False, None)])
def test_who_came_by_the_sheet_chooses_a_passphrase_first(
    site: Site, must_choose: bool, leads_to: str | None
) -> None:
    site.app.worker.logins["known"] = Login(vault=site.work.vault, must_choose_passphrase=must_choose)
    path = site.route(lambda: "here", "GET")
    answer = site.get(path)
    assert answer.headers.get("Location") == leads_to
    assert site.get("/pulse", **{"X-Pulse": "1"}).status_code == 200
    # The first pages are never for someone who is in.
    assert site.get("/setup").status_code == 303
    assert site.get("/unlock").status_code == 303


def test_a_page_left_open_does_not_count_as_a_person(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    monkeypatch.setattr(site.app.worker.timeouts, "record_activity", lambda: calls.append(1))
    site.get("/pulse", **{"X-Pulse": "1"})
    assert not calls
    site.get(site.route(lambda: "here", "GET"))
    assert calls == [1]


def test_the_first_page_is_only_for_the_time_before(site: Site) -> None:
    assert AccessState.BEFORE_SETUP in moments(site).values()
