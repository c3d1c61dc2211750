"""A treatment plan on the screen and on paper, and the thread from a note to its goals and back."""

import re
from html import unescape
from uuid import UUID

import pytest

from clinic_toolkit.store.transactions import reading
from tests.fixtures import audit_lines
from tests.fixtures.sites import UNKNOWN, Site
from tests.journeys import intake, steps
from tests.journeys.pages import Page
from tests.journeys.person import Person

PLAN = {
    "problems": "Gives until nothing is left.",
    "goal1": "To say no once a week",
    "means1": "Trying it out here first",
    "review": intake.day(30),
}
GOAL_PAGE = "Notes, questionnaires and worksheets of this goal"
NOTE = {"section-data": "Came on time."}


@pytest.fixture
def session(site: Site) -> str:
    """A session of today, whose note is no late entry."""
    return f"/sessions/{site.work.session(site.work.client(), intake.today()).id}"


@pytest.fixture
def client(session: str, me: Person) -> str:
    return me.follow(me.open(session), "Ana Reyes").path


def write(me: Person, client: str, **more: str) -> Page:
    return me.send(me.follow(me.open(client), "Treatment plan"), PLAN | more)


def test_a_plan_is_written_read_and_changed(me: Person, client: str) -> None:
    page = write(me, client, goal2="To sleep through")
    assert page.path.startswith("/plans/") and "Saved." in page.text
    for words in (*PLAN.values(), "To sleep through"):
        assert words in unescape(page.source) or words == PLAN["review"]
    assert me.follow(me.open(client), "Treatment plan").path == page.path
    edit = me.follow(page, "Change the plan")
    assert edit.typed("goal2") == "To sleep through" and edit.typed("review") == PLAN["review"]
    changed = me.send(edit, {"standing2": "reached", "problems": "Rests now and then."})
    assert changed.path == page.path and "Goal, reached" in changed.text
    earlier = me.follow(changed, "Version 1")
    assert PLAN["problems"] in earlier.text and "Rests now and then." not in earlier.text
    assert me.open(f"{page.path}/versions/7").status == 404


def test_the_diagnosis_is_typed_with_its_day_and_printed_only_when_asked_for(me: Person, client: str) -> None:
    page = me.follow(me.open(client), "Treatment plan")
    for typed, wrong in (
        ({"diagnosis": "Adjustment disorder"}, "diagnosed_on"),
        ({"diagnosed_on": intake.day(-3)}, "diagnosis"),
    ):
        refused = me.send(me.open(page.path), PLAN | typed)
        assert refused.status == 422 and refused.error(wrong), typed
        assert refused.typed("goal1") == PLAN["goal1"]
        me.press(refused, "Save the plan")
    shown = write(me, client, diagnosis="Adjustment disorder", diagnosed_on=intake.day(-3))
    assert "Adjustment disorder" in shown.text and "Typed by you" in shown.text
    plain, large, with_it = (
        me.follow(shown, words).paper for words in ("Print it", "In large print", "With the diagnosis on it")
    )
    assert plain and large and with_it
    assert "Adjustment disorder" in steps.words_of(with_it)
    for paper in (plain, large):
        assert PLAN["goal1"] in steps.words_of(paper) and "Adjustment" not in steps.words_of(paper)


def test_the_page_of_a_plan_looks_alike_until_the_diagnosis_is_opened(me: Person, client: str) -> None:
    without = write(me, client).source
    page = me.follow(me.open(client), "Treatment plan")
    edited = me.follow(page, "Change the plan")
    with_it = me.send(edited, {"diagnosis": "Adjustment disorder", "diagnosed_on": intake.day()}).source
    visible = [re.sub(r"(?s)<details>.*?</details>", "", source) for source in (without, with_it)]
    assert "Adjustment" in with_it and "Adjustment" not in visible[1]
    assert all("None is written" not in source for source in visible)


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"problems": "", "goal1": "", "means1": ""}, "problems"),
        ({"goal1": "", "means1": "Here first"}, "goal1"),
        ({"goal1": "g" * 401}, "goal1"),
        ({"problems": "p" * 2001}, "problems"),
        ({"review": "soon"}, "review"),
        ({"review": intake.day(4000)}, "review"),
    ],
)
def test_what_cannot_be_saved_is_said_at_its_place_and_kept(
    me: Person, client: str, typed: dict[str, str], wrong: str
) -> None:
    page = me.send(me.follow(me.open(client), "Treatment plan"), PLAN | typed)
    assert page.status == 422 and page.error(wrong)
    assert all(page.typed(name) == words for name, words in (PLAN | typed).items())


