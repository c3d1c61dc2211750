"""A bad definition is refused whole: every error at once, each with its place, in plain words."""

import hashlib
from pathlib import Path

import pytest

from clinic_toolkit.errors import DamagedFile
from clinic_toolkit.instruments import loader
from clinic_toolkit.instruments.catalogue import DEFINITIONS_FOLDER

GIVING = (DEFINITIONS_FOLDER / "giving.toml").read_text(encoding="utf-8")
FRAMES = (DEFINITIONS_FOLDER / "frames.toml").read_text(encoding="utf-8")


def problems_of(text: str | bytes) -> tuple[str, ...]:
    """What the loader says of a questionnaire's text."""
    data = text.encode() if isinstance(text, str) else text
    with pytest.raises(loader.DefinitionError) as caught:
        loader.parse_instrument(data, "own.toml")
    return caught.value.problems


def changed(old: str, new: str) -> str:
    """The giving questionnaire with one place changed, which must be there to change."""
    assert old in GIVING
    return GIVING.replace(old, new, 1)


def test_a_good_definition_is_read_whole_and_its_bytes_are_pinned() -> None:
    instrument = loader.read_instrument_file(DEFINITIONS_FOLDER / "giving.toml")
    assert instrument.title == "How I give"
    assert instrument.items[0].define["rest"]
    assert instrument.digest == hashlib.sha256((DEFINITIONS_FOLDER / "giving.toml").read_bytes()).hexdigest()


def test_every_error_is_told_at_once_with_its_place() -> None:
    text = GIVING
    for old, new in (
        ('title = "How I give"\n', "title = 7\n"),
        ('version = "1"\n', ""),
        ("value = 1\n", "value = 0\n"),
        ('id = "OG2-B"', 'id = "OG1-C"'),
        ('mode = "thought"', 'mode = "guess"'),
        ('facet = "OG3"', 'facet = "OG9"'),
        ("facet_minimum = 3", "facet_minimum = 4"),
        ("frames_not_fitting", "frames_not_fiting"),
        ("{client} gives to {about}", "{client} gives"),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    assert set(problems_of(text)) == {
        "title: must be text",
        "version: is missing",
        "options[1].value: “0” is already used at options[0]",
        "items[1].id: “OG1-C” is already used at items[0]",
        "items[2].mode: must be one of 'behaviour', 'thought', 'feeling', 'cost' or 'other'",
        "items[2].facet: there is no facet “OG9”",
        "items[2].frames_not_fiting: is not known here",
        "missing.facet_minimum: asks for 4 answers, the smallest facet has 3",
        "result_heading: must hold {client} and {about}, and no other braces",
    }


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("value = 3", 'value = "3"', "options[3].value: must be a whole number"),
        ("value = 3", "value = 3.5", "options[3].value: must be a whole number"),
        ("value = 3", "value = true", "options[3].value: must be a whole number"),
        ("value = 3", "value = -1", "options[3].value: must be 0 or more"),
        ("value = 3", "value = 101", "options[3].value: must be 100 or less"),
        ('language = "en"', "language = 2026-11-22", "language: must be text"),
        ('language = "en"', 'language = ""', "language: must not be empty"),
        ('title = "How I give"', f'title = "{"x" * 201}"', "title: must have at most 200 characters"),
        ('title = "How I give"', 'title = " How I give"', "title: begins or ends with a space"),
        (
            'title = "How I give"',
            'title = "How\\u202eI give"',
            "title: has a character that does not print",
        ),
        (
            'title = "How I give"',
            'title = "How\\u0007I give"',
            "title: has a character that does not print",
        ),
        (
            'id = "giving"',
            'id = "../giving"',
            "id: only letters, digits, dot, hyphen and underline are allowed",
        ),
        (
            'id = "giving"',
            'id = "giving"\ndigest = "00"',
            "digest: the program works this out, leave it out",
        ),
        (
            'label = "Most of the time"',
            'label = "Never"',
            "options[3].label: “Never” is already used at options[0]",
        ),
        ('id = "OG3"', 'id = "OG2"', "facets[2].id: “OG2” is already used at facets[1]"),
        ('{ "rest" =', '{ "goals" =', "items[0].define: “goals” is not in the question"),
        (
            "total_minimum = 7",
            "total_minimum = 10",
            "missing.total_minimum: asks for 10 answers, the questionnaire has 9",
        ),
        ("{about}", "{about!r:{x}}", "result_heading: must hold {client} and {about}, and no other braces"),
        ("{about}", "{about", "result_heading: must hold {client} and {about}, and no other braces"),
        (
            'kind = "difficulties"',
            'kind = "strengths"',
            "items[0].role: a questionnaire of strengths has strength items only",
        ),
        ("clinician_notes = [", "clinician_notes = [7,", "clinician_notes[0]: must be text"),
        ("[evidence]", "[evidence]\ncertified = true", "evidence.certified: is not known here"),
    ],
)
def test_one_wrong_value_is_named(old: str, new: str, problem: str) -> None:
    assert problem in problems_of(changed(old, new))


