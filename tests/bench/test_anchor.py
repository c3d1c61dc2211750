"""What the anchor adds to a save, as a ratio to the least that a durable save can cost."""

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
from clinic_toolkit.store.transactions import writing
from tests.bench import rounds
from tests.fixtures import practices
from tests.fixtures.practices import giving
from tests.store import chains

pytestmark = pytest.mark.bench

PAGE = 4096


def test_goal_6_an_autosave_with_its_anchor(tmp_path: Path, ratio: Callable[..., None]) -> None:
    work = practices.at_work(tmp_path)
    client = work.client()
    kept = work.begun(client, giving(), session=work.hour(client).id)
    values = cycle(range(5))
    before = chains.newest(tmp_path / "data").write_count

    def answer() -> None:
        nonlocal kept
        with writing(work.engine) as db:
            response = Response(
                status=ResponseStatus.ANSWERED, value=next(values), wants_to_talk=False, remark=""
            )
            kept = progress.record_response(db, work.vault, kept, 3, response, now=datetime.now(UTC))

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
