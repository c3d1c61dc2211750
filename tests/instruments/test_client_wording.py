"""The client's own word in scripts: in what is said, and in nothing that is only told."""

import pytest

from clinic_toolkit.instruments import catalogue, client_wording
from clinic_toolkit.instruments.model import Frame


@pytest.mark.parametrize(
    ("word", "said"),
    [("M.", "Have you ever been afraid of M.?"), ("My mum", "Have you ever been afraid of your mum?")],
)
def test_the_own_word_is_said_as_one_says_it_to_the_client(word: str, said: str) -> None:
    assert client_wording.with_client_word("Have you ever been afraid of this person?", word) == said


def test_what_is_told_names_nobody_and_what_is_quoted_in_it_does() -> None:
    told = "Your client fears this person: ask. “Are you afraid of this person now?”"
    expected = "Your client fears this person: ask. “Are you afraid of M. now?”"
    assert client_wording.with_client_word_in_quotes(told, "M.") == expected


def test_without_a_person_no_bracket_is_left() -> None:
    assert client_wording.with_client_word("Keep [this person] in mind.", "") == "Keep this person in mind."
    assert client_wording.with_client_word("\\1 this person", "\\g<0>") == "\\1 \\g<0>", (
        "a word is no pattern"
    )


def test_each_kind_and_each_form_has_its_line_where_one_chooses() -> None:
    for frame in catalogue.list_frames():
        assert frame.line and len(frame.label_with_line) <= 75
        assert frame.label_with_line.startswith(frame.label[:1].upper())
    for one in catalogue.list_instruments():
        assert one.summary.endswith(".") and len(one.summary) <= 220
    assert Frame(id="x", label="aunt", note="").label_with_line == "Aunt"
