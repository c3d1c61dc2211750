"""A questionnaire of one's own: every error at once, its papers, a schema that agrees with the loader."""

import json
import tomllib
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from pypdf import PdfReader

from clinic_toolkit.cli import main, questionnaire
from clinic_toolkit.instruments import catalogue
from clinic_toolkit.instruments.catalogue import DEFINITIONS_FOLDER

SHIPPED = sorted(path for path in DEFINITIONS_FOLDER.glob("*.toml") if path.name != "frames.toml")
SCHEMA = Path(__file__).parents[2] / "docs" / "questionnaire.schema.json"


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(main, ["questionnaire", *map(str, words)])


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A file with something to mend at five places."""
    text = (DEFINITIONS_FOLDER / "giving.toml").read_text(encoding="utf-8")
    for old, new in (
        ('title = "How I give"\n', "title = 7\n"),
        ('mode = "thought"', 'mode = "guess"'),
        ('id = "OG2-B"', 'id = "OG1-C"'),
        ("total_minimum = 7", 'total_minimum = "seven"'),
        ("in_private = true", "private = true"),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    (tmp_path / "own.toml").write_text(text, encoding="utf-8")
    return tmp_path / "own.toml"


def test_what_ships_has_nothing_to_mend() -> None:
    told = run("validate", *SHIPPED)
    assert told.exit_code == 0, told.output
    assert told.output.count("Nothing to mend.") == len(SHIPPED)
    assert "giving.toml: “How I give”, version 1, 12 questions in 3 parts, drafted." in told.output


def test_every_place_is_named_and_a_good_file_beside_it_is_read_all_the_same(own: Path) -> None:
    told = run("validate", own, DEFINITIONS_FOLDER / "flows.toml")
    assert told.exit_code == 2
    for words in (
        "own.toml: 5 places to mend",
        "  title: must be text",
        "  items[1].id: “OG1-C” is already used at items[0]",
        "must be one of 'behaviour', 'thought', 'feeling', 'cost' or 'other'",
        "  missing.total_minimum: must be a whole number",
        ".private: is not known here",
        "flows.toml: “What flows well”",
    ):
        assert words in told.output, told.output


def test_a_relationship_that_is_not_known_is_one_place(tmp_path: Path) -> None:
    text = (DEFINITIONS_FOLDER / "giving.toml").read_text(encoding="utf-8")
    text = text.replace('id = "giving"', 'id = "ours"', 1)
    file = tmp_path / "own.toml"
    frames = '["parent", "child_under_18", "helped_at_work"]'
    assert frames in text
    file.write_text(text.replace(frames, '["landlord"]', 1), encoding="utf-8")
    told = run("validate", file)
    assert told.exit_code == 2
    assert (
        "own.toml: one place to mend\n  items[2].frames_not_fitting: there is no relationship “landlord”"
        in (told.output)
    )


def test_a_name_that_comes_with_the_program_is_refused(tmp_path: Path) -> None:
    text = (DEFINITIONS_FOLDER / "giving.toml").read_text(encoding="utf-8")
    (tmp_path / "own.toml").write_text(text + "# mine\n", encoding="utf-8")
    told = run("validate", tmp_path / "own.toml")
    assert told.exit_code == 2
    assert "  id: “giving” comes with the program; choose another" in told.output


@pytest.mark.parametrize("broken", [b"\xfe\xfe", b"id = ", b"\x00", b"[" * 2000, b"x = 1\n" * 200_000])
def test_what_is_no_definition_is_said_in_a_sentence(tmp_path: Path, broken: bytes) -> None:
    (tmp_path / "own.toml").write_bytes(broken)
    told = run("validate", tmp_path / "own.toml")
    assert told.exit_code == 2 and "own.toml: one place to mend" in told.output
    assert "Traceback" not in told.output


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_the_papers_are_written(tmp_path: Path, paper: str) -> None:
    told = run("preview", DEFINITIONS_FOLDER / "receiving.toml", "--out", tmp_path / "new", "--paper", paper)
    assert told.exit_code == 0, told.output
    made = {path.name: path.read_bytes() for path in (tmp_path / "new").iterdir()}
    assert set(made) == {
        "blank-questionnaire.pdf",
        "blank-questionnaire-general.pdf",
        "answer-card.pdf",
        "guide.pdf",
    }
    words = {name: PdfReader(BytesIO(pdf)).pages[0].extract_text() for name, pdf in made.items()}
    instrument = catalogue.load_instrument("receiving")
    assert instrument.items[0].text[:25] in words["blank-questionnaire.pdf"]
    assert instrument.items[0].text_general[:25] in words["blank-questionnaire-general.pdf"]
    assert all(option.label in words["answer-card.pdf"] for option in instrument.options)
    assert instrument.guidance.pacing[0][:25] in words["guide.pdf"]


def test_of_a_file_with_something_to_mend_no_paper_is_written(own: Path, tmp_path: Path) -> None:
    told = run("preview", own, "--out", tmp_path / "new")
    assert told.exit_code == 2 and "own.toml cannot be used" in told.output
    assert not (tmp_path / "new").exists()


def not_in_schema(value: Any, part: dict[str, Any], whole: dict[str, Any], place: str = "") -> list[str]:
    """The places of a definition that the schema would mark: unknown, missing, or not among the words."""
    if "$ref" in part:
        part = whole["$defs"][part["$ref"].rpartition("/")[2]]
    if part.get("type") == "object" and "properties" in part:
        known = part["properties"]
        found = [f"{place}.{name}: unknown" for name in value if name not in known]
        found += [f"{place}.{name}: missing" for name in part.get("required", ()) if name not in value]
        for name in value:
            found += not_in_schema(value[name], known.get(name, {}), whole, f"{place}.{name}")
        return found
    if part.get("type") == "array":
        each = part.get("items", {})
        return [
            line for at, one in enumerate(value) for line in not_in_schema(one, each, whole, f"{place}[{at}]")
        ]
    if "enum" in part and value not in part["enum"]:
        return [f"{place}: {value}"]
    kinds: dict[str, type] = {"string": str, "integer": int, "boolean": bool}
    kind = kinds.get(part.get("type", ""))
    return [f"{place}: kind"] if kind and not isinstance(value, kind) else []


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_the_schema_has_nothing_against_what_ships(path: Path) -> None:
    schema = questionnaire.build_schema()
    assert not_in_schema(tomllib.loads(path.read_text(encoding="utf-8")), schema, schema) == []


def test_the_schema_marks_what_the_loader_marks(own: Path) -> None:
    schema = questionnaire.build_schema()
    found = not_in_schema(tomllib.loads(own.read_text(encoding="utf-8")), schema, schema)
    assert ".title: kind" in found and ".missing.total_minimum: kind" in found
    assert any(each.endswith(".private: unknown") for each in found)
    assert any("guess" in each for each in found)


def test_the_schema_in_the_docs_is_the_one_that_is_printed() -> None:
    told = run("schema")
    assert told.exit_code == 0
    assert json.loads(told.output) == questionnaire.build_schema()
    assert SCHEMA.read_text(encoding="utf-8") == told.output
    assert "digest" not in json.loads(told.output)["properties"]
