"""What is shown turned to the client, or goes home with them, names no more than it should."""

import re
from html import escape, unescape

from clinic_toolkit.instruments import catalogue, client_wording
from clinic_toolkit.record.questionnaires import answered_items
from tests.fixtures.practices import giving
from tests.fixtures.sites import Site
from tests.journeys import steps
from tests.journeys.pages import Page
from tests.journeys.person import Person
from tests.journeys.test_check_in import filled
from tests.journeys.test_handover import handed_in

AFRAID = next(n for n, item in enumerate(giving().items, start=1) if item.safety_flag == "fear")
CALM = next(n for n, item in enumerate(giving().items, start=1) if item.safety_flag == "none")


def result_with(me: Person, session: str, marked: set[int], *, answer: int | None = 4) -> Page:
    """The clinician's result of a form on which these questions were marked to talk about."""
    given: list[steps.Answer] = [
        {"talk": "yes", "said": f"About {'this' if n == AFRAID else 'that'}.", **steps.NEXT}
        if n in marked
        else answer
        for n in range(1, 13)
    ]
    return steps.finish(me, steps.answer_all(me, steps.begin(me, session), given))


def test_a_marked_question_about_fear_is_not_named_in_large_type(me: Person, session: str) -> None:
    fear, calm = giving().items[AFRAID - 1].text, giving().items[CALM - 1].text
    result = result_with(me, session, {AFRAID, CALM})
    assert fear in result.text and "About this." in result.text
    together = me.follow(result, "Look at it together")
    assert calm in together.text and "About that." in together.text
    assert fear not in together.text and "About this." not in together.text
    assert "And one more thing you marked to talk about." in together.text


def test_the_only_mark_is_still_heard(me: Person, session: str) -> None:
    together = me.follow(result_with(me, session, {AFRAID}), "Look at it together")
    assert "What you want to talk about" in together.text
    assert "One thing you marked to talk about." in together.text


def test_what_stood_out_is_on_paper_only_if_it_was_chosen(me: Person, session: str) -> None:
    result = result_with(me, session, set())
    plain = steps.words_of(me.follow(result, "Client page (PDF)"))
    assert "What stood out" not in plain and "What stood out" in me.follow(result, "together").text
    assert "someone else may find the paper" in result.text
    assert "What stood out" in steps.words_of(me.follow(result, "print it with what stood out"))
    page = me.send(me.follow(result, "Look at it together"), {"own_words": "Rest.", "print": "yes"})
    assert "What stood out" not in steps.words_of(page)


def test_nothing_more_is_offered_where_nothing_stood_out(me: Person, session: str) -> None:
    assert "with what stood out" not in result_with(me, session, set(), answer=None).text


def test_strengths_are_shown_where_some_were_answered(me: Person, session: str) -> None:
    some = result_with(me, session, set())
    assert "Strengths first" in some.text
    none = result_with(me, session, set(), answer=None)
    assert "Strengths first" not in none.text and "about strengths" not in none.text


def test_stop_at_a_pause_leads_to_the_quiet_page(me: Person, session: str) -> None:
    page = steps.give(me, me.follow(steps.begin(me, session), "first question"), 3)
    page = me.press(me.press(page, "Pause and hide"), "Stop here")
    assert "That is enough for today" in page.text
    assert giving().items[0].text not in page.text


def test_what_the_clinician_should_know_is_folded_away_while_choosing(me: Person, session: str) -> None:
    page = me.open(f"{session}/questionnaire")
    before, _, after = unescape(page.source).partition("<summary>For the clinician: when not to use it")
    folded, _, below = after.partition('<form method="post"')
    beside = before + below
    for each in catalogue.list_instruments():
        for words in each.guidance.not_now:
            assert words in folded and words not in beside
        # What concerns one form or one person stands on "How to give it", once both are chosen.
        kept = (each.guidance.carers, each.guidance.culture, each.guidance.neurodivergence)
        assert not any(words in page.source for words in (*each.clinician_notes, *filter(None, kept)))
        assert each.summary in beside
    given = steps.begin(me, session, frame="parent")
    told = unescape(me.open(f"{steps.place(given)}/guidance").source)
    frame = next(frame for frame in catalogue.list_frames() if frame.id == "parent")
    assert frame.note in told and giving().guidance.culture in told


def test_questions_for_the_talk_are_folded_away_beside_each_question(me: Person, session: str) -> None:
    shown = unescape(me.follow(steps.begin(me, session), "first question").source)
    folded = shown.partition("<summary>For the talk</summary>")[2].partition("</details>")[0]
    facet = giving().facets[0]
    asked = [
        client_wording.with_client_word(each.question, "M.")
        for each in facet.follow_up
        if not each.in_private
    ]
    for words in asked:
        assert words in folded and shown.count(words) == 1
    # What to leave out would be read as if it were said.
    assert not any(words in shown for words in facet.avoid)
    assert len(asked) >= 3 and facet.name not in shown


