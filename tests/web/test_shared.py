"""The page to share over telehealth: it follows, shows the words of now, and nothing of anybody."""

import re
from uuid import UUID

import pytest
from werkzeug.test import TestResponse

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people.therapy_session_record import TherapySessionSetting
from clinic_toolkit.record.questionnaires import administrations, progress
from clinic_toolkit.record.questionnaires.administration_record import Administration
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.web.access import handover_transition
from clinic_toolkit.web.context import Login
from tests.fixtures import audit_lines
from tests.fixtures.practices import NOW, giving
from tests.fixtures.sites import Site
from tests.journeys import pages, person, steps

ITEMS = giving().items
NOTHING_ELSE = re.compile(r"<(?:a|button|form|input|script|nav|header|select|textarea)\b", re.IGNORECASE)
NOBODY = ("Ana", "Reyes", "A. R.", "AR", "M.", "Nora", "Whelan", "Harbour", "parent")


@pytest.fixture
def form(site: Site) -> RecordVersion[Administration]:
    """A questionnaire about M., begun over telehealth with Ana Reyes."""
    client = site.work.client("Ana Reyes")
    return site.work.begun(
        client, giving(), session=site.work.session(client, setting=TherapySessionSetting.TELEHEALTH).id
    )


def at(form: RecordVersion[Administration], page: str) -> str:
    return f"/administrations/{form.id}/{page}"


def shared(site: Site, form: RecordVersion[Administration]) -> TestResponse:
    """The page as the client sees it now, which must ask again by itself."""
    answer = site.get(at(form, "shared"))
    assert answer.status_code == 200 and answer.headers["Refresh"] == "3"
    assert answer.headers["Cache-Control"] == "no-store"
    return answer


def words(answer: TestResponse) -> str:
    return pages.Page("/", answer.status_code, dict(answer.headers), answer.data).text


def heading(answer: TestResponse) -> str:
    found = re.search(r"<h1>(.*?)</h1>", answer.text, re.DOTALL)
    assert found
    return " ".join(found[1].split())


def test_it_follows_the_clinician_forth_and_back(site: Site, form: RecordVersion[Administration]) -> None:
    me = person.at(site)
    page = me.open(at(form, "introduction"))
    assert heading(shared(site, form)) == giving().title
    page = me.follow(page, "first question")
    assert heading(shared(site, form)) == ITEMS[0].text
    page = me.send(page, {"answer": "4", "go": "next"}, by="answer")
    assert heading(shared(site, form)) == ITEMS[1].text
    page = me.send(page, {"answer": "0", "go": "back"}, by="answer")
    assert heading(shared(site, form)) == ITEMS[0].text
    page = me.send(page, {"go": "pause"}, by="answer")
    assert heading(shared(site, form)) == "One moment"
    me.follow(page, "Go on")
    assert heading(shared(site, form)) == ITEMS[0].text
    me.open(at(form, "check"))
    assert heading(shared(site, form)) == "That was the last question"
    assert giving().closing in words(shared(site, form))
    me.open(at(form, "items/7?change=1"))
    assert heading(shared(site, form)) == ITEMS[6].text
    me.press(me.open(at(form, "check")), "Finish")
    assert heading(shared(site, form)) == "One moment"


def test_it_shows_the_answer_words_and_nothing_else(site: Site, form: RecordVersion[Administration]) -> None:
    me = person.at(site)
    states = []
    for path in ("introduction", *(f"items/{number}" for number in range(1, 13)), "check"):
        page = me.open(at(form, path))
        if "items/" in path:
            before = shared(site, form).data
            given = {"answer": "4", "talk": "yes", "said": "Only with Ben.", "go": "next"}
            me.send(page, given, by="answer")
            me.open(at(form, path))
            # What was chosen, said or marked leaves no trace on it.
            assert shared(site, form).data == before
            for label in (*(each.label for each in giving().options), "I’d rather not answer"):
                assert before.decode().count(label) == 1
        states.append(shared(site, form))
    assert "Question four of twelve" in words(states[4])
    for answer in states:
        assert not NOTHING_ELSE.search(answer.text) and "data-" not in answer.text
        assert not [name for name in (*NOBODY, "Only with Ben.") if name in words(answer)]
        assert not re.search(r"\d", words(answer)) and "<title>Clinic toolkit</title>" in answer.text
    # The control: the clinician's own page has all of that.
    own = site.get(at(form, "items/1")).text
    assert NOTHING_ELSE.search(own) and "M." in own and "Only with Ben." in own


