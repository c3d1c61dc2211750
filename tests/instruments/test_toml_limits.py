"""The limits that a TOML file is held to before it is parsed, each with a harmless file just over it."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_toolkit import toml_limits
from clinic_toolkit.instruments import loader
from clinic_toolkit.instruments.catalogue import DEFINITIONS_FOLDER
from clinic_toolkit.toml_limits import TomlLimitExceeded
from clinic_toolkit.worksheets import loader as worksheets

ROOT = Path(__file__).parents[2]
SHIPPED = [
    *sorted(DEFINITIONS_FOLDER.glob("*.toml")),
    *sorted((ROOT / "worksheets").glob("*.toml")),
    ROOT / "docs" / "own-questionnaire.toml",
]


def names(many: int) -> str:
    return "".join(f"k{n} = 1\n" for n in range(many))


def tables(many: int) -> str:
    return "[[items]]\n" * many


def inline_tables(many: int) -> str:
    return "".join(f"k{n} = {{}}\n" for n in range(many))


def lists(many: int) -> str:
    return "".join(f"k{n} = []\n" for n in range(many))


def values(many: int) -> str:
    return "k = [" + "1," * many + "]\n"


def lists_in_lists(many: int) -> str:
    return "k = " + "[" * many + "]" * many + "\n"


def parts_of_a_name(many: int) -> str:
    return ".".join("abcdefghijklmnopqrstuvwxyz"[:many]) + " = 1\n"


def letters_in_a_name(many: int) -> str:
    return "k" * many + " = 1\n"


def digits(many: int) -> str:
    return "k = " + "9" * many + "\n"


LIMITS: list[tuple[Callable[[int], str], int, str]] = [
    (names, toml_limits.MAX_KEYS, "more than 10,000 names with a value"),
    (tables, toml_limits.MAX_TABLES, "more than 2,000 tables"),
    (inline_tables, toml_limits.MAX_TABLES, "more than 2,000 tables"),
    (lists, toml_limits.MAX_LISTS, "more than 2,000 lists"),
    (values, toml_limits.MAX_VALUES, "more than 20,000 values"),
    (lists_in_lists, toml_limits.MAX_DEPTH, "more than 12 deep"),
    (parts_of_a_name, toml_limits.MAX_DEPTH, "more than 12 parts, which is too deep"),
    (letters_in_a_name, toml_limits.MAX_WORD_LENGTH, "longer than 100 characters"),
    (digits, toml_limits.MAX_WORD_LENGTH, "longer than 100 characters"),
]


@pytest.mark.parametrize(("made", "most", "wanted"), LIMITS, ids=[made.__name__ for made, _, _ in LIMITS])
def test_one_more_than_a_limit_is_refused_before_it_is_parsed(
    made: Callable[[int], str], most: int, wanted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    toml_limits.check_limits(made(most))
    text = "# The first line.\n" + made(most + 1)
    with pytest.raises(TomlLimitExceeded, match=wanted) as refused:
        toml_limits.check_limits(text)
    lines = text.count("\n")
    assert refused.value.line == (lines if made in (names, tables, inline_tables, lists) else 2)
    parsed: list[str] = []

    def parse(text: str) -> dict[str, object]:
        parsed.append(text)
        return {}

    monkeypatch.setattr("tomllib.loads", parse)
    with pytest.raises(loader.DefinitionError) as told:
        loader.parse_instrument(text.encode(), "own.toml", own=True)
    assert [problem for problem in told.value.problems if wanted in problem] == list(told.value.problems)
    with pytest.raises(worksheets.WorksheetError, match=wanted):
        worksheets.parse_worksheet(text.encode()[: worksheets.MAX_BYTES], "own.toml")
    assert parsed == []
    # The control: what is within the limit does reach the parser.
    with pytest.raises(loader.DefinitionError):
        loader.parse_instrument(made(most).encode(), "own.toml", own=True)
    assert len(parsed) == 1


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_what_ships_uses_at_most_half_of_each_limit(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    most = worksheets.MAX_BYTES if path.parent.name == "worksheets" else loader.MAX_BYTES
    assert path.stat().st_size <= most / 2
    for name in ("MAX_KEYS", "MAX_TABLES", "MAX_LISTS", "MAX_VALUES", "MAX_DEPTH", "MAX_WORD_LENGTH"):
        monkeypatch.setattr(toml_limits, name, getattr(toml_limits, name) // 2)
    toml_limits.check_limits(path.read_text(encoding="utf-8"))
    # The control: the scan does see what the file holds.
    monkeypatch.setattr(toml_limits, "MAX_KEYS", 10)
    with pytest.raises(TomlLimitExceeded):
        toml_limits.check_limits(path.read_text(encoding="utf-8"))


IN_STRINGS = [
    'k = "{}"\n',
    "k = '{}'\n",
    'k = """{}\n"""\n',
    "k = '''{}\n'''\n",
    'k = """a "quoted" word {}\\\n  and on"""\n',
    "k = 1  # {}\n",
]


@pytest.mark.parametrize("around", IN_STRINGS)
def test_what_stands_in_a_text_or_a_remark_is_not_counted(around: str) -> None:
    inside = "[{=,.}] " * 3000
    toml_limits.check_limits(around.format(inside) * 3)
    with pytest.raises(TomlLimitExceeded):
        toml_limits.check_limits(around.format("x") + "k = " + inside)


def counted(value: Any) -> tuple[int, int]:
    """How many names and how many lists there are in what a parser made of a text."""
    if isinstance(value, dict):
        inner = [counted(each) for each in value.values()]
        return len(value) + sum(names for names, _ in inner), sum(lists for _, lists in inner)
    if isinstance(value, list):
        inner = [counted(each) for each in value]
        return sum(names for names, _ in inner), 1 + sum(lists for _, lists in inner)
    return 0, 0


TEXTS = st.text(st.sampled_from("a\"'\\#[]{}=,.\n "), max_size=12)
VALUES = st.recursive(
    st.integers(-9, 9).map(str)
    | TEXTS.map(lambda text: '"""' + text.replace("\\", "\\\\").replace('"', '\\"') + '"""')
    | TEXTS.map(lambda text: "'''" + text.replace("'", "") + "'''"),
    lambda inner: (
        st.lists(inner, max_size=4).map(lambda each: "[" + ", ".join(each) + "]")
        | st.lists(inner, max_size=4).map(
            lambda each: "{" + ", ".join(f"k{n} = {value}" for n, value in enumerate(each)) + "}"
        )
    ),
    max_leaves=12,
)


@given(st.lists(VALUES, max_size=5))
def test_the_scan_counts_what_the_parser_finds(made: list[str]) -> None:
    import tomllib

    text = "".join(f"# a [remark]\nn{n} = {value}\n" for n, value in enumerate(made))
    scan = toml_limits._LimitScan()
    assert not any(scan.count_token(token[0]) for token in toml_limits._TOKEN.finditer(text))
    assert (scan.keys, scan.lists) == counted(tomllib.loads(text))
    assert scan.depth == 0


SLOWEST = ['"', '"""\\', '"\\"', "''", '"" ', "#a\n", "\n", "a ", "!", "]", "'''a''", '"""x\\\n']


@pytest.mark.slow
@pytest.mark.parametrize("piece", SLOWEST)
def test_the_scan_of_the_longest_file_takes_a_moment(piece: str) -> None:
    def spent(length: int) -> float:
        began = time.process_time()
        toml_limits.check_limits(piece * (length // len(piece)))
        return time.process_time() - began

    # Twice the text may take about twice the time; a scan that looks back would take four times and more.
    quarter = min(spent(loader.MAX_BYTES // 4) for _ in range(3))
    assert any(spent(loader.MAX_BYTES) < max(0.05, 8 * quarter) for _ in range(2))
