"""One record after another is hurt: every page answers, the hurt one is named, the others are read."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from html import unescape
from uuid import UUID

import pytest

from clinic_toolkit.record.people import relationships
from clinic_toolkit.record.questionnaires.progress import complete_administration
from clinic_toolkit.record.writing import handouts, notes
from clinic_toolkit.record.writing.note_record import NotePart, PartSource
from clinic_toolkit.store.transactions import reading, store_of, writing
from clinic_toolkit.worksheets import catalogue as sheets
from tests.fixtures.practices import NOW, giving, signed
from tests.fixtures.sites import Site
from tests.fixtures.vaults import reopened

TABLES = (
    "practice",
    "client",
    "clinical_case",
    "relationship",
    "therapy_session",
    "administration",
    "handout",
    "clinical_note",
)


@dataclass
class Kept:
    """What was written, by table, and the pages that show it."""

    record: dict[str, UUID]
    pages: dict[str, str]


@pytest.fixture
def furnished(site: Site) -> Kept:
    work = site.work
    ana = work.client("Ana Reyes")
    session = work.session(ana, date(2026, 11, 12))
    given = work.answer(work.begun(ana, giving(), session=session.id), [3, 4])
    with writing(work.engine) as db:
        part = NotePart(section="data", source=PartSource.CLINICIAN, text="She laughed about the bowl.")
        note = notes.create_note(db, work.vault, session, [part], now=NOW)
        note = signed(db, work.vault, session, note)
        complete_administration(db, work.vault, given, now=NOW)
        sheet = sheets.list_worksheets()[0]
        handout = handouts.create_handout(
            db,
            work.vault,
            sheet,
            client_id=ana.id,
            therapy_session_id=session.id,
            client_sentence="",
            now=NOW,
        )
        [person] = relationships.list_relationships(db, work.vault, ana.id)
    with reading(work.engine) as db:
        [case] = [row[0] for row in db.exec_driver_sql("SELECT record FROM clinical_case")]
    return Kept(
        record={
            "practice": work.vault.vault_id,
            "client": ana.id,
            "clinical_case": UUID(bytes=case),
            "relationship": person.id,
            "therapy_session": session.id,
            "administration": given.id,
            "handout": handout.id,
            "clinical_note": note.id,
        },
        pages={
            "client": f"/clients/{ana.id}",
            "relationship": f"/relationships/{person.id}",
            "therapy_session": f"/sessions/{session.id}",
            "administration": f"/administrations/{given.id}/result",
            "handout": f"/handouts/{handout.id}",
            "clinical_note": f"/notes/{note.id}",
            "today": "/",
            "clients": "/clients",
            "practice": "/practice",
        },
    )


@pytest.fixture(params=["damaged", "missing"])
def hurting(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def harm(site: Site, table: str, how: str) -> None:
    store_of(site.work.engine).checkpoint()
    with closing(sqlite3.connect(site.work.engine.url.database or "")) as raw:
        for (name,) in raw.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            raw.execute(f"DROP TRIGGER {name}")
        raw.execute(
            f"DELETE FROM {table}" if how == "missing" else f"UPDATE {table} SET sealed = zeroblob(500)"
        )
        raw.commit()
    site.work.vault = reopened(site.work.engine, site.work.vault)
    site.unlock()


def text_of(site: Site, path: str) -> tuple[int, str]:
    answer = site.browser.get(path, headers={"Host": site.settings.host})
    return answer.status_code, unescape(answer.text)


def test_every_page_is_there_while_nothing_is_hurt(site: Site, furnished: Kept) -> None:
    site.unlock()
    for path in furnished.pages.values():
        status, text = text_of(site, path)
        assert status == 200, path
        assert "Something is wrong with the record" not in text
    assert "She laughed about the bowl." in text_of(site, furnished.pages["clinical_note"])[1]


# What cannot be shown without the record that is hurt: its own page, and those that are made of it.
OWN_PAGE = {
    "relationship": {"relationship"},
    "therapy_session": {"therapy_session"},
    "administration": {"administration"},
    "handout": {"handout"},
    "clinical_note": {"clinical_note"},
}


@pytest.mark.parametrize("table", TABLES)
def test_the_hurt_record_is_named_and_every_other_page_is_read(
    site: Site, furnished: Kept, table: str, hurting: str
) -> None:
    harm(site, table, hurting)
    for name, path in furnished.pages.items():
        status, text = text_of(site, path)
        if name in OWN_PAGE.get(table, ()):
            assert status == 500, (name, text)
            assert "This cannot be shown" in text
        else:
            assert status == 200, (name, text)
    if table != "clinical_note":
        assert "She laughed about the bowl." in text_of(site, furnished.pages["clinical_note"])[1]
    status, named = text_of(site, "/condition")
    assert status == 200
    assert "Entries that were damaged or changed" in named
    assert {"damaged": "were changed or damaged", "missing": "missing from the file"}[hurting] in named
    assert "Something is wrong with the record" in text_of(site, "/clients")[1]


def test_a_note_whose_session_is_hurt_is_reached_from_its_client(
    site: Site, furnished: Kept, hurting: str
) -> None:
    harm(site, "therapy_session", hurting)
    status, text = text_of(site, furnished.pages["client"])
    assert status == 200
    assert "Notes of sessions that cannot be read" in text
    assert furnished.pages["clinical_note"] in text and "12 Nov" in text
    # Its facts were signed with it, so they are read; what was changed in them later is not.
    text = text_of(site, furnished.pages["clinical_note"])[1]
    assert "12 November 2026" in text and "Some of the record cannot be read at the moment" in text


def test_a_draft_of_a_session_that_is_hurt_says_so(site: Site, furnished: Kept, hurting: str) -> None:
    work = site.work
    other = work.session(work.client("Ben Ode"))
    with writing(work.engine) as db:
        part = NotePart(section="data", source=PartSource.CLINICIAN, text="A draft.")
        draft = notes.create_note(db, work.vault, other, [part], now=NOW)
    harm(site, "therapy_session", hurting)
    assert "The details of this session cannot be read" in text_of(site, f"/notes/{draft.id}/read")[1]
