"""Erasing a client through the pages: asked for, brought back, listed, erased; how long records are kept."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from clinic_toolkit.instruments import catalogue
from clinic_toolkit.record.people import practice_access
from clinic_toolkit.store.transactions import store_of
from clinic_toolkit.web.perimeter.timeouts import suspend_aware_clock
from tests.fixtures import filled
from tests.fixtures.practices import NOW, giving
from tests.fixtures.sites import Site
from tests.journeys import intake
from tests.journeys.intake import named, take_in
from tests.journeys.pages import Page
from tests.journeys.person import Person

RIGHT = "glacier mandolin unwrapped"


def ask(me: Person, page: Page, **typed: str) -> Page:
    """Go from the page of a client to that of erasing, and send its form."""
    erase = me.follow(me.follow(page, "Keep or erase"), "Erase this client")
    initials = next(hint for hint in erase.text.split("They are: ")[1:])[:5].split("\n")[0].strip()
    return me.send(erase, {"reason": "asked_for", "words": "Her wish", "typed_initials": initials} | typed)


@pytest.fixture(autouse=True)
def type_passphrase(site: Site) -> None:
    """The passphrase was typed just now."""
    unlock(site)


def unlock(site: Site) -> None:
    site.unlock()
    for login in site.app.worker.logins.values():
        login.passphrase_typed_at = suspend_aware_clock()


def later(days: float) -> time_machine.travel:
    return time_machine.travel(datetime.now(UTC) + timedelta(days=days), tick=True)


def test_what_goes_and_what_stays_is_said_before(me: Person, site: Site) -> None:
    page = take_in(me, "Ana Reyes")
    erase = me.follow(me.follow(page, "Keep or erase"), "Erase this client")
    for words in ("A client", "a case", "Lines of the audit trail", "copies of the data folder", "printed"):
        assert words in erase.text
    assert named(me.open("/clients")) == ["Ana Reyes"]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"typed_initials": "B. L."}, "Type the initials or the code of this client"),
        ({"typed_initials": ""}, "Type the initials or the code of this client"),
        ({"words": ""}, "so write why it is erased"),
        ({"reason": "whim"}, "Choose why."),
    ],
)
def test_what_is_missing_is_asked_for_and_nothing_is_done(
    me: Person, typed: dict[str, str], sentence: str
) -> None:
    page = ask(me, take_in(me, "Ana Reyes"), **typed)
    assert sentence in page.text and page.status == 422
    assert named(me.open("/clients")) == ["Ana Reyes"]


def test_it_leaves_the_lists_and_comes_back(me: Person) -> None:
    page = take_in(me, "Ana Reyes")
    take_in(me, "Carla Aho")
    due = ask(me, page, typed_initials="ar")
    assert due.path == "/due" and "Can still be brought back" in due.text and "Ana" not in due.text
    assert named(me.open("/clients")) == ["Carla Aho"]
    assert named(me.send(me.open("/clients"), {"words": "Ana"})) == []
    shown = me.open(page.path)
    assert "To be erased, and no longer in the lists." in shown.text
    assert me.open(f"{page.path}/erase").path == "/due"
    assert me.press(due, "Bring back").path == page.path
    assert named(me.open("/clients")) == ["Ana Reyes", "Carla Aho"]


def test_today_asks_once_more_and_then_nothing_is_left(me: Person, site: Site) -> None:
    page = take_in(me, "Ana Reyes")
    ask(me, page)
    assert "To erase" not in me.open("/").text
    with later(6.5):
        assert "To erase" not in me.open("/").text
    with later(7.1):
        unlock(site)
        today = me.open("/")
        assert "To erase" in today.text and "A. R." in today.text and "Ana" not in today.text
        shown_again = me.press(today, "Erase now")
        assert shown_again.status == 409
        assert "the clock went forward by 7 days" in shown_again.text
        refused = me.press(shown_again, "Erase this client")
        assert refused.status == 409 and me.open(page.path).status == 200
        day = shown_again.form("today").values("today")[0]
        done = me.send(shown_again, {"today": day})
        assert done.path.startswith("/due") and "Erased." in done.text
        assert me.open(page.path).status == 404
        assert me.send(shown_again, {"today": day}).path == "/due"
        assert "Erased a client or a couple for good" in me.open("/audit").text


def test_without_the_passphrase_nothing_is_asked_for_and_nothing_erased(
    me: Person, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(practice_access, "is_current_passphrase", lambda db, vault, typed: typed == RIGHT)
    site.app.worker.serving_since = -1000.0
    page = take_in(me, "Ana Reyes")
    here = next(iter(site.app.worker.logins.values()))
    here.passphrase_typed_at = suspend_aware_clock() - 301
    asked = ask(me, page)
    assert "Your passphrase, once more" in asked.text
    assert named(me.open("/clients")) == ["Ana Reyes"]
    assert me.send(asked, {"stepup_passphrase": RIGHT}).path == "/due"
    with later(7.1):
        here.passphrase_typed_at = suspend_aware_clock() - 301
        assert "Your passphrase, once more" in me.press(me.open("/"), "Erase now").text
        assert me.open(page.path).status == 200


def test_the_joint_record_of_a_couple_is_asked_about(me: Person, site: Site) -> None:
    couple = intake.couple(me, "Ana Reyes", "Bo Lindqvist")
    page = me.follow(couple, "Ana Reyes")
    erase = me.open(f"{page.path}/erase")
    assert "The joint record with Bo Lindqvist" in erase.text
    [choice] = [name for name in erase.form("joint").names if name.startswith("couple-")]
    assert "Choose what becomes of the joint record" in ask(me, page).text
    assert "tick that it is gone for both" in ask(me, page, **{choice: "erase"}).text
    assert ask(me, page, **{choice: "keep"}).path == "/due"
    with later(7.1):
        unlock(site)
        shown_again = me.press(me.open("/"), "Erase now")
        me.send(shown_again, {"today": shown_again.form("today").values("today")[0]})
        kept = me.open(couple.path)
        assert kept.status == 200 and "Bo Lindqvist" in kept.text and "Ana" not in kept.text
        assert "The other partner was erased" in kept.text and "Start a session" not in kept.text
        assert me.open("/clients").status == 200
        assert "Sessions with a partner who was erased" in me.follow(kept, "Bo Lindqvist").text
        alone = me.open(f"{me.follow(kept, 'Bo Lindqvist').path}/erase")
        assert "The joint record" not in alone.text


def test_a_legal_hold_keeps_it(me: Person) -> None:
    page = take_in(me, "Ana Reyes")
    keep = me.follow(page, "Keep or erase")
    assert "Write why nothing may be erased." in me.send(keep, {"hold_reason": ""}).text
    held = me.send(keep, {"hold_reason": "A court asked for it"})
    assert "A court asked for it" in held.text
    erase = me.follow(held, "Erase this client")
    assert "It cannot be erased now." in erase.text and not any(
        "typed_initials" in form.names for form in erase.forms
    )
    assert "Erase this client" in me.press(held, "Release the hold").text


def test_the_rule_is_proposed_confirmed_and_lists_whom_it_is_over_for(me: Person, site: Site) -> None:
    take_in(me, "Ana Reyes")
    assert "You have not said yet how long records are kept" in me.open("/due").text
    rule = me.follow(me.open("/due"), "Say how long")
    assert "There is no proposal for your country." in rule.text
    for wrong in ("", "0", "ten", "99"):
        assert "Write whole years from 1 to 50." in me.send(rule, {"years": wrong}).text
    assert "You said 7 years" in me.send(rule, {"years": "7"}).text
    assert "Nobody." in me.open("/due").text
    with later(8 * 366):
        unlock(site)
        due = me.open("/due")
        assert "Need not be kept any longer" in due.text and "Ana Reyes" in due.text
        assert "last session, or added, on" in due.text and "the day on which they were added" in due.text
        keep = me.follow(due, "Keep longer")
        assert "asks you once more after seven days" in keep.text
        until = (datetime.now(UTC) + timedelta(days=400)).date().isoformat()
        assert "Write why it is kept longer." in me.send(keep, {"keep_until": until}).text
        kept = me.send(keep, {"keep_until": until, "keep_reason": "Study"})
        assert "Study" in kept.text
        assert "Ana Reyes" not in me.open("/due").text
        assert named(me.open("/clients")) == ["Ana Reyes"]


def test_nothing_is_erased_by_a_wrong_clock(me: Person, site: Site) -> None:
    page = take_in(me, "Ana Reyes")
    me.send(me.open("/practice/retention"), {"years": "1"})
    ask(me, page)
    for days in (3653, -3653):
        with later(days):
            unlock(site)
            assert me.open("/").status == 200 and me.open("/due").status == 200
            assert me.open(page.path).status == 200
    assert me.press(me.open("/due"), "Bring back").path == page.path
    assert named(me.open("/clients")) == ["Ana Reyes"]


@pytest.mark.parametrize("has_copy", [False, True])
def test_no_file_holds_what_was_sealed_of_it_but_a_copy_that_is_named(
    me: Person, site: Site, has_copy: bool
) -> None:
    client = site.work.client("Ana Reyes")
    site.work.answer(site.work.begun(client, giving()), [3, None, 2])
    with time_machine.travel(datetime.now(UTC), tick=True):
        assert ask(me, me.open(f"/clients/{client.id}")).path == "/due"
    folder = Path(site.work.engine.url.database or "").parent
    needle = client.ring.bytes
    files = [path for path in folder.iterdir() if path.is_file() and "anchor" not in path.name]
    assert any(needle in path.read_bytes() for path in files)
    if has_copy:
        store_of(site.work.engine).write_snapshot(folder / "before-restore-1")
    with later(7.1):
        unlock(site)
        shown_again = me.press(me.open("/"), "Erase now")
        done = me.send(shown_again, {"today": shown_again.form("today").values("today")[0]})
    assert ("No file of the data folder holds it any more." in done.text) is not has_copy
    assert ("before-restore-1" in done.text) is has_copy
    assert not [path for path in files if path.exists() and needle in path.read_bytes()]


def test_an_open_prompt_is_told_after_the_passphrase_and_not_before(me: Person, site: Site) -> None:
    client = site.work.client("Ana Reyes")
    forms = catalogue.list_instruments()
    asking = next(form for form in forms if any(item.safety_flag == "fear" for item in form.items))
    place = next(at for at, item in enumerate(asking.items) if item.safety_flag == "fear")
    whom = filled.person(site.work, client, "M.", now=NOW)
    filled.filled(site.work, client, asking, whom, {place: filled.said(4)}, now=NOW)
    page = me.open(f"/clients/{client.id}")
    assert "still to be asked" not in me.open(f"{page.path}/erase").text
    refused = ask(me, page)
    assert refused.status == 422 and "Something is still to be asked about." in refused.text
    assert named(me.open("/clients")) == ["Ana Reyes"]
