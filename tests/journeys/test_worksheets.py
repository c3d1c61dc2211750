"""Questionnaires and worksheets: looked at, printed blank, offered where they fit, given, printed."""

from html import unescape
from io import BytesIO

import pytest
from pypdf import PdfReader

from clinic_toolkit.instruments import catalogue as forms
from clinic_toolkit.instruments import form_code
from clinic_toolkit.worksheets import catalogue as sheets
from tests.fixtures.replaced import replace
from tests.fixtures.sites import Site
from tests.journeys import steps
from tests.journeys.pages import Page
from tests.journeys.person import Person
from tests.journeys.test_same_bytes import neutral

FORMS = [each.id for each in forms.list_instruments()]
SHEETS = [each.slug for each in sheets.list_worksheets()]


@pytest.fixture
def session(site: Site) -> str:
    """A session with a client."""
    return f"/sessions/{site.work.session(site.work.client('Ana Reyes')).id}"


def test_the_list_of_questionnaires_leads_to_each(me: Person) -> None:
    page = me.follow(me.open("/"), "Questionnaires")
    for each in forms.list_instruments():
        assert each.title in page.text and each.about in page.text
    assert {f"/questionnaires/{id}" for id in FORMS} <= {href for _, href in page.links}


@pytest.mark.parametrize("id", FORMS)
def test_a_questionnaire_shows_its_items_and_what_is_known(me: Person, id: str) -> None:
    form = forms.load_instrument(id)
    page = me.open(f"/questionnaires/{id}")
    for item in form.items:
        assert item.text in page.text
    for known in (form.evidence.not_known, form.evidence.not_for, form.evidence.item_sources, form.version):
        assert known in page.text
    assert "Not validated" in page.text
    for note in form.clinician_notes:
        assert note in page.text
    for line in (*form.guidance.pacing, *form.guidance.distress, *form.guidance.not_now):
        assert line in page.text
    for facet in form.facets:
        assert all(each.question in page.text and each.intent in page.text for each in facet.follow_up)
    blank = steps.words_of(me.follow(page, "Blank form"))
    for item in form.items:
        assert item.text[:25] in blank
    assert "Ana" not in blank
    card = steps.words_of(me.follow(page, "Answer card"))
    assert all(option.label in card for option in form.options)


@pytest.mark.parametrize("id", FORMS)
def test_the_guide_has_what_to_ask_in_private_on_a_page_of_its_own(me: Person, id: str) -> None:
    form = forms.load_instrument(id)
    paper = me.follow(me.open(f"/questionnaires/{id}"), "Guide for you")
    *to_say, private = (each.extract_text() for each in PdfReader(BytesIO(steps.pdf_of(paper))).pages)
    assert 1 <= len(to_say) <= 2
    assert "Fear, dying, harm: ask in private" in private and "Fear, dying, harm" not in "".join(to_say)
    for line in form.guidance.danger:
        assert line.split(":")[0][:30] in " ".join(private.split())
    words = " ".join(steps.words_of(paper).split())
    for line in (*form.guidance.pacing, *form.guidance.debrief, form.facets[-1].follow_up[0].question):
        assert line.split(".")[0][:40] in words
    assert "Not validated" in words


def test_the_blank_form_can_be_about_people_in_general(me: Person) -> None:
    form = forms.load_instrument("giving")
    words = steps.words_of(me.open("/questionnaires/giving/blank?general"))
    assert form.items[0].text_general[:25] in words
    assert form.evidence.level == "drafted" and f"Draft, version {form.version}" in words


@pytest.mark.parametrize("general", [False, True])
def test_the_blank_form_carries_the_code_of_its_version_and_nobody_elses(me: Person, general: bool) -> None:
    page = me.open("/questionnaires/giving")
    words = "Blank form, people in general" if general else "Blank form (PDF)"
    one, other = (me.follow(page, words) for _ in range(2))
    assert steps.pdf_of(one) == steps.pdf_of(other)
    code = form_code.form_code_of(forms.load_instrument("giving"), general=general)
    assert f"version {forms.load_instrument('giving').version} · sheet {code}" in steps.words_of(one)


@pytest.mark.parametrize("slug", SHEETS)
def test_a_worksheet_says_when_not_to_use_it(me: Person, slug: str) -> None:
    sheet = sheets.load_worksheet(slug)
    page = me.follow(me.open("/worksheets"), "Look at it")
    page = me.open(f"/worksheets/{slug}")
    assert sheet.when_not_to_use in page.text and sheet.evidence in page.text
    for large in ("Blank sheet", "In large print"):
        assert sheet.title in steps.words_of(me.follow(page, large))


@pytest.mark.parametrize("path", ["/questionnaires/none", "/worksheets/none", "/worksheets/none/blank"])
def test_what_is_not_in_the_catalogue_is_not_there(site: Site, me: Person, path: str) -> None:
    assert me.open(path).status == 404
    assert me.open(path).body == me.open("/no-such-page").body


