"""A questionnaire of the practice's own: broken, mended, looked at, taken in, given, changed, put away."""

import random
import zlib
from pathlib import Path
from uuid import UUID

import pytest

from clinic_toolkit.instruments import definition_inbox, loader
from clinic_toolkit.record.handovers import clinician_side
from clinic_toolkit.record.handovers.client_side import decode_ticket
from clinic_toolkit.record.handovers.handover_record import HandoverState
from clinic_toolkit.record.outcomes import results
from clinic_toolkit.record.questionnaires import administrations, answers, own_questionnaires
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.web.transport.request_info import MIB
from tests.fixtures import sites
from tests.fixtures.handed_over_device import handed_over
from tests.fixtures.practices import NOW
from tests.fixtures.sites import Site
from tests.journeys import own, person, steps
from tests.journeys.own import TEXT, YOURS, changed, later, take_in, upload
from tests.journeys.person import Person

ALL_TRUE = [3, 2, 1, 1, 0, 3, 2]


def kept(site: Site) -> list[str]:
    """What the practice has of its own, with the state of each."""
    with reading(site.work.engine) as db:
        found = own_questionnaires.list_questionnaire_versions(db, site.work.vault)
        return [f"{each.payload.instrument_id} {each.payload.version} {each.state}" for each in found]


def given(site: Site, me: Person, session: str) -> str:
    """The address of one that was answered to the end."""
    page = steps.answer_all(me, steps.begin(me, session, "resting", word="T."), ALL_TRUE)
    return steps.place(steps.finish(me, page))


def test_a_broken_file_is_told_whole_and_nothing_of_it_stays(site: Site, me: Person) -> None:
    broken = changed(
        ("weight = 2", 'weight = "2"'),
        ('id = "MIND-1"', 'id = "BODY-1"'),
        ('label = "A little true"', 'label = "Not true for me"'),
        ('author = "The practice"', ""),
        ('title = "How I rest"', 'title = "<script>alert(1)</script> {{ config }}"'),
    )
    answer = upload(site, broken, "my <b>own</b>.toml")
    assert answer.status_code == 422
    assert "4 things to correct in" in answer.text and "Nothing was added." in answer.text
    line = broken[: broken.index('weight = "2"')].count("\n") + 1
    assert f"<b>Line {line}.</b> Question 6, weight: must be a number" in answer.text
    assert "Question 2, id: “BODY-1” is already used at question 1" in answer.text
    assert "Answer 2, label: “Not true for me” is already used at answer 1" in answer.text
    assert "evidence.author: is missing" in answer.text
    assert "<b>own</b>" not in answer.text
    assert kept(site) == []
    assert me.open(f"{YOURS}/preview").path == YOURS
    assert "resting" not in me.open("/questionnaires").source


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_file_of_another_editor_is_taken_in_as_the_same_text(site: Site, me: Person, encoding: str) -> None:
    answer = upload(site, TEXT.replace("\n", "\r\n").encode(encoding))
    assert me.press(me.open(answer.headers["Location"]), "Add it to the practice").path.startswith(YOURS)
    assert "this file was added already" in upload(site).text


BAD_FILES = {
    "too large": (TEXT.encode() + b"#" * 1_000_000, 413, "This file is too large"),
    "far too large": (b"x" * 5_000_000, 413, "This file is too large"),
    "empty": (b"", 422, "is missing"),
    "other encoding": (TEXT.encode("utf-16-le"), 422, "save it with the encoding UTF-8"),
    "no toml": (b"\x89PNG\r\n\x1a\n", 422, "not UTF-8"),
    "ours": ((Path(definition_inbox.__file__).with_name("definitions") / "giving.toml").read_bytes(), 422,
             "“giving” comes with the program; choose another"),
    "ten thousand": (TEXT.encode() + b'[[items]]\nid = "X"\n' * 10_000, 422,
                     "<b>Line 4113.</b> there are more than 2,000 tables in this file"),
    "many": (TEXT.encode() + b'[[items]]\nid = "X"\n' * 1_000, 422, "items: must have at most 400 entries"),
    "deep": (b"a = " + b"[" * 13 + b"]" * 13 + b"\n", 422, "more than 12 deep"),
    "dotted": (b"[" + b".".join([b"a"] * 13) + b"]\n", 422, "more than 12 parts"),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD_FILES)
