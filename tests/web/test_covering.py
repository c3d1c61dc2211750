"""Cover and Lock: both put the keys away; only Cover lets the return code lead back."""

import threading
import time

import pytest

from clinic_toolkit import start_commands
from clinic_toolkit.vault import return_code
from clinic_toolkit.web.access import quick_return, unlocking
from tests.fixtures.sites import Site


def test_cover_puts_the_keys_away_and_leads_back_to_the_page(site: Site) -> None:
    site.keeper.hold_return_blob(b"sealed")
    answer = site.post("/cover", {"back": "/practice"})
    assert answer.headers["Location"] == "/unlock?back=/practice&covered=1"
    assert site.ends == ["covered"]
    assert site.app.worker.logins == {}
    page = site.get(answer.headers["Location"])
    assert "A pause" in page.text
    assert "Nothing is lost. The return code leads back to where you were." in page.text
    assert 'name="code"' in page.text
    assert 'name="back" value="/practice"' in page.text
    assert "Harbour" not in page.text


def test_without_a_code_the_passphrase_is_asked(site: Site) -> None:
    page = site.get(site.post("/cover", {"back": "/"}).headers["Location"])
    assert 'name="passphrase"' in page.text
    assert "The passphrase leads back" in page.text


def test_lock_asks_for_the_passphrase_whatever_the_code(site: Site) -> None:
    site.keeper.hold_return_blob(b"sealed")
    assert site.post("/lock").headers["Location"] == "/unlock"
    assert not site.keeper.has_return_blob()
    assert site.ends == ["locked"]
    assert 'name="passphrase"' in site.get("/unlock").text


def test_a_code_that_is_still_being_prepared_is_not_held_after_the_lock(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = threading.Event()
    monkeypatch.setattr(return_code, "wrap_unlocked_keys", lambda vault, code: (go.wait(5), b"late")[1])

    def hold() -> str:
        quick_return.offer_quick_return("ABC234")
        return ""

    for lock_first in (False, True):
        site.unlock()
        site.app.worker.is_ending = False
        site.post(site.route(hold))
        if lock_first:
            site.post("/lock")
        go.set()
        for thread in threading.enumerate():
            if thread.name == "quick-return":
                thread.join(5)
        assert site.keeper.has_return_blob() is not lock_first
        site.keeper.drop_return_blob()
        go.clear()


def slowly(vault: object, code: str) -> bytes:
    time.sleep(0.2)
    return b"late"


def test_a_code_is_called_taken_only_when_the_keeper_has_it(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(return_code, "wrap_unlocked_keys", slowly)
    monkeypatch.setattr(unlocking, "confirm_passphrase", lambda typed: "")
    site.keeper.drop_return_blob()
    answer = site.post("/practice/code", {"code": "ABC234", "present_passphrase": "known"})
    assert answer.headers["Location"] == "/practice?saved=1"
    assert site.keeper.has_return_blob()


def test_a_cover_right_after_the_unlock_still_leads_back_by_the_code(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(return_code, "wrap_unlocked_keys", slowly)

    def hold() -> str:
        quick_return.offer_quick_return("ABC234")
        return ""

    site.post(site.route(hold))
    page = site.get(site.post("/cover", {"back": "/"}).headers["Location"])
    assert site.ends == ["covered"]
    assert 'name="code"' in page.text


@pytest.mark.parametrize(
    "back",
    ["//evil.example/", "https://evil.example/", "/lock", "/no-such-page", "", "/clients#<b>", "/clients#"],
)
def test_cover_leads_back_to_our_own_pages_only(site: Site, back: str) -> None:
    assert site.post("/cover", {"back": back}).headers["Location"] == "/unlock?covered=1"


def test_cover_leads_back_to_the_field(site: Site) -> None:
    answer = site.post("/cover", {"back": "/clients/new#f-reach_note"})
    page = site.get(answer.headers["Location"]).text
    assert 'name="back" value="/clients/new#f-reach_note"' in page


def test_a_page_that_holds_words_is_covered_where_it_is(site: Site) -> None:
    answer = site.post("/cover", {"back": "/"}, headers={"X-Autosave": "1"})
    assert answer.status_code == 200
    assert answer.json == {"covered": True}
    assert site.ends == ["covered"]


def test_the_last_page_names_no_folder_that_is_opened_without_being_named(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start_commands, "is_usual_folder", lambda data_folder: True)
    page = site.post("/quit").text
    assert "start the program again" in page and str(site.settings.data_folder) not in page


def test_quit_asks_on_a_page_of_its_own_and_ends_everything(site: Site) -> None:
    site.keeper.hold_return_blob(b"sealed")
    asked = site.get("/quit").text
    assert 'action="/quit"' in asked and "It is safe to close" not in asked
    assert not site.ends and site.keeper.has_return_blob()
    answer = site.post("/quit")
    assert answer.status_code == 200 and "It is safe to close this window now" in answer.text
    folder = site.settings.data_folder
    assert str(folder) in answer.text and start_commands.write_start_command(folder) in answer.text
    assert "--restore" not in answer.text
    assert site.ends == ["quit"] and site.keeper.has_quit
    assert not site.keeper.has_return_blob() and site.app.worker.logins == {}
    # Nobody answers any more: its style has to come from the browser's cache.
    assert "cache" not in answer.headers["Clear-Site-Data"]


def test_quit_is_offered_where_work_ends(site: Site) -> None:
    assert 'href="/quit"' in site.get("/").text
    site.post("/lock")
    assert 'href="/quit"' in site.get("/unlock").text
    assert site.get("/quit").status_code == 200


def test_the_two_ways_to_put_the_keys_away_are_told_apart(locked: Site) -> None:
    page = locked.get("/unlock").text
    assert "The return code is enough after <em>Cover</em>" in page
    locked.keeper.hold_return_blob(b"sealed")
    assert "is not enough" not in locked.get("/unlock").text


def test_every_page_of_the_clinician_has_both_buttons(site: Site) -> None:
    for path in ("/", "/clients", "/practice", "/audit"):
        page = site.get(path).text
        assert 'action="/cover"' in page
        assert f'name="back" value="{path}"' in page
        assert "For a break: your return code brings you back. Key: F8" in page
        assert "For longer: only your passphrase opens it again" in page


def test_a_locked_page_offers_no_cover(locked: Site) -> None:
    assert 'action="/cover"' not in locked.get("/unlock").text


def test_typing_is_a_sign_of_a_person_and_an_open_page_is_none(site: Site) -> None:
    activity = site.app.worker.timeouts
    moments = iter(range(0, 100_000, 100))
    activity._clock = lambda: float(next(moments))
    activity.start()
    before = activity._last_active
    site.get("/pulse", **{"X-Pulse": "1"})
    assert activity._last_active == before
    site.get("/pulse", **{"X-Pulse": "typed"})
    assert activity._last_active > before
