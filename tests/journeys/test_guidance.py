"""Guidance for this form, this relationship and this way; the rest folded, and some of it never shown."""

import re
from collections.abc import Iterator
from html import unescape
from uuid import UUID

import pytest

from clinic_toolkit.instruments import catalogue, client_wording, mode_guidance
from clinic_toolkit.instruments.client_copy import decode_client_copy, encode_client_copy
from clinic_toolkit.instruments.model import Frame, Instrument
from clinic_toolkit.record.questionnaires import administrations
from clinic_toolkit.record.questionnaires.administration_record import AdministrationMode
from clinic_toolkit.store.transactions import reading
from tests.fixtures.handed_over_device import handed_over
from tests.fixtures.practices import giving
from tests.fixtures.sites import Site
from tests.journeys import crawl, own, steps
from tests.journeys.pages import Page
from tests.journeys.person import Person

ROW = "How to give it"
IN_PRIVATE = "In private: nobody else can hear, is on the call, or interprets as family."
ALONE = "Quokka, if your client may be the one who decides for two."
CONTROLS = (
    "[missing]",
    f'[guidance]\npacing = ["Read slowly."]\ncontrols = ["{ALONE}"]\n\n[missing]',
)


def given() -> Iterator[tuple[Instrument, Frame]]:
    for one in catalogue.list_instruments():
        for frame in catalogue.list_frames():
            if frame.takes_questionnaires and one.id not in frame.not_offered:
                yield one, frame


def guidance(me: Person, session: str, one: Instrument, frame: Frame) -> Page:
    """Begin this form about somebody of this kind, and open what is for the clinician."""
    about = {"about": "general", "word": "", "frame": ""} if frame.general else {"frame": frame.id}
    return me.follow(steps.begin(me, session, one.id, **about), ROW)


def parted(source: str) -> tuple[str, str]:
    """What stands outside every fold of a page, and what stands in one."""
    depth, found = 0, ("", "")
    for piece in re.split(r"(<details|</details>)", source):
        depth += {"<details": 1, "</details>": -1}.get(piece, 0)
        found = (found[0], found[1] + piece) if depth else (found[0] + piece, found[1])
    return found


@pytest.mark.parametrize(("one", "frame"), list(given()), ids=lambda each: each.id)
def test_the_note_of_this_relationship_is_shown_and_of_no_other(
    me: Person, session: str, one: Instrument, frame: Frame
) -> None:
    page = guidance(me, session, one, frame)
    notes = {each.note for each in catalogue.list_frames()} - {frame.note}
    assert frame.note in page.text.partition("Read aloud.")[0]
    assert [note for note in notes if note in page.text] == []
    word = "" if frame.general else "M."
    shown, folded = parted(unescape(page.source))
    for line in (*mode_guidance.guidance_lines("aloud"), *one.clinician_notes):
        assert line in shown
    for name in ("not_now", "pacing", "decline", "distress", "debrief"):
        for line in getattr(one.guidance, name):
            assert client_wording.with_client_word_in_quotes(line, word) in folded and line not in shown
    assert "<details open" not in page.source and re.search(r"<details[^>]* open", page.source) is None
    others = [each for each in catalogue.list_instruments() if each.id != one.id]
    assert [each.id for each in others if each.guidance.pacing[0] in page.text] == []


def test_nothing_of_it_stands_in_a_page_that_a_client_may_read(me: Person, session: str) -> None:
    form, frame = giving(), catalogue.load_frame("boss")
    page = steps.begin(me, session, frame=frame.id)
    for each in (page, me.follow(page, "first question"), me.open(f"{steps.place(page)}/all")):
        said = (
            *form.guidance.pacing,
            *form.guidance.distress,
            *mode_guidance.guidance_lines("aloud"),
        )
        assert [line for line in (frame.note, *said) if line in unescape(each.source)] == []
    assert frame.note in me.follow(page, ROW).text, "the control"


def test_it_opens_from_each_page_of_the_session_and_leads_back(me: Person, session: str) -> None:
    page = steps.begin(me, session)
    first = me.follow(page, "first question")
    for each, words in ((page, ROW), (first, ROW), (me.open(session), "how to give")):
        assert me.follow(me.follow(each, words), "Back to where you were").path == each.path
    handing = me.follow(page, "Hand it to the client")
    told = me.follow(handing, ROW)
    assert mode_guidance.guidance_lines("alone")[0] in told.text
    assert mode_guidance.guidance_lines("aloud")[0] not in told.text