def test_whatever_is_sent_is_a_sentence_at_its_place(site: Site, what: str) -> None:
    data, status, sentence = BAD_FILES[what]
    answer = upload(site, data)
    assert (answer.status_code, sentence in answer.text) == (status, True), answer.text[:3000]
    assert 'type="file"' in answer.text
    assert len(answer.data) < MIB // 4
    assert kept(site) == []


def test_no_file_at_all_is_asked_for(site: Site, me: Person) -> None:
    answer = site.post(YOURS, {}, content_type="multipart/form-data")
    assert answer.status_code == 422 and "Choose a file first." in answer.text
    assert me.post(f"{YOURS}/take-in", {"csrf_token": site.token()}).status == 422


def test_it_is_looked_at_as_the_client_meets_it_and_on_paper(site: Site, me: Person) -> None:
    page = me.open(upload(site).headers["Location"])
    assert "It is not in the practice yet; it came from resting.toml" in page.text
    assert "For use in this practice" in page.text and "The mean of the answers then fills in" in page.text
    assert "Includes: Resting the body, Letting thoughts rest." in page.text
    intro = me.follow(page, "Introduction")
    assert "I would like to suggest a few short questions about rest." in intro.text
    question = me.follow(intro, "first question")
    names = question.form("answer").names
    assert {"answer", "talk", "said", "go", "way"} <= names
    assert "I stayed on my feet until this person went to bed." in question.text
    assert "It didn’t come up" in question.text and "I’d rather not answer" in question.text
    for number in range(2, 8):
        question = me.send(question, {"answer": "3", "said": "secret words", "go": "next"})
        assert question.path.endswith(f"/items/{number}"), question.path
    check = me.send(question, {"way": "declined"})
    assert check.path.endswith("/check") and check.text.count("Left open") == 7
    assert "secret words" not in check.source
    back = me.send(me.open(f"{YOURS}/preview/items/2"), {"go": "back"})
    assert back.path.endswith("/items/1")
    whole = me.follow(page, "All questions on one page")
    assert "Keys 1 to 4 answer" in whole.text
    assert me.send(whole, {"1-answer": "2"}).path.endswith("/check")
    general = me.open(f"{YOURS}/preview/items/1?general=1")
    assert "until the people close to me went to bed" in general.text
    assert "general=1" in general.form("answer").action
    assert me.open(f"{YOURS}/preview/items/8").status == 404
    for name, words in (("Blank form (PDF)", "I sat down when I was tired"), ("Answer card", "Mostly true")):
        assert words in steps.words_of(me.follow(page, name))
    assert kept(site) == []
    left = me.press(page, "Do not add it")
    assert left.path == YOURS and me.open(f"{YOURS}/preview").path == YOURS


def test_taken_in_it_is_offered_given_and_scored(site: Site, me: Person, session: str) -> None:
    page = take_in(site, me)
    assert "“How I rest” is added." in page.text and kept(site) == ["resting 1 offered"]
    listed = me.open("/questionnaires")
    assert "drafted · added by this practice" in listed.text
    about = me.open("/questionnaires/resting")
    assert "Added by this practice; its card says: drafted." in about.text
    assert "Written by this project" not in about.text
    # The notes on relationships speak of the questions that come with the program.
    assert "repaying a kindness" not in about.text and "names no question" in about.text
    assert "repaying a kindness" in me.open("/questionnaires/receiving").text
    for paper in ("blank", "answer-card"):
        assert steps.pdf_of(me.open(f"/questionnaires/resting/{paper}")).startswith(b"%PDF")
    place = given(site, me, session)
    result = me.open(f"{place}/result")
    # BODY 3 + (3 - 1), MIND 2 + 0, ASK 1 + 2 x 3; see tests/cases/own.toml.
    assert "14 (6 of 6 answered)" in result.text
    assert "Coming to rest Number 7." in result.text and "“Fully true”. Number 5." in result.text
    assert "Reverse-scored: I sat down when I was tired" in result.text
    assert "Higher means closer to “Fully true”, nothing else." in result.text
    assert "Ask in private about fear of this person." in result.text
    assert "Give a worksheet" in result.text and "because of" not in result.text
    assert "Added by this practice" in me.open(f"{place}/answers").text
    # The rules of change over time are for those that ship, so nothing leads there, and the page says so.
    assert "Over time" not in result.text
    with reading(site.work.engine) as db:
        asked = administrations.load_administration(db, site.work.vault, UUID(place.rpartition("/")[2]))
    assert "Over time" not in me.open(f"/clients/{asked.payload.client_id}").text
    over_time = me.follow(me.open(f"/relationships/{asked.payload.relationship_id}"), "Over time")
    assert "Questionnaires of your own are not here" in over_time.text and "How I rest" not in over_time.text
    together = me.open(f"{place}/together")
    assert "Mostly true: “I told this person when I needed quiet.”" in together.text
    assert not any(c.isdigit() for c in together.text)
    assert steps.pdf_of(me.open(f"{place}/client-page")).startswith(b"%PDF")
    note = me.open(f"{session}/note")
    assert "The practice’s own questionnaire; its card says “drafted”; used for discussion." in note.source
    assert "Unvalidated tool" not in note.source
    summary = steps.words_of(me.open(f"{session}/summary"))
    assert "Added by this practice; its card says: drafted." in summary and "14 (6 of 6 answered)" in summary
    assert "Written by this project" not in summary
    assert "How I rest" in me.open(session).text