def test_a_plan_that_was_changed_in_another_window_is_not_written_over(
    me: Person, site: Site, client: str
) -> None:
    first = me.follow(me.open(client), "Treatment plan")
    saved = write(me, client)
    site.write_reads()
    with reading(site.work.engine) as db:
        before = audit_lines.lines(db, site.work.vault)[0].seq
    late = me.send(first, PLAN | {"problems": "Written here."})
    assert late.status == 409 and PLAN["problems"] in late.text
    site.write_reads()
    with reading(site.work.engine) as db:
        lines = [line for line in audit_lines.lines(db, site.work.vault) if line.seq > before]
    shown = {reference.record for line in lines for reference in line.references}
    assert UUID(saved.path.rpartition("/")[2]).bytes in shown, "it is said that it was shown"
    assert late.typed("problems") == "Written here."
    assert "Written here." in me.press(late, "Save the plan").text


def test_what_is_typed_is_kept_as_a_draft_until_it_is_saved(me: Person, client: str) -> None:
    page = me.follow(me.open(client), "Treatment plan")
    form = page.form("goal1").standing() | {"goal1": "To rest"}
    kept = me.post(page.path, form, {"X-Autosave": "1"})
    assert kept.status == 200
    again = me.follow(me.open(client), "Treatment plan")
    assert again.typed("goal1") == "To rest" and "did not finish it" in again.text
    assert "To rest" in me.press(again, "Save the plan").text


def test_a_note_names_its_goals_and_both_lead_to_each_other(me: Person, session: str, client: str) -> None:
    assert "Goals this worked on" not in me.open(f"{session}/note").text
    plan = write(me, client)
    edit = me.open(f"{session}/note")
    (goal,) = edit.form("goals").values("goals")
    me.send(edit, NOTE | {"goals": goal})
    assert "draft, not signed" in me.follow(plan, GOAL_PAGE).text
    edit = me.open(f"{session}/note")
    assert edit.form("goals").standing()["goals"] == goal
    read = me.press(edit, "Read it through and sign")
    assert f"Goal worked on: {PLAN['goal1']}" in read.text
    note = me.send(read, {"read": "yes"})
    assert "Signed by" in note.text
    me.send(me.follow(plan, "Change the plan"), {"goal1": "To rest on Sundays"})
    note = me.open(note.path)
    assert PLAN["goal1"] in note.text and "To rest on Sundays" not in note.text
    paper = me.follow(note, "Print it").paper
    assert paper and PLAN["goal1"] in steps.words_of(paper)
    assert f"“{PLAN['goal1']}”" in me.follow(note, "Copy as plain text").source
    goal_page = me.follow(note, "Show this goal")
    assert "To rest on Sundays" in goal_page.text
    assert me.follow(goal_page, "Open note of").path == note.path


def test_no_goal_is_ticked_by_itself_and_one_can_be_taken_off(me: Person, session: str, client: str) -> None:
    write(me, client)
    edit = me.open(f"{session}/note")
    (goal,) = edit.form("goals").values("goals")
    assert edit.form("goals").standing().get("goals") is None
    me.send(edit, NOTE | {"goals": goal})
    edit = me.open(f"{session}/note")
    me.send(edit, NOTE | {"goals": None})
    assert me.open(f"{session}/note").form("goals").standing().get("goals") is None


def test_a_goal_is_reached_from_what_serves_it(me: Person, site: Site, session: str, client: str) -> None:
    goal = me.follow(write(me, client), GOAL_PAGE)
    saved = me.send(goal, {"questionnaires": "giving", "worksheets": "receiving-ladder"})
    assert saved.path == goal.path and "Saved." in saved.text
    steps.finish(me, steps.answer_all(me, steps.begin(me, session, word="M."), [1] * 12))
    me.send(me.open(f"{session}/worksheets"), {"worksheet": "receiving-ladder"})
    shown = me.open(goal.path)
    for words in ("Open How I give", "Open A ladder of small steps"):
        page = me.follow(shown, words)
        assert me.follow(page, PLAN["goal1"]).path == goal.path
    late = me.send(goal, {"questionnaires": "receiving"})
    assert late.status == 409 and "changed in another window" in late.text


