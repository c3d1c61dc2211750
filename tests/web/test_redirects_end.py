"""Wherever a person is led, the way ends at a page: no moment of the program leads round in a circle."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from msgspec.structs import replace
from werkzeug.test import Client

from clinic_toolkit.record.people import clinician
from clinic_toolkit.store.transactions import writing
from clinic_toolkit.web.context import Login
from tests.fixtures import sites
from tests.fixtures.handed_over_device import Device, handed_over
from tests.fixtures.practices import NOW, giving
from tests.fixtures.sites import Site

A_PERSON = {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
# From the address that was asked for: to the lock, to a choice that comes first, to the page itself.
LONGEST = 3
ADDRESSES = ("/", "/form", "/form/1", "/form/1/pause", "/form/check", "/unlock", "/clients", "/no-such-page")


def steps_to_a_page(browser: Client, origin: str, path: str, **headers: str) -> int:
    """How often this browser is sent on before it has a page or a refusal."""
    for steps in range(20):
        answer = browser.get(path, base_url=origin, headers=headers)
        if answer.status_code not in (302, 303):
            return steps
        path = urljoin(path, answer.headers["Location"])
    return 20


def a_device(place: Path) -> Device:
    site = sites.made(place)
    site.unlock()
    client = site.work.client()
    return handed_over(site, site.work.begun(client, giving(), session=site.work.session(client).id))


def _nothing(device: Device) -> None:
    """As it was handed over."""


def _begins(device: Device) -> None:
    assert device.post("/form/1", {"answer": "2"}).status_code == 303


def _closes(device: Device) -> None:
    device.app.refuse_requests()


def _finishes(device: Device) -> None:
    assert device.post("/form/finish").status_code == 303


def _gives_back(device: Device) -> None:
    assert device.post("/form/give-back").status_code == 303


@pytest.mark.parametrize("happens", [_nothing, _begins, _closes, _finishes, _gives_back])
def test_in_a_clients_hands_every_way_ends_at_a_page(
    tmp_path: Path, happens: Callable[[Device], None]
) -> None:
    device = a_device(tmp_path)
    happens(device)
    for path in ADDRESSES:
        assert steps_to_a_page(device.browser, device.site.origin, path, **A_PERSON) <= LONGEST, path


def test_a_form_that_is_being_put_away_shows_a_page_that_asks_again(tmp_path: Path) -> None:
    device = a_device(tmp_path)
    device.app.refuse_requests()
    answer = device.get("/", **A_PERSON)
    assert answer.status_code == 200 and "<h1>One moment</h1>" in answer.text
    assert re.fullmatch(r"\d", answer.headers["Refresh"])


def _unlocked(site: Site) -> None:
    site.unlock()


def _locked(site: Site) -> None:
    site.unlock()
    site.post("/lock")


def _covered(site: Site) -> None:
    site.unlock()
    site.post("/cover")


def _sheet_not_proved(site: Site) -> None:
    site.unlock()
    _here(site).values["sheet proved"] = False
    with writing(site.work.engine) as db:
        seen = clinician.load_clinician(db, site.work.vault)
        clinician.revise_clinician(
            db, site.work.vault, seen, replace(seen.payload, recovery_sheet_proved=False), now=NOW
        )
    assert site.get("/").headers["Location"] == "/setup/sheet"


def _came_by_the_sheet(site: Site) -> None:
    site.unlock()
    _here(site).must_choose_passphrase = True
    assert site.get("/").headers["Location"] == "/unlock/choose"


def _here(site: Site) -> Login:
    (here,) = site.app.worker.logins.values()
    return here


@pytest.mark.parametrize("moment", [_unlocked, _locked, _covered, _sheet_not_proved, _came_by_the_sheet])
def test_in_every_moment_of_the_program_every_way_ends_at_a_page(
    tmp_path: Path, moment: Callable[[Site], Any]
) -> None:
    site = sites.made(tmp_path)
    moment(site)
    paths = [*site.addresses(), "/no-such-page"]
    assert len(paths) > 60
    for path in paths:
        assert steps_to_a_page(site.browser, site.origin, path, **A_PERSON) <= LONGEST, path
