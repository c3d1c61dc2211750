"""Over time: the course of each questionnaire about one relationship, on screen, together and on paper."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.documents import chart_plan, chart_table
from clinic_toolkit.documents.chart_plan import Plan
from clinic_toolkit.psychometrics import change, phases
from clinic_toolkit.psychometrics.wording import labels_of
from clinic_toolkit.record import (
    administrations,
    clients,
    courses,
    relationships,
    repeats,
    results,
    rhythms,
    rows,
)
from clinic_toolkit.record.course_summaries import FACET, STRENGTHS, WHOLE, Course, CoursePaper, Part
from clinic_toolkit.record.courses import Given, Theme
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.record.repeats import Repeat
from clinic_toolkit.record.rhythms import Rhythm
from clinic_toolkit.record.summaries import CLIENT_LINE, STATUS_LINE
from clinic_toolkit.web import context, guard, papers, responses
from clinic_toolkit.web.papers import Paper
from clinic_toolkit.web.responses import Answer

screen = Blueprint("courses", __name__)

USUAL, OVERLAP = "usual", "overlap"
LOCKED = (
    "Nobody can say yet whether a change is larger than the noise of the form. That needs first answers from "
    "a hundred people or more, to this version, in this language and about this kind of relationship."
)
CAUTIONS = (
    change.SAME_RULE,
    "After a bad week answers tend to drift back by themselves.",
    "Being asked again changes answers.",
    "A calmer form may mean a quieter client.",
    LOCKED,
)


@screen.get("/relationships/<uuid:id>/over-time")
def show(id: UUID) -> Answer:
    """Every questionnaire about one relationship, over time."""
    kept = relationships.get(context.db(), context.vault(), id)
    into = relationships.joined(context.db(), context.vault())
    if id in into:
        return responses.see(url_for(".show", id=into[id]))
    context.saw("relationship", kept)
    return _page(kept.body.client_id, id, kept.body.word)


@screen.get("/clients/<uuid:id>/over-time")
def in_general(id: UUID) -> Answer:
    """Every questionnaire about people in general, over time."""
    clients.get(context.db(), context.vault(), id)
    return _page(id, None, results.IN_GENERAL)


def _page(client_id: UUID, relationship_id: UUID | None, about: str) -> Answer:
    db, vault = context.db(), context.vault()
    person = clients.get(db, vault, client_id)
    known = rhythms.of_client(db, vault, client_id)
    given = [
        kept
        for kept in administrations.of_client(db, vault, client_id)
        if kept.body.relationship_id == relationship_id
    ]
    found = courses.about_one(
        db,
        vault,
        client_id,
        relationship_id,
        baselines=rhythms.baselines(known),
        usual=USUAL in request.args,
        overlap=OVERLAP in request.args,
    )
    context.saw("client", person)
    context.saw("administration", *given)
    context.saw("rhythm", *(kept for theme, kept in known.items() if theme[0] == relationship_id))
    return render_template(
        "courses/show.html",
        here="clients",
        person=person,
        about=about,
        relationship_id=relationship_id,
        courses=[(course, drawn(course), _repeat(course, given, known)) for course in found],
        usual=USUAL in request.args,
        overlap=OVERLAP in request.args,
        may_be_usual=any(_longest(course) >= change.POINTS_FOR_LIMITS for course in found),
        may_overlap=any(
            course.baseline >= phases.LEAST_EACH and _longest(course) >= course.baseline + phases.LEAST_EACH
            for course in found
        ),
        cautions=CAUTIONS,
        overlap_caution=phases.CAUTION,
        shape=chart_plan.shape,
        status_text=STATUS_LINE,
    )


def _repeat(course: Course, given: Sequence[Given], known: Mapping[Theme, Kept[Rhythm]]) -> Repeat:
    theme = course.relationship_id, course.instrument.id
    return repeats.of_one(courses.rounds_of(given, theme), known.get(theme), now=context.now())


def _longest(course: Course) -> int:
    newest = course.rounds[-1].segment
    return max(
        sum(
            read.number is not None and each.segment == newest
            for each, read in zip(course.rounds, part.readings, strict=True)
        )
        for part in course.parts
    )


def drawn(course: Course) -> list[tuple[Part, Plan, tuple[chart_table.Row, ...]]]:
    """Each part with its drawing and its table, for the clinician."""
    return [
        (part, planned(course, part, with_mean=part.has_mean), chart_table.rows(course, part))
        for part in course.parts
    ]


def planned(course: Course, part: Part, *, with_mean: bool, together: bool = False) -> Plan:
    """The drawing of one part; `together` is the one that the client looks at."""
    return chart_plan.plan(
        course.rounds,
        part.readings,
        labels_of(course.instrument),
        chosen=course.chosen,
        segments=course.segments_together if together else course.segments,
        with_mean=with_mean,
        baselines=part.baselines,
        usual=part.usual,
    )


@screen.get("/administrations/<uuid:id>/over-time/together")
def together(id: UUID) -> Answer:
    """The same to look at together: words and dots, no number and no mean."""
    course = _course(id)
    parts = [
        (part, planned(course, part, with_mean=False, together=True), chart_table.together(course, part))
        for part in course.parts
        if any(read.values for read in part.readings)
        and part.kind in ((FACET, STRENGTHS) if course.instrument.kind == "difficulties" else (WHOLE,))
    ]
    return render_template(
        "courses/together.html",
        course=course,
        parts=parts,
        shape=chart_plan.shape,
        client_text=CLIENT_LINE,
    )


@screen.route("/administrations/<uuid:id>/over-time/paper", methods=["GET", "POST"])
@guard.giving_a_paper
def paper(id: UUID) -> Answer:
    """The course on paper, for the clinician."""
    from clinic_toolkit.documents import course as paper

    course = _course(id)
    value = CoursePaper(letterhead=context.letterhead(), course=course, cautions=CAUTIONS)
    about = course.relationship_id
    return papers.answer(
        Paper(
            kind="over-time",
            title="Over time",
            back=(
                "Back to the answers over time",
                url_for(".show", id=about) if about else url_for(".in_general", id=course.client_id),
            ),
            render=lambda: paper.render(value),
        )
    )


def _course(id: UUID) -> Course:
    db, vault = context.db(), context.vault()
    kept = administrations.get(db, vault, id)
    known = rhythms.of_client(db, vault, kept.body.client_id)
    course = courses.of(db, vault, kept, baselines=rhythms.baselines(known))
    if course is None:
        raise rows.NotThere
    context.saw("administration", *_shown(course))
    return course


def _shown(course: Course) -> list[Given]:
    given = administrations.of_client(context.db(), context.vault(), course.client_id)
    return courses.rounds_of(given, (course.relationship_id, course.instrument.id))