def test_a_couple_has_a_plan_of_its_own_that_says_nothing_of_either(me: Person, site: Site) -> None:
    both = intake.couple(me, "Cy Dahl", "Di Egan")
    own = me.send(
        me.follow(me.follow(both, "Cy Dahl"), "Treatment plan"),
        {"goal1": "To leave him", "diagnosis": "F32", "diagnosed_on": intake.day()},
    )
    page = me.follow(both, "Treatment plan of both")
    assert "It is the plan of both" in page.text and "iagnosis" not in page.text
    shared = me.send(page, {"goal1": "To talk on Sundays"})
    goal = me.follow(shared, GOAL_PAGE)
    for each in (shared, goal, me.follow(shared, "Change the plan"), me.open(both.path)):
        assert "To leave him" not in each.text and "F32" not in each.text and "iagnosis" not in each.text
    assert "is not shown here" in goal.text
    assert "To leave him" in own.text
    smuggled = site.post(f"{both.path}/plan/edit", {"goal1": "x", "diagnosis": "F32", "version": "1"})
    assert smuggled.status_code == 303
    assert "F32" not in me.open(shared.path).source


def test_a_goal_or_a_plan_that_is_not_there_is_nothing_to_open(me: Person, site: Site, client: str) -> None:
    plan = write(me, client).path
    for path in (f"/plans/{UNKNOWN}", f"{plan}/goals/{UNKNOWN}", f"/cases/{UNKNOWN}/plan"):
        assert me.open(path).status == 404
    assert site.post(f"{plan}/goals/{UNKNOWN}", {"version": "1"}).status_code == 404


def test_a_plan_whose_day_has_come_stands_on_today(me: Person, client: str) -> None:
    write(me, client, review=intake.day(-1))
    assert "Plans to look at again" in me.open("/").text
    plan = me.follow(me.open("/"), "Open the plan")
    assert "That day has come" in plan.text
    me.send(me.follow(plan, "Change the plan"), {"review": intake.day(30)})
    assert "Plans to look at again" not in me.open("/").text


def test_what_is_signed_of_the_goals_is_read_on_every_page_that_signs(
    me: Person, session: str, client: str
) -> None:
    write(me, client)
    edit = me.open(f"{session}/note")
    me.send(edit, NOTE | {"goals": edit.form("goals").values("goals")[0]})
    words = f"Goal worked on: {PLAN['goal1']}"
    assert words in me.open("/notes/unsigned").text
    note = me.press(me.open(f"{session}/note"), "Read it through and sign")
    assert note.text.count(words) == 1
    signed = me.send(note, {"read": "yes"}).text
    assert signed.count(words) == 1 and "Signed by" in signed


def test_what_is_worked_on_stands_before_the_hour(me: Person, session: str, client: str) -> None:
    assert "Worked on" not in me.open(f"{session}/before").text
    plan = write(me, client, goal2="To sleep through")
    me.send(me.follow(plan, "Change the plan"), {"standing2": "reached"})
    page = me.open(f"{session}/before")
    assert PLAN["goal1"] in page.text and "To sleep through" not in page.text
    assert me.follow(page, PLAN["goal1"]).path.startswith(f"{plan.path}/goals/")


def test_girp_begins_with_the_goal_and_a_switch_keeps_what_is_ticked(
    me: Person, session: str, client: str
) -> None:
    write(me, client)
    edit = me.open(f"{session}/note")
    goal = edit.form("goals").values("goals")[0]
    girp = me.send(edit, NOTE | {"goals": goal, "format": "GIRP", "switch": "yes"})
    blocks = [name for form in girp.forms for name in form.names if name.startswith("block-")]
    assert [girp.typed(name) for name in blocks] == [f"“{PLAN['goal1']}”"]
    assert girp.form("goals").standing()["goals"] == goal
    me.press(girp, "Save the draft")
    again = me.open(f"{session}/note")
    assert again.form("goals").standing()["goals"] == goal
    plain = me.send(again, {"format": "DAP", "switch": "yes"})
    assert plain.form("goals").standing()["goals"] == goal