def test_all_on_one_page_serves_it_too(site: Site, me: Person, session: str) -> None:
    take_in(site, me)
    page = me.follow(steps.begin(me, session, "resting"), "All questions on one page")
    checked = me.send(page, {"1-answer": "3", "4-answer": "declined"})
    assert "Fully true" in checked.text and "I’d rather not answer" in checked.text
    wrong = me.post(page.path, page.form("1-answer").standing() | {"1-answer": "4"})
    assert wrong.status in (409, 422)


def test_a_later_version_takes_its_place_and_what_was_given_stays_as_it_was(
    site: Site, me: Person, session: str
) -> None:
    take_in(site, me)
    place = given(site, me, session)
    before = me.open(f"{place}/result").text
    looked = me.open(upload(site, later()).headers["Location"])
    assert "It replaces version 1." in looked.text
    me.press(looked, "Add it to the practice")
    assert kept(site) == ["resting 1 superseded", "resting 2 offered"]
    assert me.open(f"{place}/result").text == before
    assert "I stayed on my feet" in me.open(f"{place}/answers").text
    assert "I kept going" in me.open("/questionnaires/resting").text
    question = me.follow(steps.begin(me, session, "resting", word="B."), "first question")
    assert "I kept going until this person went to bed." in question.text
    assert "version 2" in me.open(f"{steps.place(question)}/result").text
    assert "version 1" in me.open(f"{place}/result").text


def test_a_changed_word_is_a_new_version_and_a_higher_one(site: Site, me: Person) -> None:
    take_in(site, me)
    assert "this file was added already" in upload(site).text
    same = upload(site, later("1", TEXT))
    assert same.status_code == 422 and "if a word changes, give it a new version" in same.text
    lower = upload(site, later("0.9"))
    assert lower.status_code == 422 and "must be higher than “1”, which was added before" in lower.text
    assert upload(site, later("1.1")).status_code == 303
    assert kept(site) == ["resting 1 offered"]


def test_one_that_another_window_took_in_meanwhile_is_not_taken_in_twice(site: Site, me: Person) -> None:
    page = me.open(upload(site).headers["Location"])
    with writing(site.work.engine) as db:
        form = loader.parse_instrument(TEXT.encode(), "resting.toml", own=True)
        own_questionnaires.add_questionnaire(
            db, site.work.vault, form, TEXT.encode(), "resting.toml", now=NOW
        )
    again = me.press(page, "Add it to the practice")
    assert again.status == 200 and "is added" in again.text
    assert kept(site) == ["resting 1 offered"]


def test_put_away_it_is_not_offered_and_what_was_given_is_shown_as_ever(
    site: Site, me: Person, session: str
) -> None:
    take_in(site, me)
    open_one = steps.begin(me, session, "resting", word="W.")
    place = given(site, me, session)
    page = me.press(me.open(YOURS), "No longer offer it")
    assert "Not offered · version 1" in page.text and kept(site) == ["resting 1 retired"]
    chosen = me.open(f"{session}/questionnaire")
    assert "resting" not in chosen.form("instrument").values("instrument")
    refused = me.post(
        f"{session}/questionnaire",
        {"csrf_token": site.token(), "instrument": "resting", "about": "general"},
    )
    assert refused.status == 422
    assert "14 (6 of 6 answered)" in me.open(f"{place}/result").text
    # One that was begun before can be finished.
    assert steps.answer_all(me, open_one, ALL_TRUE).path.endswith("/check")
    assert me.open("/questionnaires/resting").status == 200
    me.press(page, "Offer it again")
    assert "resting" in me.open(f"{session}/questionnaire").form("instrument").values("instrument")


