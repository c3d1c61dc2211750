"""What change over time costs: a course on the screen and on paper, and a client with sixty rounds.

What the page of a client with nothing costs is printed beside that of one with sixty rounds.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from clinic_toolkit.documents import course_report as paper
from clinic_toolkit.record.outcomes import courses
from clinic_toolkit.record.people import clinician, practice
from clinic_toolkit.record.values.course_values import Course, CoursePage
from clinic_toolkit.store.transactions import reading
from clinic_toolkit.web.screens import courses as screens
from tests.bench import rounds
from tests.documents import bench_pdf
from tests.fixtures import over_time, sites
from tests.fixtures.sites import Site

pytestmark = pytest.mark.bench

Report = Callable[..., None]
ROUNDS = 60


@pytest.fixture
def site(tmp_path: Path) -> Site:
    made = sites.made(tmp_path)
    made.unlock()
    return made


@pytest.fixture
def course(site: Site) -> Course:
    """Sixty rounds of one questionnaire about one person."""
    client = site.work.client()
    about = over_time.named(site.work, client)
    told: list[over_time.Values] = [
        [(place * 7 + number * 3) % 5 for place in range(12)] for number in range(ROUNDS)
    ]
    over_time.weekly(site.work, client, about, told)
    with reading(site.work.engine) as db:
        (found,) = courses.list_courses(db, site.work.vault, client.id, about.id)
    return found


@pytest.fixture
def bare() -> Any:
    """A browser at a route that does nothing."""
    app = Flask("bare")
    app.add_url_rule("/", "index", lambda: "a page")
    return app.test_client()


def test_a_client_with_sixty_rounds(
    site: Site, course: Course, bare: Any, ratio: Report, part: Report
) -> None:
    path = f"/clients/{course.client_id}"

    def look() -> None:
        assert site.get(path).status_code == 200

    nobody = f"/clients/{site.work.client('Ben Ash').id}"
    empty = rounds.ratio(
        lambda: site.get(nobody), lambda: bare.get("/"), times=3, clock=time.process_time, rounds=11
    )
    part(10, "of it: the page of a client with nothing", empty)
    found = rounds.ratio(look, lambda: bare.get("/"), times=3, clock=time.process_time)
    ratio(10, "a client page with 60 questionnaires, against a route that does nothing", found, most=8.0)


def test_a_course_on_paper(site: Site, course: Course, ratio: Report) -> None:
    with reading(site.work.engine) as db:
        letterhead = practice.build_letterhead(
            practice.load_practice_settings(db, site.work.vault).payload,
            clinician.load_clinician(db, site.work.vault).payload,
        )
    value = CoursePage(letterhead=letterhead, course=course, cautions=screens.CAUTIONS)
    found = bench_pdf.ratio(lambda: paper.render_course(value), 11)
    ratio(15, "60 rounds on paper, against their glyphs and shapes alone", found, most=bench_pdf.GOAL)


def test_a_course_on_the_screen(site: Site, course: Course, ratio: Report) -> None:
    """Against the least that could draw as many shapes: one formatted string each."""
    chart = site.app.jinja_env.get_template("macros/chart.html").module.__dict__["chart"]
    drawn = screens.charts_of_course(course)

    def ours() -> None:
        for part, _, _ in drawn:
            plan = screens.plan_part_chart(course, part, with_mean=part.has_score)
            assert "<circle" in chart(plan, "name")

    shapes = sum(
        sum(dots.count for dots in plan.dots) + len(plan.dots) + len(plan.points) + len(plan.strokes)
        for _, plan, _ in drawn
    )

    def least() -> None:
        assert "".join(
            f'<circle class="dot" cx="{at / 7:.2f}%" cy="{at / 3:.2f}%" r="3"/>' for at in range(shapes)
        )

    found = rounds.ratio(ours, least, times=3, clock=time.process_time)
    ratio(
        15, "60 rounds on the screen, planned and drawn, against as many formatted strings", found, most=12.0
    )
