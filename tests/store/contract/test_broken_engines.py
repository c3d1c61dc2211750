"""The control of the contract: each of these twins breaks one promise, and the contract notices it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Barrier
from uuid import UUID

import pytest
from msgspec.structs import replace
from sqlalchemy import Table

from clinic_toolkit.store.base import RowOperation
from clinic_toolkit.store.rows import RowValues, SealedRow
from clinic_toolkit.store.verdict import Verdict
from tests.fixtures.memory_store import Disk, MemoryStore, MemoryTransaction, State
from tests.store.contract import (
    test_chain,
    test_losses,
    test_opening,
    test_rows,
    test_snapshots,
    test_transactions,
    test_upkeep,
)
from tests.store.contract.engines import EngineUnderTest, MemoryUnderTest

Check = Callable[[EngineUnderTest], None]


class TakesTwice(MemoryTransaction):
    """Keeps two rows of one version."""

    def is_taken(self, table: Table, values: RowValues) -> bool:
        return False


class ReplacesAnyVersion(MemoryTransaction):
    """Looks at no expected version."""

    def is_expected(self, row: SealedRow, expected_version: int) -> bool:
        return not row.final


class ReplacesFinal(MemoryTransaction):
    """Replaces what is final."""

    def is_expected(self, row: SealedRow, expected_version: int) -> bool:
        return row.version == expected_version


class RefusesNothing(MemoryTransaction):
    """Its tables let final rows, and the chain, be changed and deleted."""

    def check_refusals(self, table: Table, operation: RowOperation) -> None:
        pass


class ErasesEveryRing(MemoryTransaction):
    """Erases a table where it should erase a ring of it."""

    def erase_rows(self, table: Table, ring: UUID) -> None:
        self.put_rows(table, ())


class KeepsFinalRows(MemoryTransaction):
    """Erases drafts alone."""

    def erase_rows(self, table: Table, ring: UUID) -> None:
        self.put_rows(table, tuple(row for row in self.rows_of(table) if row.final or row.ring != ring))


class WritesWhileReading(MemoryTransaction):
    """Takes a write through a transaction that only reads, and says nothing."""

    def require_writing(self) -> None:
        pass


class LooksAgain(MemoryTransaction):
    """Looks at what its store holds now, and not when it began."""

    disk: Disk

    def rows_of(self, table: Table) -> tuple[SealedRow, ...]:
        state = self.state if self.is_writing else self.disk.state
        return state.rows.get(str(table.name), ())


class MovesUnderReaders(MemoryStore):
    """Shows a reader what was committed since it began."""

    @contextmanager
    def reading(self) -> Iterator[MemoryTransaction]:
        transaction = LooksAgain(self.disk.state, is_writing=False)
        transaction.disk = self.disk
        yield transaction


class PublishesAtOnce(MemoryTransaction):
    """Puts each row into its store before the commit."""

    disk: Disk

    def put_rows(self, table: Table, rows: tuple[SealedRow, ...]) -> None:
        super().put_rows(table, rows)
        self.disk.state = replace(self.disk.state, rows=self.state.rows)


class ShowsUncommitted(MemoryStore):
    """Lets others read what is not committed."""

    @contextmanager
    def writing(self) -> Iterator[MemoryTransaction]:
        transaction = PublishesAtOnce(self.disk.state, is_writing=True)
        transaction.disk = self.disk
        yield transaction
        self.commit(transaction)


class TakesNoLock(MemoryStore):
    """Lets two writers begin with the same state, so that both number the same entry."""

    def __init__(self, disk: Disk) -> None:
        super().__init__(disk)
        # Both writers are there before either goes on, so that it is not noticed by chance alone.
        self._both = Barrier(2)

    @contextmanager
    def writing(self) -> Iterator[MemoryTransaction]:
        transaction = self.transaction(self.disk.state, is_writing=True)
        self._both.wait(timeout=30)
        yield transaction
        self.commit(transaction)


class KeepsWhatFailed(MemoryStore):
    """Commits what should be rolled back."""

    def roll_back(self, transaction: MemoryTransaction) -> None:
        super().roll_back(transaction)
        self.commit(transaction)


class TakesBackInOrder(MemoryStore):
    """Takes back what came first, first."""

    def roll_back(self, transaction: MemoryTransaction) -> None:
        for hook in transaction.rollback_hooks:
            hook()


class ForgetsOnClose(MemoryStore):
    """Keeps nothing."""

    def close(self) -> None:
        self.disk.state, self.disk.mark = State(), None


class SaysAllIsWell(MemoryStore):
    """Tells of no loss."""

    @property
    def verdict(self) -> Verdict:
        return Verdict()


class WritesToAnyStore(MemoryStore):
    """Goes on with whatever store lies there."""

    is_read_only = False


class CopiesTwoMoments(MemoryStore):
    """Copies the rows of one moment and the chain of an earlier one."""

    def write_snapshot(
        self, folder: Path, *, report_progress: Callable[[int, int], None] | None = None
    ) -> None:
        state, mark = self.disk.state, self.disk.mark or ()
        earlier = replace(state, chain=state.chain[:-1])
        MemoryStore.write_snapshot(MemoryStore(Disk(state=earlier, mark=mark[:-1])), folder)


class ForgetsOnCheckpoint(MemoryStore):
    """Loses the rows when it keeps its place in order."""

    def checkpoint(self) -> bool:
        self.disk.state = State(chain=self.disk.state.chain)
        return True


class KeepsWhatWasReplaced(MemoryStore):
    """Leaves the earlier rows lying there."""

    def commit(self, transaction: MemoryTransaction) -> None:
        earlier = self.disk.state.rows.get("sample", ())
        super().commit(transaction)
        self.disk.state = replace(self.disk.state, rows={**self.disk.state.rows, "earlier": earlier})


class DropsWhatIsBeingWritten(MemoryStore):
    """Takes the state from under whoever writes."""

    def try_upkeep(self) -> bool:
        self.disk.state = State()
        return True


class TakesEmptyForNew(MemoryStore):
    """Begins anew where everything is gone."""

    def refuse_empty(self) -> None:
        self.disk.mark, self.disk.losses = None, ()


class ForgetsWhenLookedInto(MemoryStore):
    """Takes a look for an acknowledgement."""

    @classmethod
    @contextmanager
    def look(cls, disk: Disk) -> Iterator[tuple[MemoryTransaction, Verdict]]:
        with super().look(disk) as seen:
            yield seen
        disk.mark, disk.losses = disk.mark[: len(disk.state.chain)] if disk.mark else None, ()


class DeletesTheMarkAlone(MemoryStore):
    """Deletes what would notice a loss, and nothing else."""

    @classmethod
    def delete(cls, disk: Disk) -> None:
        disk.mark = None


def with_transaction(kind: type[MemoryTransaction]) -> type[MemoryStore]:
    """The twin with transactions of this kind."""
    return type(kind.__name__, (MemoryStore,), {"transaction": kind})


DELETE = RowOperation.DELETE
BREACHES: list[tuple[type[MemoryStore], Check]] = [
    (with_transaction(TakesTwice), test_rows.test_a_version_is_taken_once),
    (with_transaction(TakesTwice), test_rows.test_of_two_who_save_the_same_version_one_is_told_so),
    (
        with_transaction(ReplacesAnyVersion),
        partial(test_rows.test_what_is_not_expected_is_not_replaced, case="another version"),
    ),
    (
        with_transaction(ReplacesFinal),
        partial(test_rows.test_what_is_not_expected_is_not_replaced, case="final"),
    ),
    (
        with_transaction(RefusesNothing),
        partial(test_rows.test_a_final_row_stays_as_it_is, operation=DELETE),
    ),
    (with_transaction(RefusesNothing), partial(test_chain.test_the_chain_is_only_added_to, operation=DELETE)),
    (with_transaction(ErasesEveryRing), test_rows.test_a_ring_is_erased_and_every_other_row_stays),
    (with_transaction(KeepsFinalRows), test_rows.test_a_ring_is_erased_and_every_other_row_stays),
    (with_transaction(WritesWhileReading), test_transactions.test_through_reading_nothing_is_written),
    (MovesUnderReaders, test_transactions.test_a_reader_keeps_its_snapshot_while_a_writer_commits),
    (ShowsUncommitted, test_transactions.test_nobody_reads_what_is_not_committed),
    (TakesNoLock, test_chain.test_two_who_append_leave_no_gap),
    (KeepsWhatFailed, test_transactions.test_what_fails_leaves_nothing),
    (TakesBackInOrder, test_transactions.test_what_was_changed_in_memory_is_taken_back_last_first),
    (ForgetsOnClose, test_transactions.test_what_was_saved_is_there_when_the_store_is_opened_again),
    (SaysAllIsWell, test_losses.test_lost_saves_are_named),
    (WritesToAnyStore, test_losses.test_another_store_is_only_read),
    (CopiesTwoMoments, test_snapshots.test_a_snapshot_is_of_one_moment_while_others_save),
    (ForgetsOnCheckpoint, partial(test_upkeep.test_it_loses_nothing, act="checkpoint")),
    (
        KeepsWhatWasReplaced,
        partial(test_upkeep.test_nothing_is_left_of_what_was_replaced, act="purge"),
    ),
    (DropsWhatIsBeingWritten, test_upkeep.test_it_waits_for_nobody),
    (TakesEmptyForNew, test_opening.test_a_store_that_lost_everything_is_no_new_one),
    (ForgetsWhenLookedInto, test_opening.test_a_look_tells_of_a_loss_and_forgets_it_for_nobody),
    (DeletesTheMarkAlone, test_opening.test_a_deleted_store_leaves_nothing),
]


def name_of(value: object) -> str | None:
    """How a variant or a check is called in the name of a test."""
    check = value.func if isinstance(value, partial) else value
    return getattr(check, "__name__", None)


@pytest.mark.parametrize(("variant", "check"), BREACHES, ids=name_of)
def test_a_broken_promise_is_noticed(tmp_path: Path, variant: type[MemoryStore], check: Check) -> None:
    check(MemoryUnderTest(tmp_path / "whole"))  # The control: the twin itself passes.
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        check(MemoryUnderTest(tmp_path / "broken", variant))
