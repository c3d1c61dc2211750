"""Addresses that templates ask for: the same, to the letter, as Flask writes them."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask import url_for
from werkzeug.routing import BuildError

from clinic_toolkit.web.pages.page_addresses import PageAddresses, page_of
from tests.fixtures import sites
from tests.fixtures.sites import Site

SOMEBODY = UUID("6a1c0b7e-5f0d-4d2c-9a55-0f3f6f0c1b2a")
QUERIES: list[dict[str, Any]] = [
    {},
    {"back": "/clients/1?all=#people", "way": None},
    {"back": "a b+c&d=e%20é’", "number": 12, "all": ""},
    {"about": SOMEBODY, "many": ["one", "two"]},
    {"_anchor": "f-place"},
]


@pytest.mark.parametrize("query", QUERIES)
def test_every_address_is_written_as_flask_writes_it(site: Site, query: dict[str, Any]) -> None:
    address_of = PageAddresses(site.app).address_of
    with site.app.test_request_context("/clients", base_url=site.origin):
        for rule in site.app.url_map.iter_rules():
            values = {name: sites.example(rule, name, SOMEBODY) for name in rule.arguments}
            more = {name: value for name, value in query.items() if name not in rule.arguments}
            for endpoint in {rule.endpoint, f".{rule.endpoint.rpartition('.')[2]}"}:
                if endpoint == ".static" or f"clients{endpoint}" not in site.app.view_functions:
                    endpoint = rule.endpoint
                assert _told(address_of, endpoint, values | more) == _told(url_for, endpoint, values | more)


@pytest.mark.parametrize(
    ("endpoint", "values"),
    [
        ("clients.show", {}),
        ("clients.show", {"id": None}),
        ("clients.show", {"id": str(SOMEBODY)}),
        ("clients.show", {"id": 7}),
        ("administrations.item", {"id": SOMEBODY, "number": True}),
        ("administrations.item", {"id": SOMEBODY, "number": "4"}),
        ("administrations.item", {"id": SOMEBODY, "number": -1}),
        ("clients.nowhere", {"id": SOMEBODY}),
    ],
)
def test_what_does_not_fit_gets_what_flask_says_of_it(
    site: Site, endpoint: str, values: dict[str, Any]
) -> None:
    address_of = PageAddresses(site.app).address_of
    with site.app.test_request_context("/clients", base_url=site.origin):
        assert _told(address_of, endpoint, values) == _told(url_for, endpoint, values)


def test_the_page_of_a_record(site: Site) -> None:
    with site.app.test_request_context("/clients", base_url=site.origin):
        assert page_of("clients.show", SOMEBODY) == url_for("clients.show", id=SOMEBODY)


def test_an_address_is_asked_of_flask_once(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    address_of = PageAddresses(site.app).address_of
    with site.app.test_request_context("/clients", base_url=site.origin):
        address_of("clients.show", id=SOMEBODY)
        monkeypatch.setattr(type(site.app), "url_for", _never)
        assert address_of(".show", id=SOMEBODY, all="") == f"/clients/{SOMEBODY}?all="
        with pytest.raises(AssertionError):
            address_of(".show", id=str(SOMEBODY))


def _never(*_: object, **__: object) -> str:
    raise AssertionError("Flask was asked")


def _told(build: Callable[..., str], endpoint: str, values: dict[str, Any]) -> str:
    """The address, or that there is none."""
    try:
        return build(endpoint, **values)
    except BuildError as error:
        return f"none: {error.endpoint} {error.values}"
