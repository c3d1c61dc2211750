"""A client of many years: the newest sessions, and the others by year."""

import re
from datetime import date, timedelta

import pytest

from clinic_toolkit.web.screen_parts.session_choice import MANY_SESSIONS
from clinic_toolkit.web.screens.clients import NEWEST_SHOWN
from tests.fixtures.sites import Site

SESSION = re.compile(r'href="(/sessions/[0-9a-f-]{36})"')
YEAR = re.compile(r'href="([^"]*\?year=(\d{4})#sessions)"[^<]*</a> <span class="soft">\((\d+)\)')


@pytest.fixture
def page(site: Site) -> str:
    """The page of a client who came every second week from March 2023 on."""
    client = site.work.client()
    for week in range(MANY_SESSIONS + 12):
        site.work.session(client, date(2023, 3, 6) + timedelta(days=14 * week))
    site.unlock()
    return f"/clients/{client.id}"


def shown(site: Site, path: str) -> list[str]:
    return list(dict.fromkeys(SESSION.findall(site.get(path).text)))


def test_many_sessions_are_offered_by_year(site: Site, page: str) -> None:
    text = site.get(page).text
    assert len(shown(site, page)) == NEWEST_SHOWN
    assert f"All {MANY_SESSIONS + 12} sessions, by year" in text and "Show all" not in text
    years = {int(year): (path, int(count)) for path, year, count in YEAR.findall(text)}
    assert list(years) == [2025, 2024, 2023]
    assert sum(count for _, count in years.values()) == MANY_SESSIONS + 12
    found = {year: shown(site, path.partition("#")[0]) for year, (path, _) in years.items()}
    assert {year: len(paths) for year, paths in found.items()} == {
        year: count for year, (_, count) in years.items()
    }
    assert len({path for paths in found.values() for path in paths}) == MANY_SESSIONS + 12


def test_a_year_says_which_it_is_and_leads_back(site: Site, page: str) -> None:
    text = site.get(f"{page}?year=2024").text
    assert "Of 2024." in text and f'href="{page}#sessions"' in text
    assert "?year=2024" not in text and "?year=2023" in text


@pytest.mark.parametrize("year", ["1999", "", "x", "-1", "99999999999999999999"])
def test_a_year_without_sessions_is_the_newest(site: Site, page: str, year: str) -> None:
    assert shown(site, f"{page}?year={year}") == shown(site, page)


def test_few_sessions_need_no_years(site: Site) -> None:
    client = site.work.client()
    for week in range(NEWEST_SHOWN + 1):
        site.work.session(client, date(2023, 3, 6) + timedelta(days=14 * week))
    site.unlock()
    text = site.get(f"/clients/{client.id}").text
    assert f"Show all {NEWEST_SHOWN + 1} sessions" in text and not YEAR.findall(text)
    assert len(shown(site, f"/clients/{client.id}?all=")) == NEWEST_SHOWN + 1