def test_files_in_the_folder_are_listed_and_only_those_are_read(
    site: Site, me: Person, tmp_path: Path
) -> None:
    assert "There are none yet." in me.open(YOURS).text
    folder = site.settings.data_folder / definition_inbox.INBOX_FOLDER
    folder.mkdir()
    (folder / "resting.toml").write_text(TEXT, encoding="utf-8")
    (folder / "broken.toml").write_text(changed(("weight = 2", "weight = 0")), encoding="utf-8")
    (folder / "notes.txt").write_text("no", encoding="utf-8")
    (tmp_path / "outside.toml").write_text(TEXT, encoding="utf-8")
    (folder / "link.toml").symlink_to(tmp_path / "outside.toml")
    (folder / "folder.toml").mkdir()
    page = me.open(YOURS)
    assert "resting.toml" in page.text and "broken.toml" in page.text
    assert not any(name in page.text for name in ("notes.txt", "link.toml", "folder.toml"))
    token = {"csrf_token": site.token()}
    for name in ("../clinic.db", "link.toml", "notes.txt", "", "/etc/passwd", "gone.toml", "folder.toml"):
        refused = me.post(f"{YOURS}/folder", token | {"file": name})
        assert refused.status == 422 and "not in the folder any more" in refused.text, name
    broken = me.post(f"{YOURS}/folder", token | {"file": "broken.toml"})
    assert broken.status == 422 and "Question 6, weight: must be more than 0" in broken.text
    looked = me.post(f"{YOURS}/folder", token | {"file": "resting.toml"})
    assert looked.path == f"{YOURS}/preview"
    me.press(looked, "Add it to the practice")
    assert kept(site) == ["resting 1 offered"]


def test_two_practices_in_one_program_never_see_what_the_other_offers(
    site: Site, me: Person, tmp_path_factory: pytest.TempPathFactory
) -> None:
    take_in(site, me)
    other = sites.made(tmp_path_factory.mktemp("other"))
    other.unlock()
    them = person.at(other)
    assert "How I rest" not in them.open("/questionnaires").text
    assert them.open("/questionnaires/resting").status == 404
    session = f"/sessions/{other.work.session(other.work.client()).id}"
    assert "resting" not in them.open(f"{session}/questionnaire").form("instrument").values("instrument")


HOSTILE = (
    "{{ config }} {% raw %} %(x)s {0.__class__} ${x}", "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "'\"><svg onload=alert(1)>", "&lt;b&gt; &amp;",
)  # fmt: skip


@pytest.mark.parametrize("words", HOSTILE)
def test_no_text_of_a_definition_is_ever_run_or_filled_in(
    site: Site, me: Person, session: str, words: str
) -> None:
    quoted = words.replace("\\", "\\\\").replace('"', '\\"')
    text = changed(
        ('title = "How I rest"', f'title = "T {quoted}"'),
        ('about = "Seven', f'about = "{quoted} Seven'),
        ('"I wrote these', f'"{quoted} I wrote these'),
        ('closing = "Thank', f'closing = "{quoted} Thank'),
        ('label = "Fully true"', f'label = "{quoted}"'),
        ('client_phrase = "resting your body"', f'client_phrase = "{quoted}"'),
        ('name = "Resting the body"', f'name = "N {quoted}"'),
        ('text = "I stayed', f'text = "{quoted} I stayed'),
        ('recall = "In the', f'recall = "{quoted} In the'),
        ('author = "The practice"', f'author = "{quoted}"'),
        ('define = { "uneasy" = "', f'define = {{ "uneasy" = "{quoted} '),
    )
    looked = me.open(upload(site, text).headers["Location"])
    seen = [
        looked,
        *(me.open(f"{YOURS}/preview/{page}") for page in ("introduction", "items/1", "all", "check")),
    ]
    papers = [me.open(f"{YOURS}/preview/{page}") for page in ("blank", "answer-card")]
    me.press(looked, "Add it to the practice")
    page = steps.begin(me, session, "resting")
    seen += [
        page,
        me.open("/questionnaires"),
        me.open("/questionnaires/resting"),
        me.open(f"{session}/questionnaire"),
    ]
    place = steps.place(steps.finish(me, steps.answer_all(me, page, [3] * 7)))
    seen += [me.open(f"{place}/{name}") for name in ("result", "answers", "together", "finished")]
    seen += [me.open(session), me.open(f"{session}/note"), me.open(YOURS)]
    papers += [me.open(f"{place}/client-page"), me.open(f"{session}/summary")]
    for each in seen:
        assert each.status == 200, each.path
        for markup in ("<script>alert", "<img src=x", "<svg onload"):
            assert markup not in each.source, each.path
    assert words in looked.text and sum(words in each.text for each in seen) >= 7
    assert all(steps.pdf_of(paper).startswith(b"%PDF") for paper in papers)
    assert "".join(words.split())[:20] in "".join(steps.words_of(papers[0]).split())


