"""A problem is told where a person finds it: the question by its number, and the line of the file."""

from pathlib import Path

import pytest

from clinic_toolkit.instruments import loader, problem_locations

TEXT = (Path(__file__).parents[2] / "docs" / "own-questionnaire.toml").read_text(encoding="utf-8")


def line_of(words: str, text: str = TEXT) -> int:
    return text[: text.index(words)].count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "where", "what"),
    [
        ("weight = 2", 'weight = "2"', "Question 6, weight", "must be a number"),
        ('id = "MIND-1"', 'id = "BODY-1"', "Question 2, id", "“BODY-1” is already used at question 1"),
        ('label = "Fully true"', "label = 3", "Answer 4, label", "must be text"),
        ("reverse = true", "revers = true", "Question 4, revers", "is not known here"),
        ('title = "How I rest"', "title = 7", "title", "must be text"),
        ('level = "drafted"', 'level = "good"', "evidence.level",
         "must be one of 'drafted', 'expert-reviewed', "
         "'cognitively-tested', 'piloted' or 'published'"),
        ("prorate = true", 'prorate = "yes"', "missing.prorate", "must be true or false"),
        ('question = "When did', 'query = "When did', "Part 2, follow_up[0].query", "is not known here"),
    ],
)  # fmt: skip
def test_the_line_is_that_of_the_fault(old: str, new: str, where: str, what: str) -> None:
    assert old in TEXT
    text = TEXT.replace(old, new, 1)
    with pytest.raises(loader.DefinitionError) as caught:
        loader.parse_instrument(text.encode(), "own.toml")
    found = [problem_locations.locate_problem(problem, text) for problem in caught.value.problems]
    here = [each for each in found if each.where == where]
    assert here and here[0].what == what
    # In a table of its own inside an entry, the entry's head is the nearest that is sure.
    wanted = line_of('[[facets]]\nid = "BODY"', text) if "follow_up" in where else line_of(old)
    assert here[0].line == wanted


def test_what_has_no_place_has_no_line() -> None:
    for problem in (
        "the file is larger than 1,000,000 bytes",
        "not readable as TOML: bad (at line 3, column 2)",
    ):
        assert problem_locations.locate_problem(problem, TEXT).line == 0
        assert problem.endswith(problem_locations.locate_problem(problem, TEXT).what)
    assert problem_locations.locate_problem("items[99].id: x", TEXT).line == 0
    assert problem_locations.locate_problem("(.*+[: x", TEXT).what


def test_what_is_missing_is_told_at_the_head_of_its_entry() -> None:
    text = TEXT.replace('text = "I felt uneasy while I rested near this person."\n', "")
    with pytest.raises(loader.DefinitionError) as caught:
        loader.parse_instrument(text.encode(), "own.toml")
    found = [problem_locations.locate_problem(problem, text) for problem in caught.value.problems]
    assert ("Question 5, text", "is missing") in [(each.where, each.what) for each in found]
    assert found[0].line == line_of('[[items]]\nid = "MIND-2"', text)
