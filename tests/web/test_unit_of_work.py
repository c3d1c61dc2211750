from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from flask import Response
from sqlalchemy import Connection, Row, text
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import MethodNotAllowed

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import clients, practice
from clinic_toolkit.record.people.client_record import CLIENT
from clinic_toolkit.record.people.practice_record import PracticeSettings
from clinic_toolkit.record.questionnaires import progress
from clinic_toolkit.store.storage_errors import StorageFull
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault.vault import Vault
from clinic_toolkit.web import context
from tests.fixtures import audit_lines
from tests.fixtures.practices import NOW, giving
from tests.fixtures.sites import Site, example

WRITE = text("UPDATE audit_tried SET n = n + 1")


@pytest.fixture
def tried(site: Site) -> Site:
    """A site with a table of its own to write to."""
    with writing(site.work.engine) as db:
        db.execute(text("CREATE TABLE audit_tried (n INTEGER)"))
        db.execute(text("INSERT INTO audit_tried VALUES (0)"))
    return site


def count(site: Site) -> int:
    with reading(site.work.engine) as db:
        return int(db.scalar(text("SELECT n FROM audit_tried")))


def test_a_post_is_committed_once_after_its_view(tried: Site) -> None:
    seen = []

    def view() -> str:
        context.db().execute(WRITE)
        context.db().execute(WRITE)
        seen.append(count(tried))
        return "done"

    assert tried.post(tried.route(view)).status_code == 200
    assert seen == [0]
    assert count(tried) == 2


@pytest.mark.parametrize("error", [ClinicError("no"), StorageFull(), RuntimeError("no"), MethodNotAllowed()])
def test_an_exception_takes_everything_back(tried: Site, error: Exception) -> None:
    def view() -> str:
        context.db().execute(WRITE)
        raise error

    assert tried.post(tried.route(view)).status_code >= 400
    assert count(tried) == 0


def test_a_page_that_is_made_while_it_is_sent_is_made_before_the_commit(tried: Site) -> None:
    def view() -> Response:
        def pieces() -> Iterator[str]:
            context.db().execute(WRITE)
            yield "a"
            raise ClinicError("half-way")

        return Response(pieces())

    assert tried.post(tried.route(view)).status_code == 422
    assert count(tried) == 0


def test_a_page_that_is_looked_at_cannot_write(tried: Site) -> None:
    errors = []

    def view() -> str:
        try:
            context.db().execute(WRITE)
        except OperationalError as error:
            errors.append(error)
        return "done"

    tried.get(tried.route(view, "GET"))
    assert len(errors) == 1
    assert count(tried) == 0
    # The control: the same write is taken from a POST.
    tried.post(tried.route(view))
    assert count(tried) == 1


def test_no_get_of_any_route_writes_anything_but_its_audit_line(site: Site) -> None:
    client = site.work.client()
    session = site.work.session(client)
    ids = [client.id, session.id, site.work.vault.vault_id]

    def everything() -> dict[str, Sequence[Row[Any]]]:
        with reading(site.work.engine) as db:
            tables = db.scalars(text("SELECT name FROM sqlite_schema WHERE type = 'table'")).all()
            return {
                name: db.execute(text(f'SELECT * FROM "{name}"')).all()
                for name in tables
                if name != "audit_line"
            }

    def events() -> list[str]:
        site.write_reads()
        with reading(site.work.engine) as db:
            return [line.event for line in audit_lines.lines(db, site.work.vault)]

    before, lines = everything(), len(events())
    adapter = site.app.url_map.bind("")
    for rule in site.app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint == "static":
            continue
        for id in ids:
            values = {name: example(rule, name, id) for name in rule.arguments}
            site.get(adapter.build(rule.endpoint, values, method="GET"))
    assert everything() == before
    assert set(events()[: len(events()) - lines]) <= {"records.read"}


def test_what_a_page_shows_is_one_line_of_audit(site: Site) -> None:
    first, second = site.work.client("Ana Reyes"), site.work.client("Ben Ode")

    def view() -> str:
        context.audit_read(CLIENT, *clients.list_clients(context.db(), context.vault()))
        context.audit_read(CLIENT, first)
        return "shown"

    with reading(site.work.engine) as db:
        before = audit_lines.lines(db, site.work.vault)[0].seq
    site.get(site.route(view, "GET"))
    site.write_reads()
    with reading(site.work.engine) as db:
        lines = [line for line in audit_lines.lines(db, site.work.vault) if line.seq > before]
        audit_lines.check(db, site.work.vault)
    assert [line.event for line in lines] == ["records.read"]
    assert {entry.record for entry in lines[0].references} == {first.id.bytes, second.id.bytes}
    assert len(lines[0].references) == 2


@pytest.mark.parametrize("page", ["note", "summary?framed=1", "worksheets"])
def test_answers_shown_on_the_page_of_a_session_are_in_the_audit(site: Site, page: str) -> None:
    client = site.work.client()
    session, other = site.work.session(client), site.work.session(client)
    given = site.work.answer(site.work.begun(client, giving(), session=session.id), [3, 4])
    with writing(site.work.engine) as db:
        given = progress.stop_administration(db, site.work.vault, given, now=NOW)

    def seen(path: str) -> set[bytes]:
        assert site.get(path).status_code == 200
        site.write_reads()
        with reading(site.work.engine) as db:
            return {entry.record for entry in audit_lines.lines(db, site.work.vault, newest=1)[0].references}

    assert given.id.bytes in seen(f"/sessions/{session.id}/{page}")
    assert given.id.bytes not in seen(f"/sessions/{other.id}/{page}")


def test_the_time_stands_still_in_a_request(site: Site) -> None:
    def view() -> str:
        return "same" if context.now() is context.now() and context.now().tzinfo else "other"

    assert site.get(site.route(view, "GET")).text == "same"


def test_the_practice_is_read_once_in_a_request(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    read = practice.load_practice_settings

    def reading_it(db: Connection, vault: Vault) -> RecordVersion[PracticeSettings]:
        calls.append(1)
        return read(db, vault)

    monkeypatch.setattr(practice, "load_practice_settings", reading_it)

    def view() -> str:
        return context.load_practice().payload.practice_name + context.letterhead().practice_name

    site.get("/pulse")
    calls.clear()
    assert site.get(site.route(view, "GET")).text == "Harbour PracticeHarbour Practice"
    assert calls == [1]
