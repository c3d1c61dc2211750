"""Reading worksheet files: everything that is wrong is said at once, with its place."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from clinic_toolkit.errors import DamagedFile
from clinic_toolkit.worksheets import catalogue
from clinic_toolkit.worksheets.loader import WorksheetError, parse_worksheet, read_worksheet_file

from .sample_sheet import SAMPLE

BLOCK_KINDS = (
    "prose, lines, box, menu, table, diary, sort, ladder, scale, gauge, circles, body, script, columns, card,"
    " shares"
)


def problems(data: bytes, file: str = "sample.toml") -> tuple[str, ...]:
    """What is wrong with the bytes of a file."""
    with pytest.raises(WorksheetError) as refused:
        parse_worksheet(data, file)
    assert isinstance(refused.value, DamagedFile)
    assert all(problem.startswith(file) for problem in refused.value.problems)
    return tuple(problem.removeprefix(file) for problem in refused.value.problems)


def test_a_good_file_is_read_and_carries_the_digest_of_its_bytes() -> None:
    sheet = parse_worksheet(SAMPLE, "sample.toml")
    assert sheet.title == "Want to, have to"
    assert len(sheet.digest) == 64
    changed = parse_worksheet(SAMPLE + b"\n", "sample.toml")
    assert changed.digest != sheet.digest


def test_every_problem_is_said_at_once_with_its_place() -> None:
    bad = (
        SAMPLE.replace(b"number = 1", b'number = "1"')
        .replace(b"aim =", b"aims =")
        .replace(b"rows = 8", b"rows = 80")
        .replace(b'side = "giving"', b'side = "sideways"')
        .replace(b'label = "Things I did"', b'label = ""\ncolour = "red"')
    )
    assert set(problems(bad)) == {
        ", number: must be a whole number",
        ", aims: is not known here",
        ", aim: is missing",
        ", blocks[0].rows: must be 14 or less",
        ", side: must be one of 'giving', 'receiving', 'boundaries', 'flows', 'carers' or 'any'",
        ", blocks[0].label: must not be empty",
        ", blocks[0].colour: is not known here",
    }


@pytest.mark.parametrize("kind", [b'"circle"', b"3", b"[1]"])
def test_an_unknown_kind_of_block_is_named_once(kind: bytes) -> None:
    bad = SAMPLE.replace(b'kind = "lines"', b"kind = " + kind)
    assert problems(bad) == (f", blocks[1].kind: must be one of {BLOCK_KINDS}",)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (b"tick_columns = [1, 2, 3]", b"tick_columns = [1, 4]", "blocks[0].tick_columns: there is no such"),
        (b'slug = "sample"', b'slug = "another"', "slug: must be the name of the file"),
        (b'title = "Want to, have to"', b'title = "Want\\nto"', "title: holds a line break"),
        (b'title = "Want to, have to"', b'title = "Want \\u202e to"', "title: holds a line break"),
        (b"number = 1", b"number = true", "number: must be a whole number"),
        (b"number = 1", b"number = 2020-01-01", "number: must be a whole number"),
        (b"[[blocks]]", b"[blocks]", "not readable as TOML"),
        (b'version = "3"', b'version = "3"\ndigest = "00"', "digest: is not known here"),
    ],
)
def test_a_single_problem_is_found(old: bytes, new: bytes, problem: str) -> None:
    assert old in SAMPLE
    (found,) = problems(SAMPLE.replace(old, new))
    assert problem in found


@pytest.mark.parametrize(
    "data", [b"\xff\xfe", b"title =", b"a = " + b"[" * 100_000, b"#" * 300_000, b"a = " + b"9" * 9_000, b""]
)
def test_bytes_that_are_no_worksheet_are_refused_in_a_sentence(data: bytes) -> None:
    assert problems(data)


def test_a_file_that_is_not_there_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(WorksheetError, match=r"gone\.toml: cannot be read"):
        read_worksheet_file(tmp_path / "gone.toml")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder of worksheets that the catalogue reads."""
    monkeypatch.setattr(catalogue, "worksheets_folder", lambda: tmp_path)
    catalogue.list_worksheets.cache_clear()
    yield tmp_path
    catalogue.list_worksheets.cache_clear()


def test_the_catalogue_lists_by_number_and_finds_by_slug() -> None:
    numbers = [sheet.number for sheet in catalogue.list_worksheets()]
    assert len(numbers) >= 3
    assert numbers == sorted(set(numbers))
    assert catalogue.load_worksheet("two-circles").number == 9
    with pytest.raises(catalogue.UnknownWorksheet):
        catalogue.load_worksheet("../two-circles")


def test_the_catalogue_says_what_is_wrong_in_any_file(folder: Path) -> None:
    (folder / "sample.toml").write_bytes(SAMPLE)
    (folder / "twin.toml").write_bytes(SAMPLE.replace(b'"sample"', b'"twin"'))
    (folder / "broken.toml").write_bytes(b"title =")
    with pytest.raises(WorksheetError) as refused:
        catalogue.list_worksheets()
    said = refused.value.sentence
    assert "broken.toml: not readable" in said
    assert "twin.toml, number: 1 is taken" in said
    assert str(folder) not in said


def test_listing_modules_without_reading_a_sheet_stays_light() -> None:
    code = (
        "import sys, clinic_toolkit.worksheets.catalogue\n"
        "print([m for m in ('pydantic', 'flask', 'reportlab') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
