"""A page from before a lock: it can put keys away, and what it sends comes back to be sent again."""

import pytest
from flask import request

from clinic_toolkit.web.perimeter import post_bodies
from tests.fixtures.handed_over_device import handed_over
from tests.fixtures.practices import giving
from tests.fixtures.sites import TOKEN, Site

TYPED = {"name": "Ana & “Reyes”", "note": "a\r\nb"}
SECRET = {"passphrase": "correct horse", "return_code": "ABC123"}


@pytest.mark.parametrize("token", [{}, {"csrf_token": "old"}], ids=["none", "an old one"])
@pytest.mark.parametrize("path", ["/lock", "/cover"])
def test_keys_are_put_away_whatever_the_token(site: Site, path: str, token: dict[str, str]) -> None:
    assert site.post(path, token, token=False).status_code == 303
    assert site.ends == ["locked" if path == "/lock" else "covered"]
    assert not site.app.worker.logins


def test_a_form_is_handed_over_and_given_back_whatever_the_token(site: Site) -> None:
    form = site.work.begun(site.work.client(), giving())
    assert site.post(f"/administrations/{form.id}/hand-over", token=False).status_code == 303
    assert site.ends == ["handed over"] and site.keeper.ticket


def test_a_form_is_given_back_whatever_the_token_but_nothing_else(site: Site) -> None:
    device = handed_over(site, site.work.begun(site.work.client(), giving()))
    assert device.send("/form/finish", {"csrf_token": "old"}).status_code == 403
    device.line.worker_must_end.clear()
    device.app._is_ending = False
    assert device.send("/form/give-back", {"csrf_token": "old"}).headers["Location"] == "/handed-back"
    assert device.line.ticket_pipe.ticket is None and device.line.worker_must_end.is_set()


def test_a_clients_page_goes_on_after_its_process_was_killed(site: Site) -> None:
    device = handed_over(site, site.work.begun(site.work.client(), giving()))
    token = device.token()
    later = device.next_process()
    assert later.send("/form/1", {"csrf_token": token, "answer": "3"}).status_code == 303
    sent = {"csrf_token": token, "answer": "2"} | later.seen("/form/1")
    assert later.send("/form/1", sent, **{"X-Autosave": "1"}).status_code == 200


def test_no_page_of_another_origin_puts_keys_away(site: Site) -> None:
    for headers in ({"Sec-Fetch-Site": "same-site"}, {"Origin": "http://localhost:9"}):
        assert site.post("/lock", token=False, headers=headers).status_code == 403
    assert not site.ends


def test_what_an_old_page_sent_comes_back_and_can_be_sent_again(site: Site) -> None:
    got = []

    def view() -> str:
        got.append(request.form.to_dict())
        return "saved"

    path = site.route(view)
    page = site.post(f"{path}?part=2", TYPED | SECRET | {"csrf_token": "old"}, token=False)
    assert page.status_code == 422 and not got
    assert "Ana &amp; “Reyes”" in page.text and "Send again" in page.text
    assert f'action="{path}?part=2"' in page.text and "<body" in page.text and " data-words>" in page.text
    assert not any(secret in page.text for secret in SECRET.values())
    token = TOKEN.search(page.text)
    assert token
    assert site.post(path, TYPED | {"csrf_token": token[1]}, token=False).text == "saved"


def test_what_came_too_early_to_be_read_stays_on_its_page(site: Site) -> None:
    """The program was locked when the form arrived, and is unlocked when it is answered."""
    got = []

    def view() -> str:
        got.append(request.form.to_dict())
        return "saved"

    path = site.route(view)
    from_a_page = {"Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate"}
    unread = {post_bodies.UNREAD_KEY: True}
    answer = site.post(path, TYPED, headers=from_a_page, environ_overrides=unread)
    assert (answer.status_code, answer.data) == (204, b"") and not got
    # By script it is told to send them once more.
    told = site.post(path, TYPED, headers={"X-Autosave": "1"}, environ_overrides=unread)
    assert told.status_code == 422 and told.get_json()["csrf_token"] and not got
    # Read, the same form does what it should.
    assert site.post(path, TYPED, headers=from_a_page).text == "saved"


def test_a_script_is_told_the_token_of_now(site: Site) -> None:
    path = site.route(lambda: "saved")
    told = site.post(path, TYPED | {"csrf_token": "old"}, token=False, headers={"X-Autosave": "1"})
    assert told.status_code == 422 and told.get_json()["message"]
    again = TYPED | {"csrf_token": told.get_json()["csrf_token"]}
    assert site.post(path, again, token=False, headers={"X-Autosave": "1"}).text == "saved"


def test_a_lock_by_script_leaves_the_page_where_it_is(site: Site) -> None:
    site.keeper.hold_return_blob(b"sealed")
    answer = site.post("/lock", token=False, headers={"X-Autosave": "1"})
    assert (answer.status_code, answer.json) == (200, {"locked": True})
    assert site.ends == ["locked"] and not site.keeper.has_return_blob()