def test_a_cited_band_is_the_clinicians_alone(site: Site, me: Person, session: str) -> None:
    band = '[[bands]]\nlower = {}\nupper = {}\nlabel = "{}"\nsource = "Author 2020, page 3"\n{}\n'
    text = changed(
        ('level = "drafted"', 'level = "published"'),
        (
            "[[options]]",
            band.format(0, 13, "zzfew", "")
            + band.format(14, 21, "zzmany", "")
            + band.format(5, 6, "zzbody", 'facet = "BODY"')
            + "[[options]]",
        ),
    )
    take_in(site, me, text)
    place = given(site, me, session)
    result = me.open(f"{place}/result").text
    assert "Called “zzmany” in: Author 2020, page 3" in result and "Called “zzbody” in" in result
    assert "zzfew" not in result and "There is no normal score" not in result
    summary = steps.words_of(me.open(f"{session}/summary"))
    assert "zzmany" in summary and "zzfew" not in summary
    assert "zzfew" in me.open("/questionnaires/resting").text
    fresh = steps.place(steps.begin(me, session, "resting", word="N."))
    pages = [f"{place}/{name}" for name in ("together", "finished")]
    pages += [f"{fresh}/{name}" for name in ("introduction", "items/1", "all", "check", "hand-over")]
    for page in pages:
        assert "zz" not in me.open(page).text and "Author 2020" not in me.open(page).source, page
    for paper in (f"{place}/client-page?with=stood-out", "/questionnaires/resting/blank"):
        assert "zz" not in steps.words_of(me.open(paper)), paper
    with reading(site.work.engine) as db:
        form = administrations.load_administration(db, site.work.vault, UUID(fresh.rpartition("/")[2]))
    device = handed_over(site, form)
    for page in ("/form", "/form/1", "/form/check", "/form/finish"):
        # A form token is chance, so two letters alone could stand in it.
        assert not [word for word in ("zzfew", "zzmany", "zzbody") if word in device.get(page).text]
    assert b"zz" not in zlib.decompress(decode_ticket(site.keeper.ticket or b"").definition)


def test_a_label_in_the_first_person_keeps_its_capital(site: Site, me: Person, session: str) -> None:
    take_in(site, me, changed(('label = "Fully true"', 'label = "I agree"')))
    page = steps.answer_all(me, steps.begin(me, session, "resting"), [3] * 7)
    place = steps.place(steps.finish(me, page))
    result = me.open(f"{place}/result")
    assert "I agree" in result.text and "i agree" not in result.source
    summary = steps.words_of(me.open(f"{session}/summary"))
    assert "I agree" in summary and "i agree" not in summary


@pytest.mark.parametrize(
    "word", ["W" * 55, "تماما صحيح", "לא נכון", "完全に当てはまる", "e\u0301" * 25, "Ω≠∞ 😀 ½"], ids=range(6)
)
def test_words_of_any_script_and_length_are_shown_and_printed(
    site: Site, me: Person, session: str, word: str
) -> None:
    text = changed(
        ('label = "Fully true"', f'label = "{word}"'),
        ('title = "How I rest"', f'title = "{word}"'),
        ('text = "I stayed', f'text = "{word} {word} I stayed'),
        ('name = "Resting the body"', f'name = "{word}"'),
    )
    looked = me.open(upload(site, text).headers["Location"])
    for page in ("introduction", "items/1", "all", "check"):
        assert word in me.open(f"{YOURS}/preview/{page}").text
    for paper in ("blank", "answer-card", "guide"):
        assert steps.pdf_of(me.open(f"{YOURS}/preview/{paper}")).startswith(b"%PDF")
    me.press(looked, "Add it to the practice")
    place = steps.place(steps.finish(me, steps.answer_all(me, steps.begin(me, session, "resting"), [3] * 7)))
    assert word in me.open(f"{place}/result").text
    for paper in (f"{place}/client-page?with=stood-out", f"{session}/summary"):
        assert steps.pdf_of(me.open(paper)).startswith(b"%PDF")


