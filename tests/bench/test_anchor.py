"""What the storage step of a save costs, and what the anchor adds, against the least that it can cost."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path

import pytest

from clinic_toolkit.psychometrics.item_response import ResponseStatus
from clinic_toolkit.record.questionnaires import progress
from clinic_toolkit.record.questionnaires.answers import Response
from clinic_toolkit.store.sqlite.anchor import Anchor
from clinic_toolkit.store.sqlite.anchor_slot import SLOT_BYTES
from clinic_toolkit.store.transactions import writing
from tests.bench import rounds
from tests.fixtures import practices
from tests.fixtures.practices import giving
from tests.store import chains

pytestmark = pytest.mark.bench

PAGE = 4096


Act = Callable[[], object]


@pytest.fixture
def answer(tmp_path: Path) -> Act:
    """Keep an answer, with its line of audit and its anchor."""
    work = practices.at_work(tmp_path)
    client = work.client()
    kept = work.begun(client, giving(), session=work.session(client).id)
    values = cycle(range(5))

    def keep() -> None:
        nonlocal kept
        with writing(work.engine) as db:
            response = Response(
                status=ResponseStatus.ANSWERED, value=next(values), wants_to_talk=False, remark=""
            )
            kept = progress.record_response(db, work.vault, kept, 3, response, now=datetime.now(UTC))

    return keep


def test_goal_4_keeping_an_answer(
    answer: Act, tmp_path: Path, ratio: Callable[..., None], part: Callable[..., None]
) -> None:
    """Against the two flushes alone that it waits for: of the log, then of the anchor."""
    page, slot = os.urandom(PAGE), os.urandom(SLOT_BYTES)
    with (
        (tmp_path / "log").open("ab", buffering=0) as log,
        (tmp_path / "slot").open("wb", buffering=0) as anchor,
    ):

        def flush_twice() -> None:
            log.write(page)
            os.fsync(log.fileno())
            anchor.seek(0)
            anchor.write(slot)
            os.fsync(anchor.fileno())

        over = rounds.difference_by_turns(answer, flush_twice, turns=400)
        part(4, "milliseconds for two flushes one after the other", rounds.cost_of_one(flush_twice) * 1000)
    ratio(4, "milliseconds for keeping an answer with its anchor, over two flushes", over * 1000, most=1.5)


def test_goal_6_an_autosave_with_its_anchor(answer: Act, tmp_path: Path, ratio: Callable[..., None]) -> None:
    before = chains.newest(tmp_path / "data").write_count
    block = os.urandom(PAGE)
    with (tmp_path / "floor").open("ab", buffering=0) as floor:

        def append() -> None:
            floor.write(block)
            os.fsync(floor.fileno())

        found = rounds.by_turns(answer, append, turns=400)
        assert chains.newest(tmp_path / "data").write_count - before >= 400, "every one with its anchor"
        with pytest.MonkeyPatch.context() as without:
            without.setattr(Anchor, "write_entries", lambda *_: None)
            bare = rounds.by_turns(answer, append, turns=400)
    ratio(6, "keeping an answer with its anchor, against appending 4 KB and fsync", found, most=2.2)
    ratio(6, "the same without the anchor, to see what it adds", bare, most=2.2)
