"""What is posted to a process without keys: not read where nobody asked for it, and not kept."""

import threading

import pytest

from clinic_toolkit.settings import Settings
from clinic_toolkit.web.access import after_unlock, guard, unlocking
from clinic_toolkit.web.perimeter import browser_launch, post_bodies
from tests.fixtures.handed_over_device import handed_over, key_of
from tests.fixtures.practices import giving
from tests.fixtures.sites import TOKEN, Site

NOTE = "/sessions/00000000-0000-4000-8000-000000000000/note"


def asked(site: Site, path: str, **other: str) -> dict[str, str]:
    """The headers of a form that a page of ours posts."""
    settings: Settings = site.settings
    cookie = browser_launch.launch_cookie_value(settings, key_of(site))
    return {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8765",
        "wsgi.url_scheme": "http",
        "HTTP_HOST": settings.host,
        "HTTP_SEC_FETCH_SITE": "same-origin",
        "HTTP_COOKIE": f"{browser_launch.COOKIE_NAME}={cookie}",
        "CONTENT_LENGTH": "75",
    } | other


WRONG = {
    "another host": {"HTTP_HOST": "127.0.0.1:8765"},
    "another site": {"HTTP_SEC_FETCH_SITE": "same-site"},
    "no launch cookie": {"HTTP_COOKIE": ""},
    "the cookie of an earlier start": {"HTTP_COOKIE": f"{browser_launch.COOKIE_NAME}=earlier"},
    "too much": {"CONTENT_LENGTH": str(2**20 + 1)},
    "no length": {"CONTENT_LENGTH": "many"},
    "no form": {"REQUEST_METHOD": "GET"},
}


@pytest.mark.parametrize("what", WRONG)
def test_nothing_is_read_that_the_gate_refuses(site: Site, what: str) -> None:
    assert site.app.may_read_body(asked(site, NOTE))
    assert not site.app.may_read_body(asked(site, NOTE, **WRONG[what]))


def test_a_locked_process_reads_what_its_own_pages_ask_for_and_nothing_else(locked: Site) -> None:
    locked.app.worker.has_practice = True
    for rule in locked.app.url_map.iter_rules():
        if "POST" in (rule.methods or ()) and not rule.arguments:
            read = locked.app.may_read_body(asked(locked, rule.rule))
            own = ("/unlock", "/unlock/sheet", "/unlock/executor", "/lock", "/cover", "/quit")
            assert read is (rule.rule in own), rule.rule
    for path in (NOTE, "/no-such-page", "/unlock/trail/x", "/static/x/page.css"):
        assert not locked.app.may_read_body(asked(locked, path)), path


def test_before_there_is_a_practice_only_the_set_up_is_read(locked: Site) -> None:
    locked.app.worker.has_practice = False
    assert locked.app.may_read_body(asked(locked, "/setup"))
    assert locked.app.may_read_body(asked(locked, "/setup/passphrase"))
    assert not locked.app.may_read_body(asked(locked, "/unlock"))


def test_a_form_in_a_clients_hands_reads_only_what_is_sent_to_it(site: Site) -> None:
    client = site.work.client()
    device = handed_over(site, site.work.begun(client, giving()))
    assert device.app.may_read_body(asked(site, "/form/1"))
    for path in ("/unlock", "/setup/passphrase", NOTE, "/form/check", "/no-such-page"):
        assert not device.app.may_read_body(asked(site, path)), path
    assert not device.app.may_read_body(asked(site, "/form/1", HTTP_SEC_FETCH_SITE="cross-site"))
    # Unread, it is refused as ever, and the process has no reason to end.
    answer = device.browser.post(
        "/unlock",
        base_url=site.origin,
        data={"passphrase": "x"},
        headers={"Origin": site.origin},
        environ_overrides={post_bodies.UNREAD_KEY: True},
    )
    assert answer.status_code == 403 and not device.line.worker_must_end.is_set()


REFUSED = {
    "an old page": ("/unlock", {"passphrase": "x" * 20, "csrf_token": "old"}),
    "nothing that fits": ("/unlock", {"passphrase": "x" * 5000}),
    "a code after three tries": ("/unlock", {"code": "ABC234"}),
    "too much text": ("/unlock", {"passphrase": "x" * 1_200_000}),
    "an old page of the sheet": ("/unlock/sheet", {"group1": "ABCDE", "csrf_token": "old"}),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_was_read_and_opened_nothing_ends_the_process(locked: Site, what: str) -> None:
    path, fields = REFUSED[what]
    answer = locked.post(path, fields, token="csrf_token" not in fields)
    assert answer.status_code in (413, 422)
    assert locked.ends == ["posted in vain"]


def test_a_form_that_cannot_be_read_ends_the_process_too(locked: Site) -> None:
    answer = locked.browser.post(
        "/unlock",
        base_url=locked.origin,
        data=b"--x\r\nContent-Disposition: form-data; name=passphrase\r\n\r\nright",
        content_type="multipart/form-data; boundary=x",
        headers={"Origin": locked.origin},
    )
    assert answer.status_code in (400, 413, 422)
    assert locked.ends == ["posted in vain"]


def test_a_step_of_the_set_up_that_fails_ends_the_process(locked: Site) -> None:
    locked.app.worker.has_practice = False
    guard.allow_always(locked.app.view_functions["setup.passphrase"])
    try:
        token = TOKEN.search(locked.get("/unlock").text)
        assert token
        fields = {"csrf_token": token[1], "passphrase": "almost right", "passphrase_again": "almost"}
        assert locked.post("/setup/passphrase", fields, token=False).status_code == 422
    finally:
        guard.allow_before_setup(locked.app.view_functions["setup.passphrase"])
    assert locked.ends == ["posted in vain"]


def test_what_was_read_in_an_unlocked_process_ends_nothing(site: Site) -> None:
    assert site.post("/clients/new", {"name": ""}).status_code == 422
    assert site.post("/clients/new", {"name": "Ben"}, token=False).status_code == 422
    assert not site.ends


def test_the_second_of_two_tries_does_not_end_the_first(
    locked: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, go = threading.Event(), threading.Event()

    def slowly(typed: str) -> str:
        if typed == "first":
            began.set()
            assert go.wait(20)
            return ""
        return unlocking.BUSY_MESSAGE

    monkeypatch.setattr(unlocking, "unlock_with_passphrase", slowly)
    monkeypatch.setattr(after_unlock, "unverified_audit_line", lambda: 1)
    token = locked.token()
    sent = {"csrf_token": token, "passphrase": "first"}
    first = threading.Thread(target=lambda: locked.post("/unlock", sent, token=False))
    first.start()
    assert began.wait(20)
    assert locked.post("/unlock", sent | {"passphrase": "second"}, token=False).status_code == 422
    assert not locked.ends
    go.set()
    first.join()
    # Nobody came in by either: now what both sent goes with the process.
    assert locked.ends == ["posted in vain"]


def test_a_locked_program_leaves_the_page_with_its_fields_where_it_is(locked: Site) -> None:
    from_a_page = {"Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate"}
    answer = locked.post(NOTE, {"data": "words"}, token=False, headers=from_a_page)
    assert (answer.status_code, answer.data) == (204, b"")
    # By script it is said, and whoever asks for a page is led to the lock.
    assert locked.post(NOTE, {}, token=False, headers={"X-Autosave": "1"}).status_code == 401
    assert locked.get(NOTE, **from_a_page).headers["Location"].startswith("/unlock")
