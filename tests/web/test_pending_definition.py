"""A definition is parsed before the request opens the record, and the answer stands at its place."""

import sqlite3
import threading
from contextlib import closing
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import text
from werkzeug.test import TestResponse

from clinic_toolkit.instruments import loader, parser_protocol
from clinic_toolkit.instruments.parser_outcome import ParserOutcome
from clinic_toolkit.instruments.parser_protocol import ParsingFailed
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.web import context
from clinic_toolkit.web.screen_parts import pending_definition
from tests.fixtures.sites import Site
from tests.journeys.own import TEXT, YOURS

LONGEST = 20


def upload(site: Site, data: bytes = TEXT.encode()) -> TestResponse:
    sent = {"csrf_token": site.token(), "definition": (BytesIO(data), "resting.toml")}
    return site.post(YOURS, sent, token=False, content_type="multipart/form-data")


def busy_for_others(site: Site) -> bool:
    """Whether somebody else's save has to wait now."""
    with closing(sqlite3.connect(site.settings.data_folder / "clinic.db", timeout=0)) as db:
        db.isolation_level = None
        try:
            db.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
    return False


def test_a_save_goes_through_while_a_file_is_parsed(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    parse, parsing_now, go_on = loader.parse_instrument, threading.Event(), threading.Event()
    answers: list[int] = []

    def slowly(*given: Any, **more: Any) -> Any:
        parsing_now.set()
        assert go_on.wait(LONGEST)
        return parse(*given, **more)

    # Nothing was asked in this session before: a first request looks at the practice, and must not write.
    monkeypatch.setattr(loader, "parse_instrument", slowly)
    sent = {"csrf_token": site.token(), "definition": (BytesIO(TEXT.encode()), "resting.toml")}
    site.app.worker.logins["known"].values.clear()
    kind = {"content_type": "multipart/form-data"}
    thread = threading.Thread(
        target=lambda: answers.append(site.post(YOURS, sent, token=False, **kind).status_code)
    )
    thread.start()
    try:
        assert parsing_now.wait(LONGEST)
        assert not site.app.worker.logins["known"].values.get("definition looked at")
        assert not busy_for_others(site)
        site.work.client("Ben Ode")
        assert answers == []
        # The control: whoever does hold the turn is noticed.
        with writing(site.work.engine):
            assert busy_for_others(site)
    finally:
        go_on.set()
        thread.join(LONGEST)
    assert answers == [303]


def test_a_parse_with_the_record_open_is_refused(site: Site) -> None:
    def view() -> str:
        context.db()
        with pytest.raises(RuntimeError, match="before the record is opened"):
            pending_definition.parse_without_keys(TEXT.encode(), "own.toml")
        return "done"

    assert site.post(site.route(view)).text == "done"


@pytest.mark.parametrize(
    ("outcome", "status", "words"),
    [
        (ParserOutcome.SLOW, 422, "longer than 5 seconds"),
        (ParserOutcome.LARGE, 422, "more than 256 MB of memory"),
        (ParserOutcome.BROKEN, 503, "could not be checked just now"),
    ],
)
def test_why_there_is_no_answer_stands_at_the_field(
    site: Site, monkeypatch: pytest.MonkeyPatch, outcome: ParserOutcome, status: int, words: str
) -> None:
    def stopped(asked: bytes) -> bytes:
        raise ParsingFailed(outcome)

    monkeypatch.setattr(site.keeper, "parse_definition", stopped)
    answer = upload(site)
    assert answer.status_code == status and words in answer.text
    assert 'id="f-definition"' in answer.text and "Nothing was added." in answer.text
    assert not held(site)


def test_an_answer_that_is_none_is_told_in_the_same_way(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site.keeper, "parse_definition", lambda asked: b"\x93\x01\x02\x03")
    assert upload(site).status_code == 503
    assert not held(site)


def test_keys_put_away_meanwhile_give_a_sentence_and_no_page_of_the_record(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(asked: bytes) -> bytes:
        site.app.worker.logins.clear()
        raise ParsingFailed(ParserOutcome.BROKEN)

    monkeypatch.setattr(site.keeper, "parse_definition", locked)
    answer = upload(site)
    assert answer.status_code in (422, 503) and "could not be checked just now" in answer.text
    assert "Added so far" not in answer.text


def test_what_is_taken_in_is_not_parsed_again(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    assert upload(site).status_code == 303

    def never(*given: Any, **more: Any) -> Any:
        raise AssertionError("parsed beside the keys")

    monkeypatch.setattr(loader, "parse_instrument", never)
    assert site.post(f"{YOURS}/take-in").status_code == 303
    with reading(site.work.engine) as db:
        assert db.scalar(text("SELECT count(*) FROM own_questionnaire")) == 1


def test_a_file_of_more_bytes_than_are_read_is_sent_to_nobody(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bytes] = []

    def parse(sent: bytes) -> bytes:
        asked.append(sent)
        return parser_protocol.handle_request(sent)

    monkeypatch.setattr(site.keeper, "parse_definition", parse)
    assert upload(site, b"#" * (loader.MAX_BYTES + 1)).status_code == 413
    assert asked == []
    assert upload(site, b"#" * loader.MAX_BYTES).status_code == 422
    assert len(asked) == 1 and len(asked[0]) <= parser_protocol.MAX_REQUEST_BYTES


def held(site: Site) -> object:
    return site.app.worker.logins["known"].values.get("definition looked at")
