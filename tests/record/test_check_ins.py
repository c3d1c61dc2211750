"""The check-in in the record: the client's own question, what is kept, and what is laid side by side."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from clinic_toolkit.instruments import catalogue
from clinic_toolkit.record import (
    administrations,
    answers,
    check_ins,
    handover,
    hour_summaries,
    merging,
    note_texts,
    progress,
    relationships,
    results,
    rows,
    watched,
)
from clinic_toolkit.record.administrations import Administration
from clinic_toolkit.record.answers import Response
from clinic_toolkit.record.handover_rows import FINISHED
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.record.relationships import Relationship
from clinic_toolkit.record.watched import NotToWatch, Watched
from clinic_toolkit.store.engine import reading, writing
from tests.fixtures.editions import earlier
from tests.fixtures.practices import NOW, SETTINGS, Work

OTHERS = ["JR1-F", "OG2-B", "RG1-C", "BC2-T", "JR3-C"]


def person(work: Work, word: str = "M.", frame: str = "parent") -> Kept[Relationship]:
    """A relationship of a new client."""
    client = work.client()
    with writing(work.engine) as db:
        return relationships.add(db, work.vault, client.id, word=word, frame=frame, now=NOW)


def watch(work: Work, about: Kept[Relationship], of: str, item: str) -> Kept[Relationship]:
    """Choose a question to watch."""
    chosen = watched.pinned(of, item, catalogue.frame(about.body.frame))
    with writing(work.engine) as db:
        return relationships.watch(db, work.vault, about, chosen, now=NOW)


def begun(
    work: Work, about: Kept[Relationship], *, weeks: int = 0, mode: str = "read_aloud"
) -> Kept[Administration]:
    """A check-in about this person, begun."""
    with writing(work.engine) as db:
        return administrations.begin(
            db,
            work.vault,
            catalogue.check_in(),
            client_id=about.body.client_id,
            about=about,
            session_id=None,
            mode=mode,
            now=NOW + timedelta(weeks=weeks),
        )


def given(
    work: Work,
    about: Kept[Relationship],
    values: list[int | None],
    *,
    weeks: int = 0,
    open_line: str = "",
    mode: str = "read_aloud",
) -> Kept[Administration]:
    """A check-in that was answered and finished; None declines."""
    kept = begun(work, about, weeks=weeks, mode=mode)
    put = {
        place: Response(status="declined" if value is None else "answered", value=value, talk=False, said="")
        for place, value in enumerate(values)
    }
    at = NOW + timedelta(weeks=weeks, seconds=95)
    with writing(work.engine) as db:
        kept = progress.record_responses(db, work.vault, kept, put, open_line=open_line, now=at)
        return progress.complete(db, work.vault, kept, now=at)


def test_without_an_own_question_five_are_asked(work: Work) -> None:
    kept = begun(work, person(work))
    assert [item.id for item in administrations.instrument_of(kept.body).items] == OTHERS
    assert len(kept.body.answers.statuses) == 5 and kept.body.watched is None


def test_the_own_question_stands_in_its_place_with_its_part(work: Work) -> None:
    about = watch(work, person(work), "receiving", "RG3-B")
    kept = begun(work, about)
    asked = administrations.instrument_of(kept.body)
    assert [item.id for item in asked.items] == [*OTHERS[:4], "RG3-B", OTHERS[4]]
    assert "RG3" in {facet.id for facet in asked.facets}
    assert asked.digest == kept.body.digest == catalogue.check_in().digest
    assert len(kept.body.answers.statuses) == 6


def test_a_check_in_keeps_the_question_it_asked_when_another_is_chosen(work: Work) -> None:
    about = watch(work, person(work), "giving", "OG1-C")
    first = given(work, about, [1] * 6)
    about = watch(work, about, "boundaries", "BC1-B")
    second = given(work, about, [2] * 6, weeks=1)
    with writing(work.engine) as db:
        about = relationships.watch(db, work.vault, about, None, now=NOW)
    third = given(work, about, [3] * 5, weeks=2)
    with reading(work.engine) as db:
        kept = [administrations.get(db, work.vault, one.id).body for one in (first, second, third)]
    own = [[item.item_id for item in results.answered_items(body)][4] for body in kept]
    assert own == ["OG1-C", "BC1-B", "JR3-C"]


def test_an_own_question_of_an_older_version_is_asked_as_it_was_chosen(work: Work) -> None:
    old = earlier("boundaries")
    pinned = Watched(instrument="boundaries", digest=old.digest, item="BC1-B")
    about = person(work)
    with writing(work.engine) as db:
        about = relationships.watch(db, work.vault, about, pinned, now=NOW)
    asked = results.answered_items(begun(work, about).body)[4].text
    newest = {item.id: item.text for item in catalogue.instrument("boundaries").items}
    assert asked == {item.id: item.text for item in old.items}["BC1-B"] != newest["BC1-B"]


def test_nothing_that_is_marked_can_be_watched_and_nothing_twice(work: Work) -> None:
    frame = catalogue.frame("friend")
    offered = {item.id for _, items in watched.choices(frame) for item in items}
    marked = {item.id for one in catalogue.instruments() for item in one.items if item.safety_flag != "none"}
    assert marked == {"OG2-T", "RG2-T", "BC3-F"} and not offered & marked and not offered & set(OTHERS)
    assert len(offered) == 44 - len(marked) - len(OTHERS)
    for of, item in (("giving", "OG2-T"), ("giving", "OG2-B"), ("giving", "RG1-B"), ("nothing", "OG1-C")):
        with pytest.raises(NotToWatch):
            watched.pinned(of, item, frame)
    assert watched.pinned("giving", "OG1-C", frame).item == "OG1-C"


def test_what_is_not_offered_about_somebody_cannot_be_watched_there() -> None:
    child = catalogue.frame("child_under_18")
    assert "receiving" not in {one.id for one, _ in watched.choices(child)}
    with pytest.raises(NotToWatch):
        watched.pinned("receiving", "RG3-B", child)
    assert watched.choices(catalogue.frame("died_or_out_of_contact")) == ()


def test_a_pinned_question_that_is_marked_is_never_asked() -> None:
    """Whoever changed the file could have pinned one; the shelf says what may be asked."""
    giving = catalogue.instrument("giving")
    bad = Watched(instrument="giving", digest=giving.digest, item="OG2-T")
    with pytest.raises(NotToWatch):
        watched.item_of(bad)
    with pytest.raises(NotToWatch):
        watched.whole(catalogue.check_in(), bad)
    assert watched.whole(giving, bad) is giving


def test_a_long_questionnaire_about_the_same_person_takes_no_own_question(work: Work) -> None:
    about = watch(work, person(work), "giving", "OG1-C")
    with writing(work.engine) as db:
        kept = administrations.begin(
            db,
            work.vault,
            catalogue.instrument("receiving"),
            client_id=about.body.client_id,
            about=about,
            session_id=None,
            mode="read_aloud",
            now=NOW,
        )
    assert kept.body.watched is None and len(kept.body.answers.statuses) == 12


def test_choosing_against_an_older_version_is_refused_and_the_word_keeps_the_choice(work: Work) -> None:
    about = person(work)
    later = watch(work, about, "giving", "OG1-C")
    with pytest.raises(rows.Stale):
        watch(work, about, "flows", "JR2-B")
    with writing(work.engine) as db:
        named = relationships.revise(db, work.vault, later, word="Mum", frame="parent", now=NOW)
    assert named.body.watched == later.body.watched and named.body.watched is not None


def test_there_is_no_number_anywhere(work: Work) -> None:
    kept = given(work, watch(work, person(work), "giving", "OG1-C"), [4] * 6)
    with reading(work.engine) as db:
        result = results.result_of(db, work.vault, kept)
        together = results.together_of(db, work.vault, kept)
        page = check_ins.page_of(db, work.vault, kept)
    assert result.total_shown is None and result.facets == () and result.offers == ()
    assert result.notes == () and result.safety_prompts == () and together.stood_out == ()
    # Nothing on the page is a number but the place and the value of an answer, which no page prints.
    assert not {*page.__struct_fields__} & {"score", "total", "mean", "change"}


def test_the_answers_stand_beside_those_before_of_the_same_person_alone(work: Work) -> None:
    about = watch(work, person(work), "giving", "OG1-C")
    with writing(work.engine) as db:
        other = relationships.add(db, work.vault, about.body.client_id, word="K.", frame="friend", now=NOW)
    given(work, about, [0] * 6)
    given(work, other, [4] * 5, weeks=1)
    given(work, about, [1] * 6, weeks=2, mode="telehealth", open_line="We laughed.")
    last = given(work, about, [2] * 5 + [None], weeks=3, open_line="She rang.")
    given(work, about, [3] * 6, weeks=4)
    with reading(work.engine) as db:
        page = check_ins.page_of(db, work.vault, last)
    assert [line.said[0].item.item_id for line in page.lines] == [*OTHERS[:4], "OG1-C", OTHERS[4]]
    assert [[said.item.value for said in line.said] for line in page.lines] == [[2, 1, 0]] * 5 + [
        [None, 1, 0]
    ]
    assert [line.own for line in page.lines] == [False] * 4 + [True, False]
    assert [said.now for said in page.lines[0].said] == [True, False, False]
    assert page.lines[0].said[1].on == date(2026, 12, 3) and page.before == ()
    assert page.modes == ("read aloud", "read aloud over telehealth")
    assert page.open_line == "She rang."
    assert page.open_lines_before == ((date(2026, 12, 3), "We laughed."),)
    assert page.time_taken == timedelta(seconds=95)


def test_a_changed_own_question_begins_a_new_line(work: Work) -> None:
    about = watch(work, person(work), "giving", "OG1-C")
    given(work, about, [0] * 6)
    last = given(work, watch(work, about, "giving", "OG3-C"), [1] * 6, weeks=1)
    with reading(work.engine) as db:
        page = check_ins.page_of(db, work.vault, last)
    own = next(line for line in page.lines if line.own)
    assert own.said[0].item.item_id == "OG3-C" and len(own.said) == 1
    assert [(line.said[0].item.item_id, len(line.said)) for line in page.before] == [("OG1-C", 1)]
    assert all(len(line.said) == 2 for line in page.lines if not line.own)


def test_another_version_breaks_every_line(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    about = person(work)
    given(work, about, [0] * 5)
    newer = replace(catalogue.check_in(), version="2", digest="0" * 64)
    real = catalogue.instrument
    monkeypatch.setattr(catalogue, "check_in", lambda: newer)
    monkeypatch.setattr(
        catalogue,
        "instrument",
        lambda id, version=None, digest=None: (
            newer if digest == newer.digest else real(id, version=version, digest=digest)
        ),
    )
    last = given(work, about, [1] * 5, weeks=1)
    with reading(work.engine) as db:
        page = check_ins.page_of(db, work.vault, last)
    assert [len(line.said) for line in page.lines] == [1] * 5
    assert [len(line.said) for line in page.before] == [1] * 5


def test_only_the_last_ones_are_shown_and_none_that_is_under_way(work: Work) -> None:
    about = person(work)
    for weeks in range(8):
        given(work, about, [weeks % 5] * 5, weeks=weeks)
    begun(work, about, weeks=9)
    last = given(work, about, [1] * 5, weeks=10)
    with reading(work.engine) as db:
        page = check_ins.page_of(db, work.vault, last)
    assert [len(line.said) for line in page.lines] == [check_ins.MOST] * 5


def test_people_in_general_are_asked_five_in_their_wording(work: Work) -> None:
    client = work.client()
    with writing(work.engine) as db:
        kept = administrations.begin(
            db,
            work.vault,
            catalogue.check_in(),
            client_id=client.id,
            about=None,
            session_id=None,
            mode="read_aloud",
            now=NOW,
        )
    asked = results.answered_items(kept.body)
    assert len(asked) == 5 and all("people close to me" in item.text.lower() for item in asked)


def test_time_taken_is_none_before_the_first_answer(work: Work) -> None:
    assert answers.time_taken(begun(work, person(work)).body.answers) is None


def test_nothing_of_it_stands_readable_in_the_file(work: Work) -> None:
    about = watch(work, person(work), "giving", "OG1-C")
    given(work, about, [1] * 6, open_line="Zeppelins over the harbour.")
    assert work.engine.url.database
    store = Path(work.engine.url.database)
    bytes_of = b"".join(path.read_bytes() for path in store.parent.iterdir() if path.is_file())
    assert b"Zeppelins" not in bytes_of and b"OG1-C" not in bytes_of and b"check-in" not in bytes_of
    # The control: what is not sealed would be found there.
    assert b"administration" in bytes_of


def test_the_note_quotes_the_answers_that_were_chosen_and_not_the_open_line(work: Work) -> None:
    client = work.client()
    hour = work.hour(client)
    with writing(work.engine) as db:
        about = relationships.add(db, work.vault, client.id, word="Zora", frame="parent", now=NOW)
        kept = administrations.begin(
            db,
            work.vault,
            catalogue.check_in(),
            client_id=client.id,
            about=about,
            session_id=hour.id,
            mode="read_aloud",
            now=NOW,
        )
        put = {0: Response(status="answered", value=3, talk=False, said="")}
        put[1] = Response(status="declined", value=None, talk=False, said="")
        kept = progress.record_responses(db, work.vault, kept, put, open_line="A private joy.", now=NOW)
        kept = progress.complete(db, work.vault, kept, now=NOW)
    with reading(work.engine) as db:
        (part,) = note_texts.prefilled(db, work.vault, hour)
        summary = hour_summaries.session_summary_of(db, work.vault, SETTINGS, hour, [kept])
    assert part.text == (
        "Completed “Check-in” about one relationship (parent), read aloud, 1 of 5 answered. "
        "Most of the time: “I enjoyed doing something for this person.” "
        "Unvalidated tool; used for discussion."
    )
    assert "private joy" not in part.text and "Zora" not in part.text
    assert summary.results[0].open_line == "A private joy."


def test_the_clients_pages_show_strengths_and_the_open_line(work: Work) -> None:
    kept = given(work, person(work), [4, 4, 4, 4, 1], open_line="We cooked.\nShe sang.")
    with reading(work.engine) as db:
        together = results.together_of(db, work.vault, kept)
    assert [line.text for line in together.strengths] == [
        "Nearly all the time: “I enjoyed doing something for this person.”"
    ]
    told = [item for item in results.answered_items(kept.body) if item.item_id != "JR1-F"]
    assert len(told) == 4, "what was answered beside it is told too, in the order of the questions"
    assert [line.text for line in together.also] == [f"{item.label}: “{item.text}”" for item in told]
    assert together.open_line == "We cooked.\nShe sang."
    page = results.client_page_of(SETTINGS, kept, stood_out=True)
    assert page.own_words == ("We cooked.", "She sang.") and page.stood_out == ()
    assert page.strengths == ("Nearly all the time: “I enjoyed doing something for this person.”",)


# What the client does alone, handed over.


def handed(work: Work, kept: Kept[Administration]) -> tuple[Kept[merging.Handover], handover.Ticket]:
    """The device in the client's hands."""
    with writing(work.engine) as db:
        out, ticket = merging.begin(db, work.vault, kept, word="M.", now=NOW)
    return out, handover.read_ticket(ticket.packed())