def test_while_locked_it_says_one_moment_and_nothing_of_a_lock(
    site: Site, form: RecordVersion[Administration]
) -> None:
    site.get(at(form, "items/3"))
    assert heading(shared(site, form)) == ITEMS[2].text
    open_now = dict(site.app.worker.logins)
    site.app.worker.logins.clear()
    locked = shared(site, form)
    assert words(locked).removeprefix("Clinic toolkit").strip() == "One moment"
    assert "nlock" not in locked.text and "Locked" not in locked.text and not NOTHING_ELSE.search(locked.text)
    # No address of a form can be told from one that is none.
    other = site.get("/administrations/00000000-0000-4000-8000-000000000000/shared")
    assert other.data == locked.data
    site.app.worker.logins.update(open_now)
    assert heading(shared(site, form)) == ITEMS[2].text


def test_before_a_passphrase_is_chosen_it_says_one_moment(
    site: Site, form: RecordVersion[Administration]
) -> None:
    site.get(at(form, "items/3"))
    site.app.worker.logins["known"] = Login(vault=site.work.vault, must_choose_passphrase=True)
    assert heading(shared(site, form)) == "One moment"


def test_while_a_form_is_handed_over_it_says_one_moment(
    site: Site, form: RecordVersion[Administration]
) -> None:
    site.app.extensions[handover_transition._HANDED_OVER_KEY] = True
    assert heading(shared(site, form)) == "One moment"
    assert "url=" not in shared(site, form).headers["Refresh"]


def test_without_a_known_place_it_shows_the_first_open_question(
    site: Site, form: RecordVersion[Administration]
) -> None:
    assert heading(shared(site, form)) == ITEMS[0].text
    site.work.answer(form, [1, None, 3])
    assert heading(shared(site, form)) == ITEMS[3].text
    site.get(at(form, "items/1"))
    assert heading(shared(site, form)) == ITEMS[0].text
    site.get(at(form, "all"))
    assert heading(shared(site, form)) == ITEMS[3].text


def test_it_shows_no_other_questionnaire(site: Site, form: RecordVersion[Administration]) -> None:
    site.get(at(form, "items/3"))
    other = site.work.begun(site.work.client("Ben Reyes"), giving())
    site.get(at(other, "items/5"))
    assert heading(shared(site, form)) == "One moment"
    assert heading(shared(site, other)) == ITEMS[4].text


def test_what_was_stopped_is_not_shown(site: Site, form: RecordVersion[Administration]) -> None:
    with writing(site.work.engine) as db:
        progress.stop_administration(db, site.work.vault, form, now=NOW)
    assert heading(shared(site, form)) == "One moment"


def test_asking_again_holds_no_lock_back_and_writes_nothing(
    site: Site, form: RecordVersion[Administration]
) -> None:
    site.get(at(form, "items/3"))
    activity = site.app.worker.timeouts

    def seen() -> tuple[float, int, int]:
        site.write_reads()
        with reading(site.work.engine) as db:
            last = audit_lines.lines(db, site.work.vault)[0].seq
            return (
                activity._last_active,
                last,
                administrations.load_administration(db, site.work.vault, form.id).version,
            )

    before = seen()
    for _ in range(5):
        shared(site, form)
    assert seen() == before
    # The control: the clinician's own page does both.
    site.get(at(form, "items/3"))
    assert seen()[0] > before[0] and seen()[1] > before[1]


def test_only_a_session_over_telehealth_offers_it(site: Site) -> None:
    me, client = person.at(site), site.work.client()
    for setting, offered in ((TherapySessionSetting.ROOM, False), (TherapySessionSetting.TELEHEALTH, True)):
        page = steps.begin(me, f"/sessions/{site.work.session(client, setting=setting).id}")
        first = me.follow(page, "first question")
        for shown in (page, first):
            assert ("Open the page to share" in shown.text) == offered
            if offered:
                assert shown.link("Open the page to share") == f"{steps.place(page)}/shared"
                assert 'target="_blank" rel="noopener"' in shown.source


def test_an_unknown_questionnaire_is_not_there(site: Site) -> None:
    path = f"/administrations/{UUID(int=4)}/shared"
    assert site.get(path).data == site.get("/no-such-page").data