def test_a_sheet_is_given_and_printed_with_the_words_of_the_client(me: Person, session: str) -> None:
    page = me.open(f"{session}/worksheets")
    page = me.send(page, {"worksheet": "receiving-ladder", "sentence": "I can rest before I say yes."})
    assert "Noted as given" in page.text and "I can rest before I say yes." in page.text
    assert page.text.index("would not want to find this") < page.text.index("Noted as given")
    for words in ("Print the sheet", "In large print"):
        paper = steps.words_of(me.follow(page, words))
        assert "I can rest before I say yes." in paper
        assert "A. R." not in paper and "Reyes" not in paper
    signed = steps.words_of(me.follow(page, "With initials on it"))
    assert "A. R." in signed and "Reyes" not in signed, "initials are there only if they are asked for"
    assert me.follow(page, "Back to the session").path == session


def test_without_a_sentence_nothing_is_printed_there(me: Person, session: str) -> None:
    page = me.send(me.open(f"{session}/worksheets"), {"worksheet": "receiving-ladder"})
    assert "sentence" not in page.text.partition("Noted as given")[2]
    assert steps.words_of(me.follow(page, "Print the sheet"))


def offered(page: Page) -> list[str]:
    return page.form("worksheet").values("worksheet")


def test_what_fits_is_said_on_the_result_alone(me: Person, session: str) -> None:
    before = neutral(me.open(f"{session}/worksheets").body)
    assert sorted(offered(me.open(f"{session}/worksheets"))) == sorted(SHEETS)
    result = steps.finish(me, steps.answer_all(me, steps.begin(me, session, "receiving"), [4] * 12))
    fitting = unescape(result.source).partition("Fits what was said")[2]
    ladder = sheets.load_worksheet("receiving-ladder")
    assert ladder.title in fitting and "because of items" in fitting
    assert ladder.when_not_to_use in fitting, "and the warning in the open beside it"
    page = me.open(f"{session}/worksheets")
    assert "Fits what was said" not in page.text and "because of item" not in page.text
    assert sorted(offered(page)) == sorted(SHEETS)
    assert page.typed("worksheet") is None
    assert neutral(page.body) != before, "the control: the person who was named is on it now"


def test_when_not_to_use_a_sheet_stands_beside_it_unfolded(me: Person, session: str) -> None:
    source = unescape(me.open(f"{session}/worksheets").source)
    for sheet in sheets.list_worksheets():
        label = source.partition(f'value="{sheet.slug}"')[2].partition("</label>")[0]
        assert sheet.title in label and sheet.when_not_to_use in label
    # One fold beside the search, and a sheet in it cannot be chosen before it is open.
    assert source.count("<details") == 2


def test_what_the_client_said_is_at_hand(me: Person, session: str) -> None:
    answers: list[steps.Answer] = [{"answer": "3", "said": "Only on Sundays.", **steps.NEXT}]
    result = steps.finish(me, steps.answer_all(me, steps.begin(me, session), answers + [1] * 11))
    me.send(me.follow(result, "Look at it together"), {"own_words": "I can rest."})
    page = me.open(f"{session}/worksheets")
    assert "Only on Sundays." in page.text and "I can rest." in page.text
    assert page.typed("sentence") == ""


@pytest.mark.parametrize(
    ("typed", "at"),
    [
        ({"worksheet": None}, "worksheet"),
        ({"worksheet": "none"}, "worksheet"),
        ({"sentence": "w" * 161}, "sentence"),
        ({"client": "0" * 32}, "client"),
    ],
)
def test_giving_says_what_is_missing(me: Person, session: str, typed: dict[str, str], at: str) -> None:
    page = me.open(f"{session}/worksheets")
    sent = {"worksheet": "receiving-ladder", "sentence": "Saved."} | typed
    page = me.send(page, sent)
    assert page.status == 422
    assert page.error(at) or at == "client"
    assert page.typed("sentence") == sent["sentence"]


def test_nobody_elses_client_can_be_given_a_sheet(site: Site, me: Person, session: str) -> None:
    other = site.work.client("Ben Ode")
    page = me.send(
        me.open(f"{session}/worksheets"), {"worksheet": "receiving-ladder", "client": other.id.hex}
    )
    assert page.status == 422


def test_a_sheet_that_was_revised_since_it_was_given_says_so(
    me: Person, session: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = me.send(me.open(f"{session}/worksheets"), {"worksheet": "receiving-ladder"})
    assert "was revised" not in me.open(given.path).text
    now = sheets.load_worksheet("receiving-ladder")
    revised = tuple(
        replace(each, version="99", digest="0" * 64) if each is now else each
        for each in sheets.list_worksheets()
    )
    monkeypatch.setattr(sheets, "list_worksheets", lambda: revised)
    said = me.open(given.path).text
    assert f"version {now.version} was given, and version 99 is printed" in said
