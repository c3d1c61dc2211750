"""Looking writes nothing but the trail of what was looked at: every statement of every GET is read."""

import re
import sqlite3

import pytest
from sqlalchemy import event, text

from clinic_toolkit.store.sqlite.connections import writer_engine
from clinic_toolkit.store.transactions import writing
from tests.fixtures import sites
from tests.fixtures.sites import Site, example
from tests.journeys import crawl
from tests.journeys.test_routes import ids_in

CHANGED = re.compile(
    r"\s*(?:INSERT(?: OR \w+)? INTO|UPDATE(?: OR \w+)?|DELETE FROM|REPLACE INTO"
    r"|CREATE \w+|DROP \w+|ALTER TABLE)\s+\"?(\w+)",
    re.IGNORECASE,
)


@pytest.fixture
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Site:
    site = sites.made(tmp_path_factory.mktemp("looking"))
    site.unlock()
    crawl.furnish(site)
    return site


def watch(site: Site) -> list[str]:
    """Every statement that the driver runs from now on, whichever way it was given."""
    seen: list[str] = []

    def listen(connection: sqlite3.Connection, *_: object) -> None:
        connection.set_trace_callback(seen.append)

    # What was open before is closed, so that every connection is watched.
    site.work.engine.dispose()
    for engine in (site.work.engine, writer_engine(site.work.engine)):
        event.listen(engine, "checkout", listen)
    return seen


def changed(seen: list[str]) -> set[str]:
    """The tables that these statements change."""
    return {found[1] for each in seen if (found := CHANGED.match(each))}


def test_looking_at_any_address_changes_only_the_trail(furnished: Site) -> None:
    site, seen = furnished, watch(furnished)
    known, adapter, asked = sorted(ids_in(site)), site.app.url_map.bind(""), 0
    for rule in site.app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()):
            continue
        with_id = any(type(part).__name__ == "UUIDConverter" for part in rule._converters.values())
        for id in known if with_id else [sites.UNKNOWN]:
            values = {name: example(rule, name, id) for name in rule.arguments}
            seen.clear()
            answer = site.get(adapter.build(rule.endpoint, values, method="GET"))
            assert answer.status_code < 500, rule.rule
            assert changed(seen) <= {"audit_line"}, rule.rule
            asked += 1
    assert asked > 200
    assert not site.ends


def test_a_view_that_writes_while_it_is_looked_at_would_be_seen(furnished: Site) -> None:
    site, seen = furnished, watch(furnished)

    def view() -> str:
        with writing(site.work.engine) as db:
            db.execute(text("UPDATE client SET version = version WHERE 1 = 0"))
        return "looked"

    assert site.get(site.route(view, "GET")).status_code == 200
    assert changed(seen) == {"client"}
