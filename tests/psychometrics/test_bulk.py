"""Many forms at once: to the last bit the numbers that each form has alone."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic_toolkit.instruments import catalogue
from clinic_toolkit.instruments.closed_sets import ScoreKind
from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.psychometrics.bulk import NO_ANSWER, score_many
from clinic_toolkit.psychometrics.scoring import AnswerDoesNotFit, score_form

from . import invented_forms
from .test_own_scoring import RESTING

SHIPPED = [each for each in catalogue.list_instruments() if each.kind in ("difficulties", "strengths")]
WEIGHTS = st.sampled_from([0.5, 1, 1.5, 2, 0.1, 3])


@st.composite
def forms(draw: st.DrawFn) -> Instrument:
    """A shipped questionnaire, or the example of one's own with any weights, keys and kind of number."""
    form = draw(st.sampled_from([*SHIPPED, RESTING]))
    if form is not RESTING:
        return form
    items = tuple(replace(i, weight=draw(WEIGHTS), reverse=draw(st.booleans())) for i in form.items)
    rule = replace(invented_forms.missing_rule(form), prorate=draw(st.booleans()))
    return replace(form, items=items, missing=rule, score=draw(st.sampled_from(ScoreKind)))


@settings(max_examples=60, deadline=None)
@given(form=forms(), seed=st.integers(0, 2**32 - 1), blanks=st.sampled_from([0.0, 0.1, 0.5, 1.0]))
def test_the_same_numbers_as_alone(form: Instrument, seed: int, blanks: float) -> None:
    random = np.random.default_rng(seed)
    options = np.array([option.value for option in form.options], np.uint8)
    values = random.choice(options, (20, len(form.items)))
    values[random.random(values.shape) < blanks] = NO_ANSWER
    found = score_many(form, values)
    for number, row in enumerate(values):
        answers = {
            item.id: None if value == NO_ANSWER else int(value)
            for item, value in zip(form.items, row, strict=True)
        }
        alone = score_form(form, answers)
        assert found.answered[number] == alone.answered
        assert _said(found.total[number]) == alone.total
        for facet in alone.facets:
            assert _said(found.facets[facet.facet][number]) == facet.score, facet.facet


def _said(number: float) -> float | None:
    return None if np.isnan(number) else float(number)


def test_a_value_that_is_no_answer_stops_all_of_it() -> None:
    form = catalogue.load_instrument("giving")
    values = np.zeros((1000, len(form.items)), np.uint8)
    score_many(form, values)
    values[700, 5] = 5
    with pytest.raises(AnswerDoesNotFit):
        score_many(form, values)
    with pytest.raises(AnswerDoesNotFit):
        score_many(form, values[:, :-1])


def test_more_forms_than_are_taken_at_once() -> None:
    form = catalogue.load_instrument("flows")
    values = np.random.default_rng(7).integers(0, 5, (70_000, len(form.items)), np.uint8)
    found = score_many(form, values)
    assert np.array_equal(found.total, values.astype(float).mean(axis=1) * 25)
    assert score_many(form, values[:0]).total.shape == (0,)
