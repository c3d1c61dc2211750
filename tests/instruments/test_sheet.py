"""The sheet of 35 points adds up, claims nothing that needs people, and leads to tests that are there."""

import re
from pathlib import Path

import pytest

from docs.content import ngrams

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/content/sheet.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (\d+) \|([^|]*)\|([^|]*)\|([^|]*)\|(.*)\|$", TEXT, re.MULTILINE)
NEEDS_PEOPLE = {5, 7, 9, 11, 33, 34, 35}


def test_it_has_every_point_and_its_sums_are_right() -> None:
    assert [int(number) for number, *_ in ROWS] == list(range(1, 36))
    scores = {int(number): score.strip() for number, _, _, score, _ in ROWS}
    counted = [int(score) for score in scores.values() if score != "–"]
    assert f"{sum(counted)} of {2 * len(counted)} points that apply" in TEXT
    gates = [
        score.strip() for _, _, gate, score, _ in ROWS if gate.strip() == "gate" and score.strip() != "–"
    ]
    assert f"Of the {len(gates)} gates that apply {gates.count('2')} are at 2" in TEXT


def test_nothing_that_needs_people_is_claimed_without_them() -> None:
    assert all(int(score) < 2 for number, _, _, score, _ in ROWS if int(number) in NEEDS_PEOPLE)


def test_every_test_it_names_is_there() -> None:
    files = {path.name: path for path in (ROOT / "tests").rglob("test_*.py")}
    named = re.findall(r"`(?:tests/[a-z]+/)?(test_\w+\.py)(?:::(\w+))?`", TEXT)
    assert len(named) > 25
    for file, test in named:
        assert file in files, file
        assert not test or f"def {test}(" in files[file].read_text(encoding="utf-8"), test
    assert all((ROOT / path).exists() for path in re.findall(r"`((?:tests|docs|worksheets)/[\w./-]+)`", TEXT))


def test_shared_runs_of_words_are_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = tmp_path / "other.txt"
    other.write_text("Yesterday I felt worn out while I was cooking.", encoding="utf-8")
    ngrams.main([str(tmp_path)])
    said = capsys.readouterr().out
    assert "OG1-F: “felt worn out while i” also in other.txt" in said
    other.write_text("Something else, in other words.", encoding="utf-8")
    ngrams.main([str(tmp_path)])
    assert capsys.readouterr().out.strip().startswith("0 runs of 5 words or more; 1 texts of 5 words")
