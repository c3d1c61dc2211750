"""The proposal for how long records are kept: its source, and plain words where nobody has checked it."""

import msgspec
import pytest

from clinic_toolkit.record.people import practice
from clinic_toolkit.store.transactions import writing
from tests.fixtures.practices import NOW
from tests.fixtures.sites import Site

NOT_CHECKED = "Not checked: ask your professional body."


def rule_in(site: Site, country: str) -> str:
    """The page of the rule, for a practice of this country."""
    with writing(site.work.engine) as db:
        stored = practice.load_practice_settings(db, site.work.vault)
        settings = msgspec.structs.replace(stored.payload, country=country)
        practice.revise_practice_settings(db, site.work.vault, stored, settings, now=NOW)
    return " ".join(site.get("/practice/retention").text.split())


@pytest.mark.parametrize(
    ("country", "said", "filled_in"),
    [
        ("DE", "For your country 10 years are proposed, counted from the end of the treatment.", "10"),
        ("DK", "5 years are proposed, counted from the last entry.", "5"),
        ("GB", "No number is proposed for your country. The nearest that was found is 20 years", ""),
        ("AT", "For your country 10 years are proposed", "10"),
        ("IE", "There is no proposal for your country. Ask your professional body.", ""),
    ],
)
def test_a_proposal_says_where_it_comes_from(site: Site, country: str, said: str, filled_in: str) -> None:
    page = rule_in(site, country)
    assert said in page
    assert f'name="years" type="text" value="{filled_in}"' in page
    assert (NOT_CHECKED in page) == (country == "AT")
    assert ("Checked on 30 November 2026, in:" in page) == (country in ("DE", "DK", "GB"))
