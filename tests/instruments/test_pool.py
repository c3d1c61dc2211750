"""The pool from which the questions were chosen: its shape, its wording, its pages, what ships."""

from collections import Counter
from collections.abc import Callable
from itertools import combinations

import pytest

from clinic_toolkit.instruments import catalogue
from docs.content.pool import pages

from . import lint
from .test_matrix import FACETS, LONG, MODES, SAFETY, STRENGTHS
from .test_wording import ALLOWED, ILLUSTRATIONS

POOLS = {side: pages.pool(side) for side in pages.SIDES}
EVERY = [one for records in POOLS.values() for one in records]
# Two questionnaires may touch; within one, sentences that share more of their words say the same.
MOST_SHARED = 0.6
# Rivals that were asked until something better was found for this very reason.
REPLACED = {("BC2-B", "joins: or"), ("JR4-T", "joins: and")}
each_side = pytest.mark.parametrize("side", pages.SIDES)


def faults_of_pair(first: pages.Record, second: pages.Record) -> list[str]:
    """In what two sentences are too much alike."""
    one, two = set(lint.words_of(first["text"])), set(lint.words_of(second["text"]))
    faults = (
        ["seven words in a row"] if lint.runs_of(first["text"], 7) & lint.runs_of(second["text"], 7) else []
    )
    same_side = first["facet"][:2] == second["facet"][:2]
    return faults + (["words"] if same_side and len(one & two) / len(one | two) > MOST_SHARED else [])


@pytest.mark.parametrize("side", LONG)
def test_a_long_questionnaire_has_twice_as_many_sentences_as_it_needs(side: str) -> None:
    living = pages.alive(side)
    assert len(living) >= 24
    cells = Counter((one["facet"], one["mode"]) for one in living)
    assert set(cells) == {(facet, mode) for facet in FACETS[side] for mode in MODES.values()}
    assert min(cells.values()) >= 2
    assert min(Counter(one["facet"] for one in living).values()) >= 8


def test_the_strength_scale_has_four_sentences_to_a_strand() -> None:
    living = pages.alive("flows")
    assert len(living) >= 16
    assert min(Counter(one["facet"] for one in living).values()) >= 4
    assert {one["role"] for one in living} == {"strength"}


@each_side
def test_each_sentence_has_the_place_role_and_flag_that_its_number_says(side: str) -> None:
    records = POOLS[side]
    assert len({one["id"] for one in records}) == len(records)
    for one in records:
        facet, letter, _number = one["id"].split("-")
        cell = f"{facet}-{letter}"
        assert (one["facet"], one["mode"]) == (facet, MODES[letter])
        assert (one["role"] == "strength") == (side == "flows" or cell in STRENGTHS[side])
        assert one["safety_flag"] == SAFETY.get(cell, "none")


def test_every_sentence_of_the_pool_keeps_the_rules() -> None:
    found = {
        (one["id"].rpartition("-")[0], fault)
        for one in EVERY
        for text in (one["text"], one["text_general"])
        for fault in lint.faults_of_stem(text)
    }
    assert found == set(ALLOWED) | REPLACED


def test_every_sentence_can_be_asked_about_one_person_and_about_people() -> None:
    for one in EVERY:
        assert "this person" in one["text"].lower()
        assert "people close to me" in one["text_general"].lower()
        assert "this person" not in one["text_general"].lower()


@each_side
@pytest.mark.parametrize("count", lint.COUNTERS, ids=("vowels", "hyphens"))
def test_the_pool_reads_as_easily_as_what_ships(side: str, count: lint.Counting) -> None:
    for texts in ([one[form] for one in POOLS[side]] for form in ("text", "text_general")):
        assert lint.grade_of(texts, count) <= 6
        assert [text for text in texts if lint.grade_of([text], count) > 8] == []


def test_the_counts_on_record_are_true() -> None:
    for one in EVERY:
        assert one["words"] == len(lint.words_of(one["text"]))
        assert one["fk"] == round(max(lint.grade_of([one["text"]], count) for count in lint.COUNTERS), 1)


def test_no_two_sentences_are_nearly_the_same() -> None:
    alike = [(one["id"], two["id"]) for one, two in combinations(EVERY, 2) if faults_of_pair(one, two)]
    assert alike == []


