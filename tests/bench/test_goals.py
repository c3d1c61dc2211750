"""The measured goals, each as a ratio taken inside one run: `python3 deploy/test.py --bench`.

Goal 13, loading the program, is measured beside what it loads, in tests/web/test_start_up.py.

Goals 7 and 9 were first set when there was no audit line for a page that is read, no guard and no record to
open; a page and a save may now cost five times a route that does nothing. What each part costs, by the same
yardstick, is measured and printed too (tests/bench/parts.py), so that it can be seen which part of the
program a number comes from.
"""

import os
import re
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from wtforms import Form, RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.psychometrics.item_response import ResponseStatus
from clinic_toolkit.record.questionnaires import progress
from clinic_toolkit.record.questionnaires.administration_record import Administration
from clinic_toolkit.record.questionnaires.answers import Response
from clinic_toolkit.store.sqlite.store import SqliteStore
from clinic_toolkit.store.transactions import reading, store_of, writing
from tests.bench import parts, rounds
from tests.documents import bench_packets
from tests.documents.bench_fillable import GOAL as FILLABLE_GOAL
from tests.documents.bench_fillable import bench_fillable
from tests.documents.bench_pdf import GOAL, UNTAGGED_GOAL, bench_pdf, bench_untagged
from tests.documents.bench_weasyprint import GOAL as CHEAPER
from tests.documents.bench_weasyprint import SHEETS as WEASYPRINT_SHEETS
from tests.documents.bench_weasyprint import bench_weasyprint, load_weasyprint
from tests.fixtures import sites
from tests.fixtures.practices import giving
from tests.fixtures.sites import Site

pytestmark = pytest.mark.bench

Report = Callable[..., None]
PAGE = 4096
PART_ROUNDS = 11


@dataclass
class Desk:
    """A questionnaire under way, and a bare Flask app to compare with."""

    site: Site
    kept: RecordVersion[Administration]

    @property
    def place(self) -> str:
        return f"/administrations/{self.kept.id}"

    def look(self, path: str) -> None:
        assert self.site.get(path).status_code == 200


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    site = sites.made(tmp_path)
    site.unlock()
    client = site.work.client()
    kept = site.work.begun(client, giving(), session=site.work.session(client).id)
    return Desk(site, site.work.answer(kept, [0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1]))


@pytest.fixture
def bare() -> Any:
    """A browser at a route that does nothing."""
    app = Flask("bare")
    app.add_url_rule("/", "index", lambda: "a page", methods=["GET", "POST"])
    return app.test_client()


def test_goal_1_a_paper(ratio: Report) -> None:
    ratio(1, "a worksheet or summary on paper, against its glyphs alone", bench_pdf(), most=GOAL)
    ratio(1, "the same without its tags", bench_untagged(), most=UNTAGGED_GOAL)


def test_goal_1_against_another_program(ratio: Report, part: Report) -> None:
    weasyprint = load_weasyprint()
    if weasyprint is None:
        pytest.skip("WeasyPrint cannot be loaded here: it needs Pango")
    summary, sheet = WEASYPRINT_SHEETS
    cheaper = {
        (name, kept): bench_weasyprint(weasyprint, name, keeps_fonts=kept)
        for name in (summary, sheet)
        for kept in (False, True)
    }
    for (name, kept), found in cheaper.items():
        part(1, f"WeasyPrint, fonts {'kept' if kept else 'read each time'}, against our {name}", found)
    for name in (summary, sheet):
        ratio(1, f"a {name}, against the same by WeasyPrint", 1 / cheaper[name, False], most=1 / CHEAPER)


def test_goal_1_packets(ratio: Report) -> None:
    cost, peak = bench_packets.MOST_COST, bench_packets.MOST_PEAK
    ratio(1, "packets of three sheets, against the sheets one by one", bench_packets.cost_ratio(), most=cost)
    ratio(1, "the peak memory of 500 packets, against the same", bench_packets.peak_ratio(), most=peak)


def test_goal_1_a_file_to_fill_in(ratio: Report) -> None:
    ratio(1, "a worksheet to fill in, against its glyphs alone", bench_fillable(), most=FILLABLE_GOAL)


def test_goal_6_what_an_answer_costs_the_disk(
    desk: Desk, tmp_path: Path, ratio: Report, part: Report
) -> None:
    work = desk.site.work
    with reading(work.engine) as db:
        assert db.scalar(text("PRAGMA synchronous")) == 2, "FULL, or a power cut loses what was confirmed"
        assert db.scalar(text("PRAGMA journal_mode")) == "wal"
    store = store_of(work.engine)
    assert isinstance(store, SqliteStore) and store.anchor, "the goal is that of a save with its anchor"
    kept, values = desk.kept, cycle(range(5))

    def answer() -> None:
        nonlocal kept
        with writing(work.engine) as db:
            response = Response(
                status=ResponseStatus.ANSWERED, value=next(values), wants_to_talk=False, remark=""
            )
            kept = progress.record_response(db, work.vault, kept, 3, response, now=datetime.now(UTC))

    block = os.urandom(PAGE)
    with (tmp_path / "floor").open("ab", buffering=0) as floor, plain_store(tmp_path) as insert:

        def append() -> None:
            floor.write(block)
            os.fsync(floor.fileno())

        found = rounds.by_turns(answer, append, turns=400)
        against_plain = rounds.by_turns(answer, insert, turns=400)
    # No goal of its own: how much dearer an answer is than the least that a database can do.
    part(6, "the same, against a plain insert and commit in SQLite", against_plain)
    ratio(6, "keeping an answer and its anchor, against appending 4 KB and fsync", found, most=2.2)


