"""What a second backup writes after a day's work, beside programs that keep only what is new."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from clinic_toolkit.record.people import clients
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.store.transactions import reading, store_of, writing
from tests.bench import grown_practice
from tests.fixtures.backups import make_backup
from tests.fixtures.practices import NOW, Work

pytestmark = pytest.mark.bench

CHANGED_RECORDS = 200
WORDS = "only for this measurement"


def run(place: Path, *command: str) -> None:
    """Run one of these programs, which keeps everything of its own in this place."""
    places = {"HOME": str(place), "BORG_BASE_DIR": str(place)}
    # The guard of these tests would take it for a connection that borg asks the system for its own name.
    own = {**places, "RESTIC_PASSWORD": WORDS, "BORG_PASSPHRASE": WORDS, "PYTHONPATH": ""}
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, **own})


def with_restic(data: Path, place: Path) -> Iterator[Path]:
    """Back up this folder whenever it is asked for the next."""
    kept = str(place / "kept")
    run(place, "restic", "--no-cache", "-r", kept, "init")
    while True:
        run(place, "restic", "--no-cache", "-r", kept, "backup", str(data))
        yield place / "kept"


def with_borg(data: Path, place: Path) -> Iterator[Path]:
    """The same with the other one."""
    kept = str(place / "kept")
    run(place, "borg", "init", "--encryption", "repokey-blake2", kept)
    while True:
        run(place, "borg", "create", f"{kept}::{{now:%Y-%m-%dT%H%M%S.%f}}", str(data))
        yield place / "kept"


OTHERS = {"restic": with_restic, "borg": with_borg}


@pytest.fixture(scope="module")
def grown(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Work]:
    """A place with the practice of many years in its folder `data`."""
    place = tmp_path_factory.mktemp("day")
    return place, grown_practice.of_years(request).open_copy(place)


def work_a_day(work: Work) -> None:
    """Change so many records, and let the log go into the file as at the end of a day."""
    with reading(work.engine) as db:
        kept = clients.list_clients_by_creation(db, work.vault)[:CHANGED_RECORDS]
    assert len(kept) == CHANGED_RECORDS
    for client in kept:
        with writing(work.engine) as db:
            clients.revise_client(db, work.vault, client, Client(name=f"{client.payload.name} II"), now=NOW)
    assert store_of(work.engine).checkpoint()


def size_of(place: Path) -> int:
    """The bytes of every file below a folder."""
    return sum(path.stat().st_size for path in place.rglob("*") if path.is_file())


def test_a_second_backup_after_one_day(grown: tuple[Path, Work], part: Callable[..., None]) -> None:
    place, work = grown
    running = {}
    for name, program in OTHERS.items():
        if shutil.which(name) is None:
            part(6, f"{name} is not installed: not compared", 0.0)
            continue
        (place / name).mkdir()
        running[name] = program(place / "data", place / name)
        part(6, f"the first backup, against what {name} keeps of it", first_size(place, work, running[name]))
    work_a_day(work)
    ours = make_backup(work, place, now=NOW + timedelta(days=1)).file.stat().st_size
    for name, backups in running.items():
        before = size_of(place / name / "kept")
        written = size_of(next(backups)) - before
        part(6, f"MB that {name} writes for the second backup", written / 1e6)
        part(6, f"the second backup after {CHANGED_RECORDS} changed records, against that", ours / written)
    part(6, "MB of our second backup, which is whole each time", ours / 1e6)


def first_size(place: Path, work: Work, backups: Iterator[Path]) -> float:
    """What our first backup is, as a multiple of theirs."""
    made = make_backup(work, place)
    ours = made.file.stat().st_size
    made.file.unlink()
    return ours / size_of(next(backups))