@pytest.mark.parametrize(
    ("facet", "text"),
    [
        ("OG2", "After I helped this person, I felt rather annoyed about it."),
        ("BC1", "I gave this person my help so that they would stop asking me."),
    ],
)
def test_the_rule_against_twins_catches_a_twin(facet: str, text: str) -> None:
    twin = {"facet": facet, "text": text}
    assert any(faults_of_pair(one, twin) for one in POOLS["giving"])


def test_no_sentence_of_the_pool_repeats_an_illustration() -> None:
    not_to_ship = set().union(*map(lint.runs_of, ILLUSTRATIONS))
    texts = [one[form] for one in EVERY for form in ("text", "text_general")]
    assert [text for text in texts if lint.runs_of(text) & not_to_ship] == []


@each_side
def test_what_ships_is_what_was_chosen_word_for_word(side: str) -> None:
    chosen = {
        one["id"].rpartition("-")[0]: (one["text"], one["text_general"])
        for one in pages.alive(side)
        if one["chosen"]
    }
    assert sum(one["chosen"] for one in POOLS[side]) == len(chosen)
    shipped = catalogue.load_instrument(side).items
    assert {item.id: (item.text, item.text_general) for item in shipped} == chosen


def test_a_question_that_was_replaced_stays_in_the_pool_as_a_rival() -> None:
    rivals = {one["text"] for records in POOLS.values() for one in records if not one["chosen"]}
    assert "I dropped my own plans to do something for this person." in rivals
    assert "I felt this person’s feelings so strongly that I forgot my own." in rivals


def test_every_sentence_was_judged_and_what_was_done_is_said() -> None:
    for one in EVERY:
        assert one["verdict"] in ("keep", "reword", "drop")
        assert any(reader in one for reader in pages.READERS), one["id"]
        assert ("before" in one) == ("changed" in one) == (one["verdict"] == "reword")
        assert ("dropped" in one) == (one["verdict"] == "drop")
        assert ("won" in one) == one["chosen"]


def test_a_sentence_that_was_sorted_elsewhere_was_dropped_or_reworded() -> None:
    missed = [one for one in EVERY if one["sorted"] != one["facet"]]
    assert missed
    for one in missed:
        assert not one["chosen"]
        assert one["verdict"] == "drop" or one["sorted_again"] == one["facet"]


@each_side
def test_the_list_that_was_sorted_comes_out_in_the_same_order_again(side: str) -> None:
    order = pages.mixed(side, POOLS[side], "sorting")
    assert [one["place"] for one in order] == list(range(1, len(order) + 1))


@pytest.mark.parametrize("sheet", [pages.sorting_sheet, pages.rating_sheet], ids=("sorting", "rating"))
def test_a_sheet_holds_every_sentence_that_stands_and_no_hint(sheet: Callable[[], str]) -> None:
    rows = [line for line in sheet().splitlines() if line.startswith("| ")]
    assert len([row for row in rows if "this person" in row.lower()]) == sum(
        map(len, map(pages.alive, POOLS))
    )
    assert not any(one["id"] in row for row in rows for one in EVERY)


def test_the_pages_are_what_the_records_say() -> None:
    for name, text in pages.pages().items():
        assert (pages.HERE / name).read_text(encoding="utf-8") == text.rstrip() + "\n", name


def test_the_page_about_the_pool_counts_right() -> None:
    text = (pages.HERE / "README.md").read_text(encoding="utf-8")
    assert f"holds them: {len(EVERY)} sentences" in text
    for side, records in POOLS.items():
        living, chosen = len(pages.alive(side)), sum(one["chosen"] for one in records)
        row = f"| [{pages.TITLES[side]}]({side}.md) | {living} | {len(records) - living} | {chosen} |"
        assert row in text
        assert pages.TITLES[side] == catalogue.load_instrument(side).title
        assert {one["id"]: one["name"] for one in pages.facets(side)} == {
            facet.id: facet.name for facet in catalogue.load_instrument(side).facets
        }


def test_the_check_in_is_made_of_chosen_sentences() -> None:
    text = (pages.HERE / "README.md").read_text(encoding="utf-8")
    by_cell = {one["id"].rpartition("-")[0]: one["text"] for one in EVERY if one["chosen"]}
    for cell in ("JR1-F", "OG2-B", "RG1-C", "BC2-T", "JR3-C"):
        assert f"| {cell} | {by_cell[cell]} |" in text
        assert cell not in SAFETY
