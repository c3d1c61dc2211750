"""Who watches for the idle time goes on watching, whatever happens beside it."""

import threading
from types import SimpleNamespace
from typing import Any

import pytest

from clinic_toolkit.cli import worker
from clinic_toolkit.store import engine


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
    opened: Any = object()
    made = worker.Worker(settings, (), keeper, b"")
    made._engine = opened
    reasons = iter([None, None, "idle"])
    watching = threading.Thread(
        target=made._watch, args=(SimpleNamespace(reason_to_end=lambda: next(reasons)),), daemon=True
    )
    watching.start()
    assert keeper.end.wait(5)
    assert len(tried) == 2
