"""Who watches for the idle time goes on watching, whatever happens beside it."""

import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import create_engine

from clinic_toolkit.cli import worker
from clinic_toolkit.store import engine
from clinic_toolkit.store.exchange import OPTION, Held


@pytest.mark.parametrize("trouble", [PermissionError(), RuntimeError()], ids=["the disk", "a mistake"])
def test_the_idle_time_is_over_although_the_log_cannot_be_folded(
    trouble: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tried: list[object] = []

    def fold(opened: object) -> bool:
        tried.append(opened)
        raise trouble

    monkeypatch.setattr(engine, "fold_when_idle", fold)
    monkeypatch.setattr(engine, "watch_over", lambda opened: None)
    monkeypatch.setattr(worker, "TICK", 0.001)
    keeper: Any = SimpleNamespace(end=threading.Event())
    settings: Any = None
    opened: Any = create_engine("sqlite://")
    made = worker.Worker(settings, (), keeper, b"")
    made._engine = opened
    reasons = iter([None, None, "idle"])
    watching = threading.Thread(
        target=made._watch,
        args=(SimpleNamespace(reason_to_end=lambda: next(reasons), withhold=lambda: None),),
        daemon=True,
    )
    watching.start()
    assert keeper.end.wait(5)
    assert len(tried) == 2


def test_the_idle_time_ends_no_process_that_alone_holds_what_was_saved(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened: Any = create_engine("sqlite://")
    held = Held(Path("nowhere"))
    held.exchanged = True
    opened = opened.execution_options(**{OPTION: held})
    looked: list[bool] = []
    keeper: Any = SimpleNamespace(end=threading.Event())

    def look(engine: object, *, ending: bool = False) -> None:
        looked.append(ending)
        assert withheld == ["now"] and not keeper.end.is_set()
        if len(looked) == 3:
            held.copy = Path("nowhere.rescued.1")

    monkeypatch.setattr(engine, "watch_over", look)
    monkeypatch.setattr(engine, "fold_when_idle", lambda engine: False)
    monkeypatch.setattr(worker, "TICK", 0.001)
    settings: Any = None
    made = worker.Worker(settings, (), keeper, b"")
    made._engine = opened
    withheld: list[str] = []
    app: Any = SimpleNamespace(reason_to_end=lambda: "idle", withhold=lambda: withheld.append("now"))
    watching = threading.Thread(target=made._watch, args=(app,), daemon=True)
    watching.start()
    assert keeper.end.wait(5)
    assert looked == [False] * 3
    # The last thing that a process does is to try once more, without a pause.
    made._tidy(opened)
    assert looked[-1:] == [True]