def test_about_people_in_general_they_speak_of_no_one_person(me: Person, session: str) -> None:
    shown = unescape(
        me.follow(steps.begin(me, session, about="general", word="", frame=""), "first question").source
    )
    folded = shown.partition("<summary>For the talk</summary>")[2].partition("</details>")[0]
    assert "someone close to you" in folded and "this person" not in folded


def test_what_is_asked_in_private_stands_on_no_screen_that_both_look_at(me: Person, session: str) -> None:
    page = me.follow(steps.begin(me, session), "first question")
    private = [each.question for facet in giving().facets for each in facet.follow_up if each.in_private]
    assert len(private) >= 3
    for number in range(1, 13):
        page = me.open(f"{steps.place(page)}/items/{number}")
        assert [words for words in private if words in unescape(page.source)] == []
    guide = unescape(me.open("/questionnaires/giving").source)
    assert all(words in guide for words in private) and "<b>In private.</b>" in guide


def test_questions_that_often_do_not_fit_are_named_to_the_clinician(me: Person, session: str) -> None:
    numbers = [str(number) for number in answered_items.poorly_fitting_numbers(giving(), "parent")]
    words = f"{', '.join(numbers[:-1])} and {numbers[-1]}"
    assert len(numbers) == 4
    assert f"(parent), items {words} often do not fit" in result_with(me, session, set()).text
    assert f"Often a poor fit: questions {words}." in me.open("/questionnaires/giving").text
    given = steps.begin(me, session, frame="parent")
    assert f"questions {words}" in me.open(f"{steps.place(given)}/guidance").text


def test_an_empty_section_is_remarked_before_signing_and_signed_all_the_same(
    me: Person, session: str
) -> None:
    page = me.send(
        me.open(f"{session}/note"), {"section-data": "Came.", "section-plan": "Rest.", "sign": "yes"}
    )
    assert "Nothing is written under Assessment." in page.text
    assert "Signed by" in me.send(page, {"read": "yes"}).text


def test_a_whole_note_is_signed_without_remark(me: Person, session: str) -> None:
    words = {f"section-{name}": "Words." for name in ("data", "assessment", "plan")}
    page = me.send(me.open(f"{session}/note"), words | {"sign": "yes"})
    assert "Nothing is written under" not in page.text


def with_words(me: Person, session: str) -> Page:
    """The clinician's result of a form beside which the client said two things, one of them about fear."""
    said = {CALM: "Only on Sundays.", AFRAID: "He takes the keys."}
    given: list[steps.Answer] = [
        {"answer": "1", "said": said.get(number, ""), **steps.NEXT}
        for number in range(1, len(giving().items) + 1)
    ]
    return steps.finish(me, steps.answer_all(me, steps.begin(me, session), given))


def test_her_words_go_on_her_page_when_she_ticks_them(me: Person, session: str) -> None:
    page = me.follow(with_words(me, session), "Look at it together")
    assert page.form("taken").values("taken") == [str(CALM - 1)]
    plain = me.send(page, {"own_words": "Rest.", "print": "yes"})
    assert "Only on Sundays." not in steps.words_of(plain)  # offered, and not put in unasked
    chosen = me.send(me.open(page.path), {"taken": str(CALM - 1), "print": "yes"})
    paper = steps.words_of(chosen)
    assert "Only on Sundays." in paper and "Rest." in paper
    again = me.open(page.path)
    assert again.typed("taken") == str(CALM - 1)
    undone = me.send(again, {"taken": None, "print": "yes"})
    assert "Only on Sundays." not in steps.words_of(undone)


def test_what_was_said_beside_fear_is_not_offered_where_others_may_see_it(me: Person, session: str) -> None:
    result = with_words(me, session)
    assert "He takes the keys." in result.text  # the clinician reads it
    together = me.follow(result, "Look at it together")
    assert "He takes the keys." not in together.source
    forced = me.send(together, {"taken": str(AFRAID - 1), "own_words": "Rest."})
    assert forced.status == 422 and forced.typed("own_words") == "Rest."
    sheets = me.open(f"{session}/worksheets")
    assert "He takes the keys." not in sheets.source and "Only on Sundays." in sheets.source
    assert "He takes the keys." in me.open(f"{session}/note").text  # only a tick puts it into the note