def test_the_ticket_carries_the_own_question_and_nothing_that_was_said(work: Work) -> None:
    about = watch(work, person(work), "giving", "OG1-C")
    kept = begun(work, about)
    with writing(work.engine) as db:
        kept = progress.record_responses(db, work.vault, kept, {}, open_line="We laughed.", now=NOW)
    _, ticket = handed(work, kept)
    assert ticket.watched == about.body.watched and ticket.before == bytes([0, 0, 0, 0, 0, 0, 1])
    assert b"laughed" not in ticket.packed()
    assert handover.read_ticket(ticket.packed()) == ticket


def test_what_the_client_wrote_alone_comes_into_the_record(work: Work) -> None:
    kept = begun(work, watch(work, person(work), "giving", "OG1-C"))
    out, ticket = handed(work, kept)
    with writing(work.engine) as db:
        one = Response(status="answered", value=2, talk=False, said="")
        handover.keep(db, ticket, 5, one, now=NOW + timedelta(seconds=40))
        words = Response(status="not_reached", value=None, talk=False, said="Tea on the step.")
        handover.keep(db, ticket, 7, words, now=NOW + timedelta(seconds=60))
        handover.note_act(db, ticket, FINISHED, now=NOW + timedelta(seconds=70))
    with writing(work.engine) as db:
        back = merging.bring_in(db, work.vault, out, now=NOW)
        body = administrations.get(db, work.vault, kept.id).body
    assert back.state == merging.RETURNED and back.body.troubles == ()
    assert body.open_line == "Tea on the step." and body.mode == administrations.ALONE
    assert results.answered_items(body)[4].item_id == "OG1-C"
    assert [item.value for item in results.answered_items(body)] == [None, None, None, None, 2, None]
    assert answers.time_taken(body.answers) == timedelta(seconds=40)