def test_a_text_that_turns_its_direction_is_refused(site: Site) -> None:
    for sign in ("\\u202e", "\\u2066", "\\u200f", "\\u0007"):
        answer = upload(site, changed(('title = "How I rest"', f'title = "How {sign} I rest"')))
        assert answer.status_code == 422 and "title: has a character that does not print" in answer.text


def test_it_is_handed_to_the_client_and_comes_back(site: Site, me: Person, session: str) -> None:
    take_in(site, me)
    intro = steps.begin(me, session, "resting", word="T.")
    id = UUID(steps.place(intro).rpartition("/")[2])
    with reading(site.work.engine) as db:
        form = administrations.load_administration(db, site.work.vault, id)
    device = handed_over(site, form)
    page = device.get("/form/1")
    assert "I stayed on my feet until this person went to bed." in page.text and "Mostly true" in page.text
    assert device.post("/form/1", {"answer": "4", "go": "next"}).status_code == 422
    assert device.post("/form/1", {"answer": "3", "go": "next"}).status_code == 303
    # The process is killed: all that is left is the ticket pipe and the store.
    device = device.next_process()
    assert "I thought of what this person still needed" in device.get("/form/2").text
    device.post("/form/2", {"way": "declined"})
    shown = device.get("/form/check").text
    assert "Fully true" in shown and "I’d rather not answer" in shown
    ticket = site.keeper.ticket or b""
    assert b"Hard to rest" not in ticket and b"BODY-1" not in ticket
    device.post("/form/finish")
    site.unlock()
    with reading(site.work.engine) as db:
        out = own_questionnaires.list_questionnaire_versions(db, site.work.vault)
    assert out
    _bring_in(site)
    with reading(site.work.engine) as db:
        back = administrations.load_administration(db, site.work.vault, id)
        responses = answers.decode_responses(back.payload.answers)
        assert [responses[0].value, responses[1].status] == [3, "declined"]
        assert results.build_result(db, site.work.vault, back).instrument.id == "resting"


def test_one_too_long_to_hand_over_says_so_and_the_keys_stay(site: Site, me: Person, session: str) -> None:
    chance = random.Random(7)
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    words = ["".join(chance.choices(letters, k=190)) for _ in range(380)]
    many = "".join(
        f'[[items]]\nid = "X{n}"\nfacet = "ASK"\nmode = "other"\nrole = "difficulty"\ntext = "{word}"\n'
        f'text_general = "{word}"\n'
        for n, word in enumerate(words)
    )
    looked = me.open(upload(site, TEXT + many).headers["Location"])
    assert "It is too long to be handed to a client on this device." in looked.text
    me.press(looked, "Add it to the practice")
    place = steps.place(steps.begin(me, session, "resting"))
    refused = me.press(me.open(f"{place}/hand-over"), "Hand over now")
    assert refused.status == 422 and "too long to be handed over" in refused.text
    assert site.keeper.ticket is None
    assert me.open(f"{place}/items/387").status == 200


def _bring_in(site: Site) -> None:
    with writing(site.work.engine) as db:
        for out in clinician_side.list_open_handovers(db, site.work.vault):
            assert (
                clinician_side.merge_handover(db, site.work.vault, out, now=NOW).state
                == HandoverState.RETURNED
            )


def test_the_audit_trail_says_what_was_done(site: Site, me: Person) -> None:
    take_in(site, me)
    take_in(site, me, later())
    page = me.press(me.open(YOURS), "No longer offer it")
    me.press(page, "Offer it again")
    told = me.open("/audit").text
    for words in (
        "Added a questionnaire of your own",
        "Replaced a questionnaire by a later version",
        "No longer offered a questionnaire of your own",
        "Offered a questionnaire of your own again",
    ):
        assert words in told


def test_what_is_kept_is_sealed(site: Site, me: Person) -> None:
    take_in(site, me)
    stored = b"".join(path.read_bytes() for path in site.settings.data_folder.glob("clinic.db*"))
    assert own.EXAMPLE.read_bytes()[:60] not in stored
    assert b"How I rest" not in stored and b"resting" not in stored
    with reading(site.work.engine) as db:
        body = own_questionnaires.list_questionnaire_versions(db, site.work.vault)[0].payload
    assert body.definition == own.EXAMPLE.read_bytes()
