"""A worksheet of the practice's own is given like any other, and drawn for good as it was given."""

from clinic_toolkit.record.writing import own_worksheets
from clinic_toolkit.store.transactions import reading
from tests.fixtures.sites import Site
from tests.journeys.own_sheets import REASON, YOURS, save, written
from tests.journeys.pages import Page
from tests.journeys.person import Person


def given(me: Person, session: str, title: str) -> Page:
    """Try to give the sheet with this title in a session, about nobody in particular."""
    page = me.open(f"{session}/worksheets")
    slug = next(slug for slug in page.form("worksheet").values("worksheet") if slug.startswith("own-"))
    assert title in page.text
    return me.send(page, {"worksheet": slug})


def test_a_sheet_waits_until_a_reason_is_kept_with_it(site: Site, me: Person, session: str) -> None:
    page = written(me)
    assert "It waits" in page.text
    assert "/handouts/" not in given(me, session, "Plums and pears").path
    page = save(me, me.follow(page, "Change it"), {"fear_reason": REASON})
    assert f"The reason that was given: {REASON}" in page.text
    assert "/handouts/" in given(me, session, "Plums and pears").path


def test_what_was_given_is_drawn_for_good(site: Site, me: Person, session: str) -> None:
    page = written(me, fear_reason=REASON)
    handout = given(me, session, "Plums and pears")
    before = me.open(f"{handout.path}/sheet?framed=1").body
    save(me, me.follow(page, "Change it"), {"title": "Cherries", "block-0-count": "9"})
    me.press(me.open(page.path), "No longer offer it")
    assert "Plums and pears" in me.open(handout.path).text
    assert me.open(f"{handout.path}/sheet?framed=1").body == before and before.startswith(b"%PDF")


def test_a_retired_sheet_is_not_offered_and_comes_back(site: Site, me: Person, session: str) -> None:
    page = written(me)
    page = me.press(page, "No longer offer it")
    assert "not offered" in page.text
    assert "Plums and pears" not in me.open(f"{session}/worksheets").text
    me.press(page, "Offer it again")
    assert "Plums and pears" in me.open(f"{session}/worksheets").text


def test_a_sheet_for_one_client_stays_with_that_client(site: Site, me: Person) -> None:
    ana, ben = site.work.client("Ana Reyes"), site.work.client("Ben Ash")
    place = me.follow(me.open(f"/clients/{ana.id}"), "Worksheets for this client alone").path
    page = written(me, place, fear_reason=REASON)
    assert "Ana Reyes" in page.text
    assert "Plums and pears" in me.open(place).text and "Plums and pears" not in me.open(YOURS).text
    for client, offered in ((ana, True), (ben, False)):
        session = f"/sessions/{site.work.session(client).id}"
        assert ("Plums and pears" in me.open(f"{session}/worksheets").text) == offered
    with reading(site.work.engine) as db:
        [sheet] = own_worksheets.list_versions(db, site.work.vault, ana.id)
    assert sheet.payload.client_id == ana.id


def test_the_search_of_the_catalogue_finds_it_and_its_page(site: Site, me: Person) -> None:
    written(me, title="Quinces", aim="To set one thing down by the door.")
    page = me.open("/worksheets?words=quinces")
    assert "of your own, not tested" in page.text and "Want to, have to" not in page.text
    shown = me.follow(page, "Look at it Quinces")
    assert shown.path.startswith(YOURS) and "Written by your practice; not tested." in shown.text
    assert me.open("/worksheets/own-" + "0" * 32).status == 404