def test_an_open_line_that_the_client_left_alone_stays(work: Work) -> None:
    kept = begun(work, person(work))
    with writing(work.engine) as db:
        kept = progress.record_responses(db, work.vault, kept, {}, open_line="We laughed.", now=NOW)
    out, ticket = handed(work, kept)
    with writing(work.engine) as db:
        handover.keep(db, ticket, 1, Response(status="answered", value=2, talk=False, said=""), now=NOW)
    with writing(work.engine) as db:
        merging.bring_in(db, work.vault, out, now=NOW)
        assert administrations.get(db, work.vault, kept.id).body.open_line == "We laughed."


@pytest.mark.parametrize(
    ("number", "response"),
    [
        (6, Response(status="answered", value=2, talk=False, said="")),
        (6, Response(status="not_reached", value=None, talk=True, said="")),
        (6, Response(status="not_reached", value=None, talk=False, said="w" * 1_001)),
        (6, Response(status="not_reached", value=None, talk=False, said="\x07")),
        (7, Response(status="not_reached", value=None, talk=False, said="Too far.")),
    ],
)
def test_what_no_page_of_the_open_line_sends_becomes_a_proposal(
    work: Work, number: int, response: Response
) -> None:
    kept = begun(work, person(work))
    out, ticket = handed(work, kept)
    with writing(work.engine) as db:
        handover.keep(db, ticket, number, response, now=NOW)
    with writing(work.engine) as db:
        back = merging.bring_in(db, work.vault, out, now=NOW)
        assert administrations.get(db, work.vault, kept.id).body.open_line == ""
    assert back.state == merging.PROPOSED and back.body.troubles == ("not an answer of this form",)


def test_a_proposed_open_line_is_taken_or_left(work: Work) -> None:
    kept = begun(work, person(work))
    out, ticket = handed(work, kept)
    with writing(work.engine) as db:
        words = Response(status="not_reached", value=None, talk=False, said="Tea.")
        handover.keep(db, ticket, 6, words, now=NOW)
        progress.record_response(
            db, work.vault, kept, 0, Response(status="answered", value=1, talk=False, said=""), now=NOW
        )
    with writing(work.engine) as db:
        back = merging.bring_in(db, work.vault, out, now=NOW)
        assert back.state == merging.PROPOSED
        merging.accept(db, work.vault, back, now=NOW)
        body = administrations.get(db, work.vault, kept.id).body
    assert body.open_line == "Tea." and body.mode == administrations.MIXED
    assert results.answered_items(body)[0].value == 1
