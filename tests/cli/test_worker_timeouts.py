"""Who watches for the idle time goes on watching, whatever happens beside it."""

import threading
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import create_engine

from clinic_toolkit.cli import worker
from clinic_toolkit.store.transactions import STORE_OPTION


@pytest.mark.parametrize("trouble", [PermissionError(), RuntimeError()], ids=["the disk", "a mistake"])
def test_the_idle_time_is_over_although_the_log_cannot_be_folded(
    trouble: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tried: list[object] = []

    def fold() -> bool:
        tried.append(1)
        raise trouble

    store = SimpleNamespace(
        needs_rescue=False, checkpoint_when_idle=fold, rescue_if_replaced=lambda **_: None
    )
    monkeypatch.setattr(worker, "WATCH_SECONDS", 0.001)
    keeper: Any = SimpleNamespace(worker_must_end=threading.Event())
    settings: Any = None
    opened: Any = create_engine("sqlite://").execution_options(**{STORE_OPTION: store})
    made = worker.Worker(settings, (), keeper, b"")
    made._engine = opened
    reasons = iter([None, None, "idle"])
    watching = threading.Thread(
        target=made._watch_idle_and_disk,
        args=(SimpleNamespace(reason_to_end=lambda: next(reasons), drop_keys=lambda: None),),
        daemon=True,
    )
    watching.start()
    assert keeper.worker_must_end.wait(5)
    assert len(tried) == 2


def test_the_idle_time_ends_no_process_that_alone_holds_what_was_saved(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = SimpleNamespace(needs_rescue=True, checkpoint_when_idle=lambda: False)
    opened: Any = create_engine("sqlite://").execution_options(**{STORE_OPTION: store})
    looked: list[bool] = []
    keeper: Any = SimpleNamespace(worker_must_end=threading.Event())

    def look(*, ending: bool = False) -> None:
        looked.append(ending)
        assert withheld == ["now"] and not keeper.worker_must_end.is_set()
        if len(looked) == 3:
            store.needs_rescue = False

    store.rescue_if_replaced = look
    monkeypatch.setattr(worker, "WATCH_SECONDS", 0.001)
    settings: Any = None
    made = worker.Worker(settings, (), keeper, b"")
    made._engine = opened
    withheld: list[str] = []
    app: Any = SimpleNamespace(reason_to_end=lambda: "idle", drop_keys=lambda: withheld.append("now"))
    watching = threading.Thread(target=made._watch_idle_and_disk, args=(app,), daemon=True)
    watching.start()
    assert keeper.worker_must_end.wait(5)
    assert looked == [False] * 3
    # The last thing that a process does is to try once more, without a pause.
    made._run_last_upkeep(opened)
    assert looked[-1:] == [True]
