"""The client's own word in scripts: in what is said, and in nothing that is only told."""

import pytest

from clinic_toolkit.instruments import catalogue, naming
from clinic_toolkit.instruments.model import Frame


@pytest.mark.parametrize(
    ("word", "said"),
    [("M.", "Have you ever been afraid of M.?"), ("My mum", "Have you ever been afraid of your mum?")],
)
def test_the_own_word_is_said_as_one_says_it_to_the_client(word: str, said: str) -> None:
    assert naming.spoken("Have you ever been afraid of this person?", word) == said


def test_what_is_told_names_nobody_and_what_is_quoted_in_it_does() -> None:
    told = "Your client fears this person: ask. “Are you afraid of this person now?”"
    expected = "Your client fears this person: ask. “Are you afraid of M. now?”"
    assert naming.quoted(told, "M.") == expected


def test_without_a_person_no_bracket_is_left() -> None:
    assert naming.spoken("Keep [this person] in mind.", "") == "Keep this person in mind."
    assert naming.spoken("\\1 this person", "\\g<0>") == "\\1 \\g<0>", "a word is no pattern"


def test_each_kind_and_each_form_has_its_line_where_one_chooses() -> None:
    for frame in catalogue.frames():
        assert frame.line and len(frame.in_one_line) <= 75
        assert frame.in_one_line.startswith(frame.label[:1].upper())
    for one in catalogue.instruments():
        assert one.in_one_line.endswith(".") and len(one.in_one_line) <= 220
    assert Frame(id="x", label="aunt", note="").in_one_line == "Aunt"