def test_her_words_are_put_on_the_sheet_by_choosing_them(me: Person, session: str) -> None:
    with_words(me, session)
    page = me.open(f"{session}/worksheets")
    assert page.typed("said") in ("", None)
    given = me.send(page, {"worksheet": "receiving-ladder", "said": "Only on Sundays."})
    assert "Only on Sundays." in steps.words_of(me.follow(given, "Print the sheet"))
    bare = me.send(me.open(f"{session}/worksheets"), {"worksheet": "receiving-ladder"})
    assert "Only on Sundays." not in steps.words_of(me.follow(bare, "Print the sheet"))


def test_strengths_below_the_middle_stand_apart_from_strengths(me: Person, session: str) -> None:
    places = [n for n, item in enumerate(giving().items) if item.role == "strength"]
    given: list[steps.Answer] = [3] * 12
    for place, value in zip(places, (4, 0, 2), strict=True):
        given[place] = value
    result = steps.finish(me, steps.answer_all(me, steps.begin(me, session), given))
    often, never, half = (giving().items[place].text for place in places)
    paper = steps.words_of(me.follow(me.open(session), "Session summary"))
    for where, text in {"the page": result.text, "paper": paper}.items():
        strengths, _, rest = text.partition("Strengths first")[2].partition("Also asked about strengths")
        assert often in strengths and half in strengths and never not in strengths, where
        assert never in rest.partition(giving().facets[0].name)[0], where
    together = me.follow(result, "Look at it together").text
    assert often in together and never not in together


def test_every_answer_of_a_part_is_said(me: Person, session: str) -> None:
    first = [n for n, i in enumerate(giving().items) if i.facet == "OG1" and i.role == "difficulty"]
    given: list[steps.Answer] = [1] * 12
    for place, value in zip(first, (4, 4, 0), strict=True):
        given[place] = value
    result = steps.finish(me, steps.answer_all(me, steps.begin(me, session), given))
    told = "never for 1, nearly all the time for 2."
    note = me.open(f"{session}/note").source
    paper = steps.words_of(me.follow(me.open(session), "Session summary"))
    for where, text in {"the page": result.text, "paper": paper, "the note": note}.items():
        assert told in text.lower(), where
    assert "67 of 100" in result.text, "no number stands bare beside words"
    page = me.follow(result, "Look at it together").text
    assert "you said nearly all the time, for the other never." in page


def test_a_result_about_people_in_general_has_a_heading_that_can_be_read_aloud(
    me: Person, session: str
) -> None:
    begun = steps.begin(me, session, "boundaries", about="general", word="", frame="")
    result = steps.finish(me, steps.answer_all(me, begun, [2] * 12))
    assert "Where I end and you begin: Ana Reyes" in result.text
    assert "people in general begins" not in result.text and "About people in general" in result.text


def put_right_of(page: Page, line: str) -> str:
    """The name of the field in which this line is put right."""
    found = re.search(r'<label for="f-(right_\w+)">' + re.escape(escape(line)), page.source)
    assert found, line
    return found[1]


def test_what_the_client_puts_right_stands_in_place_of_what_it_corrects(me: Person, session: str) -> None:
    result = result_with(me, session, set())
    page = me.follow(result, "Look at it together")
    strength = next(item for item in giving().items if item.role == "strength")
    well = f"Nearly all the time: “{strength.text}”"
    phrase = giving().facets[0].client_phrase
    stood = f"For the questions about {phrase} you said nearly all the time."
    typed = {put_right_of(page, well): "Only on Sundays.", put_right_of(page, stood): "At work, not at home."}
    again = me.send(page, typed)
    for line, words in {well: "Only on Sundays.", stood: "At work, not at home."}.items():
        shown = again.text.partition("Where is this wrong?")[0]
        assert words in shown and line not in shown
    paper = steps.words_of(me.follow(result, "print it with what stood out"))
    assert "Only on Sundays." in paper and "At work, not at home." in paper
    assert strength.text not in paper and phrase not in paper
    kept = me.follow(result, "All answers").text.partition("Corrected by the client")[2]
    assert well in kept and "Only on Sundays." in kept, "the clinician sees what was told, and what was said"
    # Taken back, the line stands as it was told.
    back = me.send(me.open(page.path), dict.fromkeys(typed, ""))
    assert well in back.text and "Only on Sundays." not in back.text


