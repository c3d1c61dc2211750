"""Over time: the course of each questionnaire about one relationship, on screen and on paper."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.documents import chart_plan, chart_table, point_shapes
from clinic_toolkit.documents.chart_plan import ChartPlan
from clinic_toolkit.documents.point_shapes import PointShape
from clinic_toolkit.instruments import catalogue
from clinic_toolkit.instruments.closed_sets import InstrumentKind
from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.psychometrics import phase_overlap, score_change
from clinic_toolkit.psychometrics.result_sentences import option_labels
from clinic_toolkit.record.outcomes import courses, repeat_agreements, repeat_status
from clinic_toolkit.record.outcomes.courses import AdministrationVersion, SeriesKey
from clinic_toolkit.record.outcomes.repeat_agreement_record import REPEAT_AGREEMENT, RepeatAgreement
from clinic_toolkit.record.outcomes.repeat_status import RepeatStatus
from clinic_toolkit.record.people import clients, relationships
from clinic_toolkit.record.people.client_record import CLIENT
from clinic_toolkit.record.people.relationship_record import RELATIONSHIP
from clinic_toolkit.record.questionnaires import administrations, answered_items
from clinic_toolkit.record.questionnaires.administration_record import ADMINISTRATION
from clinic_toolkit.record.values.course_values import Course, CoursePage, CoursePart, PartKind
from clinic_toolkit.standing_sentences import CLIENT_LINE, STATUS_LINE
from clinic_toolkit.web import context
from clinic_toolkit.web.access import guard
from clinic_toolkit.web.content.printout_kinds import PrintoutKind
from clinic_toolkit.web.screen_parts import printouts
from clinic_toolkit.web.screen_parts.printouts import Printout
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("courses", __name__)

USUAL_PARAM, OVERLAP_PARAM = "usual", "overlap"
RELIABLE_CHANGE_LOCKED = (
    "Nobody can say yet whether a change is larger than the noise of the form. That needs first answers from "
    "a hundred people or more, to this version, in this language and about this kind of relationship."
)
CAUTIONS = (
    score_change.ABOUT_THE_SAME_RULE,
    "After a bad week answers tend to drift back by themselves.",
    "Being asked again changes answers.",
    "A calmer form may mean a quieter client.",
    RELIABLE_CHANGE_LOCKED,
)


@screen.get("/relationships/<uuid:id>/over-time")
def show(id: UUID) -> ViewResult:
    """The courses of the questionnaires that come with the program, about one relationship."""
    relationship = relationships.load_relationship(context.db(), context.vault(), id)
    joins = relationships.load_relationship_joins(context.db(), context.vault())
    if id in joins:
        return responses.redirect_to(url_for(".show", id=joins[id]))
    context.audit_read(RELATIONSHIP, relationship)
    return _render_courses(relationship.payload.client_id, id, relationship.payload.word)


@screen.get("/clients/<uuid:id>/over-time")
def show_general(id: UUID) -> ViewResult:
    """As `show`, about people in general."""
    clients.load_client(context.db(), context.vault(), id)
    return _render_courses(id, None, answered_items.ABOUT_PEOPLE_IN_GENERAL)


def _render_courses(client_id: UUID, relationship_id: UUID | None, relationship_word: str) -> ViewResult:
    db, vault = context.db(), context.vault()
    client = clients.load_client(db, vault, client_id)
    agreements = repeat_agreements.list_agreements(db, vault, client_id)
    relationship_administrations = [
        administration
        for administration in administrations.list_administrations(db, vault, client_id)
        if administration.payload.relationship_id == relationship_id
    ]
    shown_courses = courses.list_courses(
        db,
        vault,
        client_id,
        relationship_id,
        baselines=repeat_agreements.baseline_rounds_by_series(agreements),
        with_usual_range=USUAL_PARAM in request.args,
        with_overlap=OVERLAP_PARAM in request.args,
    )
    context.audit_read(CLIENT, client)
    context.audit_read(ADMINISTRATION, *relationship_administrations)
    context.audit_read(
        REPEAT_AGREEMENT,
        *(agreement for series_key, agreement in agreements.items() if series_key[0] == relationship_id),
    )
    return render_template(
        "courses/show.html",
        here="clients",
        person=client,
        about=relationship_word,
        relationship_id=relationship_id,
        has_own=any(
            catalogue.is_own(administration.payload.instrument_id)
            for administration in relationship_administrations
        ),
        courses=[
            (
                course,
                charts_of_course(course),
                _repeat_of_course(course, relationship_administrations, agreements),
            )
            for course in shown_courses
        ],
        usual=USUAL_PARAM in request.args,
        overlap=OVERLAP_PARAM in request.args,
        may_be_usual=any(
            _longest_series(course) >= score_change.MIN_POINTS_FOR_LIMITS for course in shown_courses
        ),
        may_overlap=any(
            course.baseline_rounds >= phase_overlap.MIN_POINTS_PER_PHASE
            and _longest_series(course) >= course.baseline_rounds + phase_overlap.MIN_POINTS_PER_PHASE
            for course in shown_courses
        ),
        cautions=CAUTIONS,
        overlap_caution=phase_overlap.OVERLAP_CAUTION,
        shapes=shapes_of_modes,
        status_text=STATUS_LINE,
    )


def _repeat_of_course(
    course: Course,
    relationship_administrations: Sequence[AdministrationVersion],
    agreements: Mapping[SeriesKey, RecordVersion[RepeatAgreement]],
) -> RepeatStatus:
    series_key = course.relationship_id, course.instrument.id
    return repeat_status.build_repeat_status(
        context.vault(),
        courses.list_rounds(relationship_administrations, series_key),
        agreements.get(series_key),
        now=context.now(),
    )


def _longest_series(course: Course) -> int:
    newest_segment = course.rounds[-1].segment
    return max(
        sum(
            reading.score is not None and course_round.segment == newest_segment
            for course_round, reading in zip(course.rounds, part.readings, strict=True)
        )
        for part in course.parts
    )


def charts_of_course(course: Course) -> list[tuple[CoursePart, ChartPlan, tuple[chart_table.TableRow, ...]]]:
    """Each part of the course with its chart and its table, for the clinician."""
    return [
        (
            part,
            plan_part_chart(course, part, with_mean=part.has_score),
            chart_table.clinician_rows(course, part),
        )
        for part in course.parts
    ]


def shapes_of_modes(course: Course) -> list[tuple[PointShape, str]]:
    """The shape that stands for each mode of giving, with its words."""
    return [(point_shapes.mode_shape(mode), words) for mode, words in course.modes]


def plan_part_chart(
    course: Course, part: CoursePart, *, with_mean: bool, together: bool = False
) -> ChartPlan:
    """The chart of one part; `together`: the version that the client sees."""
    return chart_plan.plan_chart(
        course.rounds,
        part.readings,
        option_labels(course.instrument),
        chosen=course.chosen_values,
        segments=course.client_segment_labels if together else course.segment_labels,
        with_mean=with_mean,
        baselines=part.baselines,
        usual=part.usual_ranges,
    )


@screen.get("/administrations/<uuid:id>/over-time/together")
def together(id: UUID) -> ViewResult:
    """The course to look at together with the client: words and dots, no number and no mean."""
    course = _load_course(id)
    parts = [
        (
            part,
            plan_part_chart(course, part, with_mean=False, together=True),
            chart_table.client_rows(course, part),
        )
        for part in course.parts
        if any(reading.values for reading in part.readings)
        and part.kind
        in (
            (PartKind.FACET, PartKind.STRENGTHS)
            if course.instrument.kind == InstrumentKind.DIFFICULTIES
            else (PartKind.WHOLE,)
        )
    ]
    return render_template(
        "courses/together.html",
        course=course,
        parts=parts,
        shapes=shapes_of_modes(course),
        client_text=CLIENT_LINE,
    )


@screen.route("/administrations/<uuid:id>/over-time/paper", methods=["GET", "POST"])
@guard.allow_printout_when_read_only
def paper(id: UUID) -> ViewResult:
    """The printout of the course, for the clinician; every answer follows only if that was chosen."""
    from clinic_toolkit.documents import course_report as paper

    course = _load_course(id)
    page = CoursePage(
        letterhead=context.letterhead(),
        course=course,
        cautions=CAUTIONS,
        with_every_answer="answers" in request.args,
    )
    relationship_id = course.relationship_id
    return printouts.respond_with_printout(
        Printout(
            kind=PrintoutKind.OVER_TIME,
            title="Over time",
            back=(
                "Back to the answers over time",
                url_for(".show", id=relationship_id)
                if relationship_id
                else url_for(".show_general", id=course.client_id),
            ),
            render=lambda: paper.render_course(page),
        )
    )


def _load_course(id: UUID) -> Course:
    db, vault = context.db(), context.vault()
    administration = administrations.load_administration(db, vault, id)
    agreements = repeat_agreements.list_agreements(db, vault, administration.payload.client_id)
    course = courses.find_course(
        db, vault, administration, baselines=repeat_agreements.baseline_rounds_by_series(agreements)
    )
    if course is None:
        raise records.RecordNotFound
    context.audit_read(ADMINISTRATION, *_administrations_of_course(course))
    return course


def _administrations_of_course(course: Course) -> list[AdministrationVersion]:
    all_administrations = administrations.list_administrations(
        context.db(), context.vault(), course.client_id
    )
    return courses.list_rounds(all_administrations, (course.relationship_id, course.instrument.id))
