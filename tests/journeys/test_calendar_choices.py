"""What was chosen on the calendar page is still chosen when the page is shown again with an error."""

from tests.calendars.test_file_reader import make_file
from tests.fixtures.sites import Site
from tests.journeys.person import Person
from tests.journeys.test_calendar_files import OLD_RULES, SOON, field_names, hour, read


def test_what_was_unticked_stays_so_when_the_page_asks_again(site: Site, me: Person) -> None:
    site.work.client("Ivo Lindqvist")
    me.press(read(site, me, make_file(hour())), "Save what is chosen")
    far = [
        "UID:far",
        f"DTSTART;TZID=America/Sao_Paulo:{SOON:%Y%m%d}T140000",
        "DURATION:PT50M",
        "SUMMARY:I. L.",
    ]
    page = read(site, me, make_file(hour(uid="again"), far, zone=OLD_RULES))
    (same,) = field_names(page, "same-")
    assert same in page.form(same).standing()
    assert same in me.press(page, "Save what is chosen").form(same).standing()
    refused = me.send(page, {same: None})
    assert refused.status == 422 and same not in refused.form(same).standing()


def test_weeks_that_were_chosen_stay_beside_a_refused_file(site: Site, me: Person) -> None:
    page = me.open("/calendar")
    assert page.form("calendar").standing()["weeks"] == "12"
    refused = me.send(page, {"weeks": "26"}, by="calendar")
    assert refused.status == 422 and refused.form("calendar").standing()["weeks"] == "26"
