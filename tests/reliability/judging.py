"""A store that something happened to is opened as the product opens it, and everything it tells is judged.

Each look ends in one of: refused with a sentence, noticed, or harmless (everything as before). A wrong
word shown, a loss without a word, or an error that is no sentence of ours is a `Failed`.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from unittest.mock import patch
from uuid import UUID

from sqlalchemy import Connection, Engine, MetaData, QueuePool, create_engine, event
from sqlalchemy.engine import Engine as PlainEngine

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import audit_reader, inspection
from clinic_toolkit.record.handovers import clinician_side
from clinic_toolkit.record.handovers.handover_record import HandoverState
from clinic_toolkit.record.people import practice_access
from clinic_toolkit.store import base
from clinic_toolkit.store.opening import open_store
from clinic_toolkit.store.sqlite import connections, salvage, schema
from clinic_toolkit.store.transactions import reading, store_of, writing
from clinic_toolkit.vault import key_slots
from clinic_toolkit.vault.key_slots import WrongSecret
from clinic_toolkit.vault.vault import Vault
from tests.fixtures import findings
from tests.fixtures.cheap_derivations import quickly
from tests.reliability.small_practice import LATER, PASSPHRASE, Small
from tests.reliability.store_contents import Place, Told, bytes_of, stands, told

REFUSED, NOTICED, HARMLESS = "refused", "noticed", "harmless"


class Failed(AssertionError):
    """The product showed something wrong, lost something in silence, or fell over."""


@contextmanager
def room(otherwise: Path) -> Iterator[Path]:
    """A folder in memory, where the machine has such a place: what is tested is not the disk."""
    memory = Path("/dev/shm")  # noqa: S108  (nothing of it is secret, and the folder is new)
    place = Path(mkdtemp(dir=memory)) if memory.is_dir() else otherwise
    try:
        yield place
    finally:
        if place != otherwise:
            shutil.rmtree(place)


@contextmanager
def many_openings() -> Iterator[None]:
    """Open thousands of stores: what only depends on our own code is worked out once.

    That is what a store must be built like, and SQLAlchemy's statements. Nothing of the store is kept.
    """
    wanted, bare_table = schema.expected_schema(base.metadata), cache(salvage._bare_table)
    plain = create_engine("sqlite://")
    dialect, compiled = plain.dialect, dict[Any, Any]()
    with plain.connect():
        pass

    def engine_of(file: Path, creator: Callable[[], Any], begin: Callable[[Connection], None]) -> Engine:
        address = plain.url.set(database=str(file))
        made = PlainEngine(QueuePool(creator), dialect, address, hide_parameters=True)
        made.update_execution_options(compiled_cache=compiled)
        event.listen(made, "connect", connections._apply_pragmas)
        event.listen(made, "begin", begin)
        return made

    def expected(metadata: MetaData) -> schema.SchemaObjects:
        return wanted

    with ExitStack() as stack:
        stack.enter_context(quickly())
        stack.enter_context(patch.object(schema, "expected_schema", expected))
        stack.enter_context(patch.object(salvage, "_bare_table", bare_table))
        stack.enter_context(patch.object(connections, "_build_engine", engine_of))
        yield
    plain.dispose()


@dataclass(kw_only=True)
class Look:
    """What came of one look: how it ended, in which words, and which records were hurt."""

    end: str
    why: tuple[str, ...] = ()
    told: Told | None = None


@dataclass(kw_only=True)
class Expected:
    """What may be shown: `base` must be there or be named, and nothing that was never saved."""

    base: Told
    lines: dict[int, str]
    newest: dict[Place, set[int]] = field(default_factory=dict)
    versions: dict[tuple[str, UUID, int], str] = field(default_factory=dict)
    rings: dict[Place, UUID] = field(default_factory=dict)
    answers: set[tuple[str, ...]] = field(default_factory=set)


@dataclass(eq=False)
class Judge:
    """Opens the changed files in one folder, again and again, and compares with what was told before."""

    made: Small
    place: Path

    def look(self, *, thorough: bool = False) -> Look:
        """Open, unlock, read everything, judge.

        Args:
            thorough: ask every verb, although the rows are the same as at one of the saves.
        """
        try:
            store = open_store(self.place)
        except ClinicError as refusal:
            return _refused(refusal)
        try:
            return (None if thorough else self._same_rows(store)) or self._looked(store)
        except ClinicError as refusal:
            return _refused(refusal)
        finally:
            store.dispose()

    def _same_rows(self, store: Engine) -> Look | None:
        """The look at a store whose rows are those of one of the saves: what its anchor says decides."""
        with reading(store) as db:
            tip = self.made.bytes_at.get(bytes_of(db))
        verdict = store_of(store).verdict
        if tip == self.made.last and verdict.is_clean:
            return Look(end=HARMLESS)
        told_missing = [(missing.first_seq, missing.last_seq) for missing in verdict.missing_entries]
        if tip and told_missing == [(tip + 1, self.made.last)]:
            return Look(end=NOTICED, why=("missing",))
        return None

    def after(self, changed: dict[str, bytes], *, thorough: bool = False) -> Look:
        """The same with some files changed; all others as they were left."""
        self.lay_out(changed)
        return self.look(thorough=thorough)

    def lay_out(self, changed: dict[str, bytes]) -> None:
        """Put the files there, some of them changed."""
        self.place.mkdir(exist_ok=True)
        for file in self.place.iterdir():
            if file.name not in self.made.files:
                shutil.rmtree(file) if file.is_dir() else file.unlink()
        for name, raw in self.made.files.items():
            (self.place / name).write_bytes(changed.get(name, raw))

    def _looked(self, store: Engine) -> Look:
        vault, why = self._unlocked(store)
        with reading(store) as db:
            good = self.made.told_at[self.made.last]
            seen = told(db, vault, set(good.newest) | stands(db))
            verdict = store_of(store).verdict
            why += ["missing"] if verdict.missing_entries else []
            why += ["absent"] if verdict.anchor_absences else []
            why += ["other"] if verdict.chain_mismatch else []
            why += ["built"] if verdict.schema_damage else []
            why += ["not adopted"] if vault.refused_entry is not None else []
            why += ["ways in"] if not vault.slots_intact else []
            why += ["head"] if vault.header_fault else []
            why += ["keys"] if vault.damaged_rings else []
            why += ["hurt"] if seen.hurt else []
            why += ["gaps"] if seen.gaps else []
            why += ["trail"] if any(" " not in line for line in seen.lines.values()) else []
            why += ["hand-over"] if seen.troubles else []
            self._is_said(db, vault, why)
        self._compare(seen, self._expected(seen.tip - self._own_lines, why), vault, why)
        if "hand-over" in why:
            self._is_not_taken_over(store, vault)
        return Look(end=NOTICED if why else HARMLESS, why=tuple(why), told=seen)

    def _unlocked(self, store: Engine) -> tuple[Vault, list[str]]:
        """The passphrase, else the sheet; what the unlock writes is written."""
        use = reading if store_of(store).is_read_only else writing
        self._own_lines = 0
        before = _tip(store)
        try:
            with use(store) as db:
                vault = practice_access.unlock_with_passphrase(db, PASSPHRASE, now=LATER)
            why = []
        except (WrongSecret, ClinicError):
            with use(store) as db:
                vault = practice_access.unlock_with_recovery_sheet(db, self.made.groups, now=LATER)
            why = ["passphrase"]
        else:
            with reading(store) as db:
                if not _sheet_opens(db, self.made.groups):
                    why = ["sheet"]
        self._own_lines = _tip(store) - before
        return vault, why

    def _is_said(self, db: Connection, vault: Vault, why: list[str]) -> None:
        """What is wrong stands on the first page, on the condition’s, or the check of everything finds it."""
        if {"passphrase", "sheet"} & set(why) and vault.slots_intact:
            raise Failed("a way in does not open, and the list of them passes for whole")
        on_a_page = {"ways in", "keys", "not adopted", "hand-over"} & set(why) or findings.list_findings(
            db, vault
        )
        if why and not on_a_page and not inspection.inspect_all(db, vault, lambda *_: None).findings:
            raise Failed(f"{why}, and no page says so")

    def _is_not_taken_over(self, store: Engine, vault: Vault) -> None:
        """Answers of which some are gone or changed are laid before the clinician, with the reason."""
        with writing(store) as db:
            for out in clinician_side.list_open_handovers(db, vault):
                brought = clinician_side.merge_handover(db, vault, out, now=LATER)
                if brought.state != HandoverState.PROPOSED or not brought.payload.troubles:
                    raise Failed("hurt answers were taken over")

    def _expected(self, tip: int, why: list[str]) -> Expected:
        """What may be shown when the trail ends at this line."""
        told_at, last = self.made.told_at, self.made.last
        if tip != last and not set(why) & {"missing", "other", "absent", "gaps", "trail", "not adopted"}:
            raise Failed(f"the trail ends at {tip} instead of {last}, and nobody is told")
        base = told_at[max((at for at in told_at if at <= tip), default=min(told_at))]
        # Where the trail alone was shortened, what was saved later still stands, and is genuine.
        later = [told_at[at] for at in told_at if at >= base.tip]
        expected = Expected(
            base=base, lines={seq: line for seq, line in told_at[last].lines.items() if seq <= tip}
        )
        for each in later:
            expected.versions |= each.versions
            expected.rings |= each.rings
            expected.answers.add(each.answers)
            for place, versions in each.newest.items():
                expected.newest[place] = expected.newest.get(place, set()) | versions
        return expected

    def _compare(self, seen: Told, good: Expected, vault: Vault, why: list[str]) -> None:
        wrong = list(seen.contradictions)
        named = seen.hurt | {place for place, ring in good.rings.items() if ring in vault.damaged_rings}
        for place, version in seen.newest.items():
            if not version <= good.newest.get(place, set()):
                wrong.append(f"{place} is shown as {version} and not {good.newest.get(place)}")
        for key, text in seen.versions.items():
            if good.versions.get(key) != text:
                wrong.append(f"{key} reads otherwise")
        wrong += [f"{place} is gone" for place in good.base.newest.keys() - seen.newest.keys() - named]
        # A draft that was rewritten since stands as its later version.
        rewritten = {
            place
            for place, versions in seen.newest.items()
            if not versions <= good.base.newest.get(place, versions)
        }
        lost = [
            key
            for key in good.base.versions.keys() - seen.versions.keys()
            if key[:2] not in named | rewritten
        ]
        wrong += [f"{key} is gone" for key in lost]
        for seq, line in good.lines.items():
            now = seen.lines.get(seq, "")
            if now != line and ("trail" not in why or " " in now):
                wrong.append(f"line {seq} reads otherwise: {now}")
        if seen.answers not in good.answers:
            whole = self.made.told_at[self.made.last].answers
            if not set(seen.answers) <= set(whole):
                wrong.append("an answer nobody gave")
            if not (seen.troubles or any(table == "handover" for table, _ in named)):
                wrong.append("answers of the hand-over are gone")
        if wrong:
            raise Failed("; ".join(wrong[:4]))


def _refused(refusal: ClinicError) -> Look:
    return Look(end=REFUSED, why=(type(refusal).__name__, refusal.sentence))


def _tip(store: Engine) -> int:
    with reading(store) as db:
        return audit_reader.last_entry_number(db)


def _sheet_opens(db: Any, groups: str) -> bool:
    try:
        key_slots.unlock_with_recovery_sheet(db, groups)
    except ClinicError:
        return False
    return True
