"""The passphrase once more, before an act that a screen left open must not be enough for."""

import pytest
from flask.typing import ResponseReturnValue

from clinic_toolkit.record.people import practice_access
from clinic_toolkit.store.storage_errors import StorageFull
from clinic_toolkit.vault import unlock_attempts
from clinic_toolkit.web.access import step_up, unlocking
from clinic_toolkit.web.perimeter.timeouts import suspend_aware_clock
from clinic_toolkit.web.transport import responses
from tests.fixtures import passphrase_checks
from tests.fixtures.sites import Site

RIGHT = "glacier mandolin unwrapped"


@pytest.fixture
def asked(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """An unlocked site whose passphrase is compared without its second of work."""
    passphrase_checks.know_passphrase(monkeypatch, lambda typed: typed == RIGHT)
    site.app.worker.serving_since = -1000.0
    return site


def acts(site: Site) -> tuple[str, str, list[str]]:
    """An export by GET and a deletion by POST, and what was done."""
    done: list[str] = []

    @step_up.require_passphrase
    def export() -> str:
        done.append("export")
        return "exported"

    @step_up.require_passphrase
    def remove() -> ResponseReturnValue:
        from flask import request

        done.append(f"removed {request.form['why']}")
        return responses.redirect_to("/")

    return site.route(export, "GET"), site.route(remove), done


def typed_at(site: Site, seconds_ago: float) -> None:
    here = next(iter(site.app.worker.logins.values()))
    here.passphrase_typed_at = suspend_aware_clock() - seconds_ago


def test_a_passphrase_of_just_now_is_enough(asked: Site) -> None:
    export, remove, done = acts(asked)
    typed_at(asked, 299)
    assert asked.get(export).text == "exported"
    assert asked.post(remove, {"why": "wish"}).status_code == 303
    assert done == ["export", "removed wish"]


@pytest.mark.parametrize("ago", [301, None])
def test_later_or_after_a_return_code_it_is_asked_for(asked: Site, ago: float | None) -> None:
    export, remove, done = acts(asked)
    if ago:
        typed_at(asked, ago)
    for page in (asked.get(export), asked.post(remove, {"why": "wish"})):
        assert "Your passphrase, once more" in page.text
        assert 'name="stepup_passphrase"' in page.text
    assert done == []


def test_the_right_one_leads_to_the_act_and_is_fresh_from_then_on(asked: Site) -> None:
    _, remove, done = acts(asked)
    asked.post(remove, {"why": "wish"})
    page = asked.post(remove, {"why": "wish", step_up.STEP_UP_FIELD: RIGHT})
    assert page.status_code == 303
    assert done == ["removed wish"]
    assert asked.post(remove, {"why": "again"}).status_code == 303
    assert unlock_attempts.count_most_failures(asked.settings.data_folder) == 0


def test_a_page_that_is_only_opened_is_reached_through_the_question(asked: Site) -> None:
    answer = asked.post("/confirm", {step_up.STEP_UP_FIELD: RIGHT, "next": "/practice"})
    assert answer.headers["Location"] == "/practice"
    for elsewhere in ("//evil.example/", "https://evil.example/", "/no-such-page", ""):
        answer = asked.post("/confirm", {step_up.STEP_UP_FIELD: RIGHT, "next": elsewhere})
        assert answer.headers["Location"] == "/"
    assert asked.get("/confirm").headers["Location"] == "/"


def test_what_was_sent_is_sent_again_and_a_secret_is_not(asked: Site) -> None:
    _, remove, _ = acts(asked)
    page = asked.post(remove, {"why": "a <wish>", "code": "ABC234"}).text
    assert 'name="why" value="a &lt;wish&gt;"' in page
    assert "ABC234" not in page
    assert f'action="{remove}"' in page


def test_a_wrong_one_locks_is_counted_and_the_code_is_gone(asked: Site) -> None:
    _, remove, done = acts(asked)
    asked.keeper.hold_return_blob(b"sealed")
    page = asked.post(remove, {"why": "wish", step_up.STEP_UP_FIELD: "wrong one"})
    assert page.status_code == 422
    assert "the practice is locked" in page.text
    assert "wrong one" not in page.text
    assert done == []
    assert asked.ends == ["wrong secret"]
    assert not asked.keeper.has_return_blob()
    assert unlock_attempts.count_most_failures(asked.settings.data_folder) == 1


def test_a_wrong_one_ends_the_process_even_if_that_cannot_be_noted(
    asked: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise StorageFull

    _, remove, _ = acts(asked)
    asked.keeper.hold_return_blob(b"sealed")
    monkeypatch.setattr(practice_access, "record_refused_passphrase", full)
    asked.post(remove, {"why": "wish", step_up.STEP_UP_FIELD: "wrong one"})
    assert asked.ends == ["wrong secret"] and not asked.app.worker.logins
    assert not asked.keeper.has_return_blob()


def test_a_process_on_its_way_out_compares_no_more(asked: Site) -> None:
    path = asked.route(lambda: unlocking.confirm_passphrase(RIGHT))
    asked.app.worker.is_ending = True
    assert asked.post(path).text == unlocking.ENDED_MESSAGE
    # The control: one that stays compares it, and is satisfied.
    asked.app.worker.is_ending = False
    assert asked.post(path).text == ""


def test_an_empty_one_is_asked_for_again(asked: Site) -> None:
    page = asked.post("/confirm", {step_up.STEP_UP_FIELD: "", "next": "/practice"})
    assert page.status_code == 422
    assert "Type your present passphrase." in page.text
    assert asked.ends == []


def test_every_act_on_the_ways_in_asks_for_the_passphrase(asked: Site) -> None:
    """By its own field or by the mark; the return code, which is right here, is not enough."""
    key_acts = {"/practice/code", "/practice/passphrase", "/practice/sheet", "/practice/new-keys"}
    assert key_acts <= set(asked.addresses())
    for path in key_acts:
        assert 'name="present_passphrase"' in asked.get(path).text, path
        answer = asked.post(path, {"off": "yes", "code": "ABC234", "present_passphrase": ""})
        assert answer.status_code == 422, path