def test_what_the_client_says_is_wrong_is_beside_it_wherever_the_clinician_reads_it(
    me: Person, session: str
) -> None:
    result = result_with(me, session, set())
    strength = next(item for item in giving().items if item.role == "strength")
    well = f"Nearly all the time: “{strength.text}”"
    stood = f"For the questions about {giving().facets[0].client_phrase} you said nearly all the time."
    assert "The client says" not in result.text
    assert "The client says" not in me.open(f"{session}/note").source
    page = me.follow(result, "Look at it together")
    assert "What stood out is left off your page, unless you want it there." in page.text
    typed = {put_right_of(page, well): "Only on Sundays.", put_right_of(page, stood): "At work alone."}
    me.send(page, typed | {"wrong": "Strength is not the word."})
    shown = me.open(result.path).text
    assert shown.index("Strength is not the word.") < shown.index("Strengths first")
    beside = shown.partition("Strengths first")[2]
    assert beside.index(strength.text) < beside.index("Only on Sundays.") < beside.index("At work alone.")
    assert shown.count("The client says this instead") == 2 and "not below any more" not in shown
    note = me.open(f"{session}/note").source
    assert "From the client’s correction of “How I give”" in note
    assert "The client corrects: “Strength is not the word.”" in unescape(note)
    for words in ("Only on Sundays.", "At work alone.", "Strength is not the word."):
        assert words in unescape(note).partition("client’s correction")[2], words
    paper = steps.words_of(me.follow(me.open(session), "Session summary"))
    assert "The client says instead: “Only on Sundays.”" in paper
    assert "The client corrects what is below: “Strength is not the word.”" in paper
    assert "instead: “At work alone.”" in paper
    signed = me.send(me.open(f"{session}/note"), {"section-data": "Came.", "sign": "yes"})
    assert "Strength is not the word." in signed.text, "it goes into the note as the summary does"
    # Said after the draft was begun, it is offered all the same.
    me.send(me.open(page.path), {"wrong": "And tiredness is missing."})
    assert "And tiredness is missing." in unescape(me.open(f"{session}/note").source)


def test_a_page_without_a_line_asks_what_is_missing_and_not_what_is_wrong(me: Person, session: str) -> None:
    answers: list[steps.Answer] = [0] * 12
    result = steps.finish(me, steps.answer_all(me, steps.begin(me, session), answers))
    page = me.follow(result, "Look at it together")
    assert "Your answers alone give no line for this page." in page.text
    assert "Is something missing or different?" in page.text and "Where is this wrong?" not in page.text
    paper = steps.words_of(me.follow(result, "Client page"))
    assert "Is something missing?" in paper and "Where is this wrong?" not in paper
    full = me.follow(result_with(me, session, set()), "Look at it together")
    assert "Where is this wrong?" in full.text and "give no line" not in full.text


def test_two_counts_on_one_page_are_explained(me: Person, session: str) -> None:
    result = result_with(me, session, set())
    assert "12 of 12 answered" in result.text and "(9 of 9 answered)" in result.text
    assert "The number counts 9 of the 12 questions; those about strengths stand apart." in result.text


def test_what_is_corrected_in_a_check_in_is_beside_its_answer(site: Site, me: Person, session: str) -> None:
    steps.finish(me, steps.answer_all(me, steps.begin(me, session), [1] * 12))
    result = filled(me, session, ["4"] * 5)
    page = me.follow(result, "Look at it together")
    (field, *_) = re.findall(r'name="(right_\w+)"', page.source)
    me.send(page, {field: "Tuesday only.", "wrong": "It was a short week."})
    shown = me.open(result.path).text
    assert shown.index("It was a short week.") < shown.index("What was answered")
    assert "Tuesday only. The client says this instead" in " ".join(shown.split())


def test_before_finish_it_is_said_that_answers_stay_and_where_a_correction_goes(
    site: Site, me: Person, session: str
) -> None:
    check = steps.answer_all(me, steps.begin(me, session), [1] * 12)
    assert "When you finish, these answers stay as they are." in check.text
    assert "under “Look at it together”" in check.text
    device = handed_in(site, me, session, instrument="receiving")
    finish = unescape(device.get("/form/finish").text)
    assert "stay as you gave them" in finish and "it is written down beside your answer" in finish


def test_a_line_put_right_in_another_window_is_shown_and_not_lost(me: Person, session: str) -> None:
    page = me.follow(result_with(me, session, set()), "Look at it together")
    strength = next(item for item in giving().items if item.role == "strength")
    field = put_right_of(page, f"Nearly all the time: “{strength.text}”")
    me.send(page, {field: "Only on Sundays."})
    refused = me.send(page, {field: "Never at work."})
    assert refused.status == 409 and refused.typed(field) == "Never at work."
    assert "Only on Sundays." in refused.text
    too_long = me.send(me.open(page.path), {field: "x" * 200})
    assert too_long.status == 422 and too_long.error(field)