class plain_store:  # noqa: N801
    """An ordinary database with the same safety: one insert and commit."""

    def __init__(self, folder: Path) -> None:
        self.db = sqlite3.connect(folder / "plain.db", isolation_level=None)
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("PRAGMA synchronous = FULL")
        self.db.execute("PRAGMA wal_autocheckpoint = 100")
        self.db.execute("CREATE TABLE record (id INTEGER PRIMARY KEY, body BLOB)")

    def __enter__(self) -> Callable[[], None]:
        body = os.urandom(400)

        def insert() -> None:
            self.db.execute("BEGIN IMMEDIATE")
            self.db.execute("INSERT INTO record (body) VALUES (?)", (body,))
            self.db.execute("COMMIT")

        return insert

    def __exit__(self, *_: object) -> None:
        self.db.close()


def test_goal_7_an_answer_saved_over_http(desk: Desk, bare: Any, ratio: Report, part: Report) -> None:
    token = desk.site.token()
    values = cycle("01234")
    headers = {"Origin": desk.site.origin, "X-Autosave": "1"}
    page = desk.site.get(f"{desk.place}/items/4").text
    (version,) = re.findall(r'name="version" value="([^"]*)"', page)

    def save() -> None:
        nonlocal version
        fields = {"csrf_token": token, "answer": next(values), "said": "", "version": version}
        told = desk.site.browser.post(
            f"{desk.place}/items/4", base_url=desk.site.origin, data=fields, headers=headers
        )
        assert told.status_code == 200
        version = told.get_json()["version"]

    def nothing() -> None:
        bare.post(
            "/", data={"csrf_token": token, "answer": "1", "said": "", "version": version}, headers=headers
        )

    found = rounds.ratio(save, nothing, times=20, clock=time.process_time)
    for words, act in parts.of_a_save(desk.site, desk.kept, token).items():
        part(7, words, rounds.ratio(act, nothing, times=20, clock=time.process_time, rounds=PART_ROUNDS))
    ratio(7, "an answer saved over HTTP, against a route that does nothing", found, most=5.0)


class TwelveItems(Form):
    """The same questions drawn by WTForms, as one would first write it."""


for _item in giving().items:
    setattr(
        TwelveItems,
        _item.id.replace("-", "_"),
        RadioField(
            _item.text, choices=[SelectChoice(value=str(o.value), label=o.label) for o in giving().options]
        ),
    )


def test_goal_9_a_page_of_twelve_items(desk: Desk, bare: Any, ratio: Report) -> None:
    found = rounds.ratio(
        lambda: desk.look(f"{desk.place}/check"), lambda: bare.get("/"), times=20, clock=time.process_time
    )
    ratio(9, "a page of twelve items, against a route that does nothing", found, most=3.0)


def test_goal_9_a_page_of_one_item(desk: Desk, bare: Any, ratio: Report, part: Report) -> None:
    found = rounds.ratio(
        lambda: desk.look(f"{desk.place}/items/4"), lambda: bare.get("/"), times=20, clock=time.process_time
    )
    for words, act in parts.of_a_page(desk.site, desk.kept).items():
        part(
            9,
            words,
            rounds.ratio(act, lambda: bare.get("/"), times=20, clock=time.process_time, rounds=PART_ROUNDS),
        )
    ratio(9, "a page of one item, against a route that does nothing", found, most=5.0)


def test_goal_9_drawing_twelve_items(desk: Desk, ratio: Report) -> None:
    draw = desk.site.app.jinja_env.get_template("macros/form.html").module.__dict__["radios"]
    choices = [(option.value, option.label) for option in giving().options]

    def ours() -> None:
        drawn = [draw(item.id, item.text, choices, {item.id: 2}) for item in giving().items]
        assert "".join(drawn).count('type="radio"') == 60

    def by_wtforms() -> None:
        assert "".join(str(field) for field in TwelveItems()).count('type="radio"') == 60

    with desk.site.app.test_request_context(base_url=desk.site.origin):
        found = rounds.ratio(ours, by_wtforms, times=5, clock=time.process_time)
    ratio(9, "drawing twelve items, against WTForms drawing their fields", found, most=0.2)
