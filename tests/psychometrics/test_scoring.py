"""Scores: rounding, other scales, answers that do not fit, and a light import."""

import subprocess
import sys

import pytest

from clinic_toolkit.psychometrics.numerals import number_in_words
from clinic_toolkit.psychometrics.scoring import AnswerDoesNotFit, round_half_up, score_form

from . import invented_forms


@pytest.mark.parametrize(
    ("number", "expected"),
    [(0.0, 0), (62.5, 63), (12.5, 13), (62.49999999999999, 62), (200 / 3, 67), (100.0, 100), (0.5, 1)],
)
def test_halves_go_up(number: float, expected: int) -> None:
    assert round_half_up(number) == expected


def test_pythons_own_rounding_would_not_do() -> None:
    assert round(62.5) == 62
    just_below = 0.49999999999999994
    assert int(just_below + 0.5) == 1
    assert round_half_up(just_below) == 0


@pytest.mark.parametrize("size", [2, 3, 4, 5, 7, 11])
def test_any_scale_runs_from_0_to_100(size: int) -> None:
    form = invented_forms.difficulties(tuple(f"label {n}" for n in range(size)))
    lowest = score_form(form, {item.id: 0 for item in form.items})
    top = score_form(form, {item.id: size - 1 for item in form.items})
    assert (lowest.total, top.total) == (0, 100)


def test_a_half_stays_exact_on_a_scale_of_four() -> None:
    form = invented_forms.difficulties(("a", "b", "c", "d"))
    values = dict(
        zip([i.id for i in form.items if i.role == "difficulty"], [3, 2, 1] * 2 + [3, 0], strict=False)
    )
    assert score_form(form, values).total == 62.5


def test_an_answer_to_no_item_or_with_no_option_is_refused() -> None:
    form = invented_forms.difficulties()
    for wrong in ({"Z.Z": 1}, {"A.T": 5}, {"A.T": -1}):
        with pytest.raises(AnswerDoesNotFit) as refused:
            score_form(form, wrong)
        assert "Z.Z" not in refused.value.sentence


def test_counts_in_words() -> None:
    assert [number_in_words(n) for n in (0, 2, 12, 20, 21, 100, 315)] == [
        "none",
        "two",
        "twelve",
        "twenty",
        "twenty-one",
        "one hundred",
        "three hundred and fifteen",
    ]


def test_importing_the_rules_stays_light() -> None:
    modules = [
        "scoring",
        "result_sentences",
        "safety_prompt_rules",
        "response_patterns",
        "worksheet_offers",
        "missing_rule",
    ]
    lines = [f"import clinic_toolkit.psychometrics.{name}" for name in modules]
    lines += [
        "import sys",
        "print([m for m in ('numpy', 'pandas', 'pydantic', 'flask') if m in sys.modules])",
    ]
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