def test_a_facet_that_no_item_belongs_to_is_named() -> None:
    text = changed(
        "[[items]]", '[[facets]]\nid = "OG4"\nname = "Other"\nclient_phrase = "others"\n\n[[items]]'
    )
    assert "facets[3]: no item belongs to “OG4”" in problems_of(text)


def test_a_facet_of_strengths_alone_could_never_be_counted() -> None:
    text = GIVING.replace('role = "difficulty"', 'role = "strength"')
    assert "facets[0]: “OG1” has strength items only, so nothing can be counted" in problems_of(text)


def test_thousands_of_items_are_refused_in_reasonable_words() -> None:
    item = GIVING[GIVING.index("[[items]]") : GIVING.index("[[items]]", GIVING.index("[[items]]") + 1)]
    many = GIVING + "".join(item.replace("OG1-C", f"X{n}").split("define")[0] for n in range(1_500))
    found = problems_of(many)
    assert "items: must have at most 400 entries" in found
    bare = "".join(f'[[items]]\nid = "X{n}"\nfacet = "OG1"\n' for n in range(1_900))
    with pytest.raises(loader.DefinitionError) as caught:
        loader.parse_instrument((GIVING + bare).encode(), "own.toml")
    assert len(caught.value.sentence) < 30_000


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"x" * 5_000_000, "the file is larger than 1,000,000 bytes"),
        (
            GIVING.replace("How I give", "Où je donne").encode("cp1252", "replace"),
            "line 1: the text is not UTF-8",
        ),
        (GIVING.encode("utf-16-le"), "line 1: the text is UTF-16 and has no mark"),
        (GIVING.encode("utf-32"), "line 1: the text is UTF-32"),
        (GIVING.encode("utf-16")[:-1], "line "),
        (b"title = \n", "not readable as TOML"),
        (b"a = 1\na = 2\n", "not readable as TOML"),
        (b"a = " + b"[" * 100_000, "line 1: lists or tables are nested more than 12 deep"),
        (b"a = " + b"9" * 10_000, "line 1: a name or a number is longer than 100 characters"),
        (b'a = "\\uD800"', "not readable as TOML"),
        (b"", "title: is missing"),
        (b"items = 3", "items: must be a list"),
        (b"items = [3]", "items[0]: must be a table"),
        (b'[items]\nid = "a"', "items: must be a list"),
    ],
)
def test_what_is_no_definition_at_all_is_refused(data: bytes, problem: str) -> None:
    assert any(found.startswith(problem) for found in problems_of(data))


def test_the_sentence_names_the_file_and_what_to_do_and_stays_printable() -> None:
    name = "\\u001b[31m" + "y" * 5_000
    with pytest.raises(DamagedFile) as caught:
        loader.parse_instrument(f'"{name}" = 1'.encode(), "own.toml")
    sentence = caught.value.sentence
    assert sentence.startswith(
        "The definition own.toml cannot be used. Mend these places, or put back the file"
    )
    assert sentence.isprintable()
    assert len(sentence) < 5_000


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(loader.DefinitionError, match=r"gone\.toml .*the file cannot be read"):
        loader.read_instrument_file(tmp_path / "gone.toml")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            FRAMES.replace('id = "boss"', 'id = "friend"'),
            "frames[9].id: “friend” is already used at frames[7]",
        ),
        (
            FRAMES.replace('label = "boss"', 'label = "friend"'),
            "frames[9].label: “friend” is already used at frames[7]",
        ),
        (
            FRAMES.replace("takes_questionnaires = false", "general = true"),
            "frames: only one of them may be general",
        ),
        (
            FRAMES.replace("takes_questionnaires = false", "takes_questionnaires = 0"),
            "frames[12].takes_questionnaires: must be true or false",
        ),
        (FRAMES.replace("not_offered", "not_ofered"), "frames[3].not_ofered: is not known here"),
        (FRAMES + '\n[more]\nx = "y"', "more: is not known here"),
        ("", "frames: is missing"),
        ("frames = []", "frames: is missing"),
    ],
)
def test_a_bad_list_of_relationships_is_refused(text: str, problem: str) -> None:
    with pytest.raises(loader.DefinitionError) as caught:
        loader.parse_frames(text.encode(), "frames.toml")
    assert problem in caught.value.problems
