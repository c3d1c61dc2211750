"""The drafts of the limits of confidentiality: short, plain, spoken, and marked as drafts."""

from dataclasses import replace

import pytest

from clinic_toolkit.instruments import catalogue, confidentiality_limits
from clinic_toolkit.instruments.closed_sets import SafetyFlag
from clinic_toolkit.instruments.confidentiality_limits import LimitsDraft
from clinic_toolkit.web.forms.countries import COUNTRIES
from clinic_toolkit.web.forms.practice import MAX_LIMITS_LENGTH

from . import lint

MOST_WORDS, MOST_SENTENCES, HARDEST = 45, 2, 8
each_draft = pytest.mark.parametrize(
    "one", confidentiality_limits.load_drafts().drafts, ids=lambda one: (*one.countries, "any")[0]
)


def faults(one: LimitsDraft) -> list[str]:
    """What is wrong with a draft as it is said to a client."""
    words, sentences = lint.words_of(one.text), lint.sentences_of(one.text)
    found = [f"{len(words)} words"] if len(words) > MOST_WORDS else []
    found += [f"{len(sentences)} sentences"] if len(sentences) > MOST_SENTENCES else []
    hardest = max(lint.grade_of(sentences, count) for count in lint.COUNTERS)
    found += [f"grade {hardest:.1f}"] if hardest > HARDEST else []
    found += ["not in the first person"] if not {"i", "me"} & set(words) else []
    found += ["too long to be kept"] if len(one.text) > MAX_LIMITS_LENGTH else []
    return found + lint.never_said(one.text)


@each_draft
def test_a_draft_is_short_plain_and_spoken(one: LimitsDraft) -> None:
    assert faults(one) == []


@each_draft
def test_a_draft_names_the_usual_limits_in_general_terms_and_says_what_to_check(one: LimitsDraft) -> None:
    for words in ("stays with me", "limits", "life", "child", "dependent adult", "court"):
        assert words in one.text
    assert "Check " in one.check and "law" not in one.check


def test_the_judge_of_drafts_sees_what_is_wrong() -> None:
    bad = LimitsDraft(text="Confidentiality is normal. It is law. " + "Information is held. " * 45, check="")
    assert len(faults(bad)) >= 4


def test_all_of_them_say_that_they_are_drafts_that_no_lawyer_reviewed() -> None:
    assert (
        "draft" in confidentiality_limits.load_drafts().status
        and "not reviewed by a lawyer" in confidentiality_limits.load_drafts().status
    )


def test_every_country_that_can_be_chosen_has_exactly_one_draft() -> None:
    named = [country for one in confidentiality_limits.load_drafts().drafts for country in one.countries]
    assert len(named) == len(set(named)) and set(named) <= set(COUNTRIES)
    [general] = [one for one in confidentiality_limits.load_drafts().drafts if not one.countries]
    for country in COUNTRIES:
        assert (confidentiality_limits.draft_for(country) == general) == (country not in named)
    assert confidentiality_limits.draft_for("") == confidentiality_limits.draft_for("XX") == general
    assert confidentiality_limits.draft_for("US") != confidentiality_limits.draft_for("DE") != general


def test_they_are_said_before_every_form_that_asks_about_fear_burden_or_harm() -> None:
    for one in catalogue.list_newest():
        flags = {item.safety_flag for item in one.items}
        assert confidentiality_limits.requires_notice(one) == (flags != {"none"}), one.id
        calm = replace(one, items=tuple(replace(item, safety_flag=SafetyFlag.NONE) for item in one.items))
        assert confidentiality_limits.notice_before(calm, practice_text="Ours.", country="IE") is None
        for flag in (SafetyFlag.BURDEN, SafetyFlag.FEAR):
            asks = replace(one, items=(*calm.items[:-1], replace(one.items[-1], safety_flag=flag)))
            said = confidentiality_limits.notice_before(asks, practice_text="Ours.", country="IE")
            assert said and (said.text, said.is_confirmed) == ("Ours.", True)
            said = confidentiality_limits.notice_before(asks, practice_text="", country="IE")
            assert said and (said.text, said.is_confirmed) == (
                confidentiality_limits.draft_for("IE").text,
                False,
            )
    assert not confidentiality_limits.requires_notice(catalogue.load_check_in())