def test_the_other_ways_are_one_press_away_and_each_has_three_to_five_lines(me: Person, session: str) -> None:
    page = me.follow(steps.begin(me, session), ROW)
    for way, words in mode_guidance.MODE_GROUP_LABELS.items():
        shown = page if way == "aloud" else me.follow(page, words)
        lines = mode_guidance.guidance_lines(way)
        assert all(line in shown.text for line in lines)
        for other in set(mode_guidance.MODE_GROUP_LABELS) - {way}:
            mixed = set(mode_guidance.guidance_lines(other)) - set(lines)
            assert mixed and not any(line in shown.text for line in mixed)
    for mode in AdministrationMode:
        lines = mode_guidance.guidance_lines(
            "aloud", is_over_telehealth=mode.is_over_telehealth, has_interpreter=mode.has_interpreter
        )
        assert 3 <= len(lines) <= 5
    assert all(3 <= len(mode_guidance.guidance_lines(way)) <= 5 for way in mode_guidance.MODE_GROUP_LABELS)


def test_telehealth_and_an_interpreter_bring_their_line_where_it_is_read_aloud(
    me: Person, session: str
) -> None:
    both = mode_guidance.guidance_lines("aloud", is_over_telehealth=True, has_interpreter=True)
    assert mode_guidance.TELEHEALTH_LINE in both and mode_guidance.INTERPRETER_LINE in both
    page = me.follow(steps.begin(me, session, interpreter="yes"), ROW)
    assert mode_guidance.INTERPRETER_LINE in page.text and mode_guidance.TELEHEALTH_LINE not in page.text
    assert (
        mode_guidance.INTERPRETER_LINE not in me.follow(page, mode_guidance.MODE_GROUP_LABELS["paper"]).text
    )


def test_a_script_gets_the_same_lines_and_the_way_to_the_rest(site: Site, me: Person, session: str) -> None:
    page = steps.begin(me, session, frame="sibling")
    answer = site.get(f"{steps.place(page)}/guidance", **{"X-Unfold": "1"})
    lines = answer.get_json()["lines"]
    told = " ".join(line["words"] for line in lines)
    assert catalogue.load_frame("sibling").note in told and catalogue.load_frame("boss").note not in told
    assert all(line in told for line in mode_guidance.guidance_lines("aloud"))
    assert me.open(lines[-1]["href"]).status == 200 and len(lines) <= 9


@pytest.mark.parametrize("one", catalogue.list_instruments(), ids=lambda each: each.id)
def test_what_in_private_means_is_said_once_near_what_is_asked_so(me: Person, one: Instrument) -> None:
    page = me.open(f"/questionnaires/{one.id}")
    private = [facet for facet in one.facets if any(each.in_private for each in facet.follow_up)]
    assert page.text.count(IN_PRIVATE) == len(private)
    for facet in private:
        asked = next(each for each in facet.follow_up if each.in_private)
        before, _, _ = page.text.partition(asked.question)
        assert IN_PRIVATE in before.rpartition("For the talk")[2]
    paper = steps.words_of(me.follow(page, "Guide for you"))
    assert paper.count(IN_PRIVATE) == bool(private)


def test_what_is_for_the_clinician_alone_is_on_one_page_and_on_nothing_else(
    site: Site, me: Person, session: str
) -> None:
    """Of everything that links lead to, screen or paper, only the page of the questionnaire has it."""
    own.take_in(site, me, own.changed(CONTROLS))
    steps.finish(me, steps.answer_all(me, steps.begin(me, session, "resting", word="S."), [3] * 7))
    begun = steps.begin(me, session, "resting", word="T.")
    me.follow(me.follow(begun, "first question"), ROW)
    holding, papers = set[str](), 0
    for page in crawl.pages(me, papers=True):
        is_file = page.headers["Content-Type"] == "application/pdf"
        papers += is_file or page.paper is not None
        said = "" if is_file else unescape(page.source)
        if "Quokka" in said + (steps.words_of(page) if is_file or page.paper else ""):
            holding.add(page.path)
    assert holding == {"/questionnaires/resting"}
    assert papers > 8
    shown = unescape(me.open("/questionnaires/resting").source)
    fold = shown.partition("For you alone: when your client may be the one who controls</summary>")[2]
    assert ALONE in fold.partition("</details>")[0] and shown.count(ALONE) == 1


def test_it_does_not_go_into_a_clients_hands(site: Site, me: Person, session: str) -> None:
    own.take_in(site, me, own.changed(CONTROLS))
    page = steps.begin(me, session, "resting", word="S.")
    with reading(site.work.engine) as db:
        id = steps.place(page).rpartition("/")[2]
        kept = administrations.load_administration(db, site.work.vault, UUID(id))
    form = administrations.instrument_of(kept.payload)
    assert form.guidance.controls == (ALONE,), "the control"
    assert decode_client_copy(encode_client_copy(form, general=False)).guidance.controls == ()
    device = handed_over(site, kept)
    for path in ("/", "/form/1", "/form/2", "/form/check", "/form/finish", "/form/give-back"):
        assert "Quokka" not in device.get(path).text
