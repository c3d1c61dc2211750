"""Every field of every page, with everything that people and programs put into fields by mistake."""

import re
from collections.abc import Iterator
from io import BytesIO
from urllib.parse import urljoin

import pytest
from pypdf import PdfReader

from clinic_toolkit.web.forms.fields import clean_text
from tests.fixtures.sites import Site
from tests.journeys import crawl, person, steps
from tests.journeys.pages import Control, Form, Page
from tests.journeys.person import SURROGATE, Person

BAD = {
    "empty": "",
    "blank": " \t ",
    "too long": "w" * 21_000,
    "control characters": "a\x00b\x07c\x1b[31md\x7fe\r\nf\x85g",
    "emoji": "\U0001f469\u200d\U0001f469\u200d\U0001f467 \U0001f3f3\ufe0f\u200d\U0001f308",
    "right to left": "\u05e9\u05dc\u05d5\u05dd \u202eabc\u202c \u0627\u0644\u0639\u0631\u0628\u064a\u0629",
    "markup": "<b>&</b><script>alert(1)</script>\"'{{ 7*7 }}",
    "lone surrogate": f"{SURROGATE} alone",
}
# These are tried in one field after the other, the rest in all texts of a form at once.
ALONE = ("empty", "too long", "markup")
WRITABLE = {"text", "textarea", "date", "time", "email", "tel", "search", "number"}
SECRET = ("passphrase", "code", "sheet", "group")


def one_line(text: str) -> str:
    """A text as far as the kind of field may change it."""
    # What cannot be a character is kept as the bytes that came, in the writing of addresses.
    return " ".join(clean_text(text.replace(SURROGATE, "%ED%A0%BD")).split())


def is_refused_well(page: Page, form: Form, name: str, sent: dict[str, str]) -> str:
    """What is wrong with a refusal, or "": it must name the field and keep what was typed."""
    again = [each for each in page.forms if each.names == form.names]
    if not again:
        return "its form is gone"
    if not page.by_id.get(f"e-{name}") and not any(
        id.startswith("e-") and page.by_id[id] for id in page.by_id
    ):
        return "no sentence stands at a field"
    if "Error" not in page.title:
        return "the title does not say that something is wrong"
    standing = again[0].standing()
    for control in form.controls:
        if control.kind not in WRITABLE or any(word in control.name for word in SECRET):
            continue
        kept, typed = standing.get(control.name, ""), sent.get(control.name, "")
        if one_line(kept) != one_line(typed):
            return f"{control.name} was not kept: {kept[:80]!r}"
    return ""


# Of the passphrase nothing is ever shown again, and this practice is opened without one. The number of a form
# is no field of a person's.
LEFT_ALONE = {"", "csrf_token", "present_passphrase", "stepup_passphrase", "record", "draft", "page"}


def tries(form: Form) -> Iterator[tuple[str, dict[str, str], Control]]:
    """What to send, by its kind; the field that it is about, of all that were filled."""
    # All rows of a page with every question are alike.
    chosen = {
        control.name: control
        for control in reversed(form.controls)
        if control.name not in LEFT_ALONE
        and control.kind not in ("button", "checkbox")
        and not re.match(r"([2-9]|1\d)-", control.name)
    }
    for kind, text in BAD.items():
        if kind in ALONE:
            for name, control in chosen.items():
                yield kind, {name: text}, control
        elif texts := [name for name, control in chosen.items() if control.kind in ("text", "textarea")]:
            yield kind, dict.fromkeys(texts, text), chosen[texts[0]]


def tried(me: Person, path: str, which: int) -> list[str]:
    """Every field of one form with every bad text; returns what went wrong."""
    wrong = []
    forms = crawl.fillable(me.open(path))
    # A page may have lost its form by what was sent to another one, as that of erasing by a legal hold.
    for kind, bad, control in tries(forms[which]) if which < len(forms) else ():
        if len(forms) <= which:
            break
        form, name = forms[which], control.name
        sent = form.standing() | bad
        page = me.post(urljoin(path, form.action or path), sent)
        if page.status != 422:
            forms = crawl.fillable(me.open(path))
        refused = page.status == 422
        if page.status >= 500 or page.status == 400:
            wrong.append(f"{path} {name}, {kind}: status {page.status}")
        elif refused and (reason := is_refused_well(page, form, name, sent)):
            wrong.append(f"{path} {name}, {kind}: {reason}")
        elif kind == "too long" and control.kind in WRITABLE:
            if refused and not page.error(name):
                wrong.append(f"{path} {name}, {kind}: the sentence stands elsewhere")
            elif page.status == 200 and name != "words":
                wrong.append(f"{path} {name}: 21,000 characters were taken")
        if "<b>&</b>" in page.body.decode("utf-8", "replace"):
            wrong.append(f"{path} {name}: markup came back as markup")
    return wrong


def test_every_field_of_every_page_says_what_is_wrong_and_keeps_what_was_typed(site: Site) -> None:
    me = crawl.furnish(site)
    # One page of each kind is enough: the pages of another client have the same forms.
    kinds: dict[tuple[str, int], str] = {}
    for page in crawl.pages(me):
        endpoint = site.app.url_map.bind("").match(page.path.partition("?")[0])[0]
        for which, form in enumerate(crawl.fillable(page)):
            kinds.setdefault((f"{endpoint} {sorted(form.names)}", which), page.path)
    assert len(kinds) >= 9
    wrong = [each for (_, which), path in kinds.items() for each in tried(me, path, which)]
    assert not wrong, "\n".join(wrong)


def test_the_judge_of_refusals_sees_what_is_missing(site: Site, me: Person) -> None:
    page = me.open("/practice")
    form = crawl.fillable(page)[0]
    sent = form.standing() | {"practice_name": "w" * 200}
    refused = me.post("/practice", sent)
    assert is_refused_well(refused, form, "practice_name", sent) == ""
    assert "form is gone" in is_refused_well(me.open("/"), form, "practice_name", sent)
    assert "no sentence" in is_refused_well(page, form, "practice_name", sent)
    assert "not kept" in is_refused_well(refused, form, "practice_name", sent | {"crisis_text": "Other."})


@pytest.mark.parametrize("kind", [kind for kind in BAD if kind not in ("empty", "blank", "too long")])
def test_whatever_was_typed_is_printed_as_it_was_typed(site: Site, me: Person, kind: str) -> None:
    text = BAD[kind]
    me.send(me.open("/practice"), {"practice_name": text, "clinician_name": text, "crisis_text": text})
    session = f"/sessions/{site.work.session(site.work.client('Ana Reyes')).id}"
    answers: list[steps.Answer] = [{"answer": "4", "talk": "yes", "said": text, **steps.NEXT}]
    introduction = steps.begin(me, session, word=text[:30])
    result = steps.finish(me, steps.answer_all(me, introduction, answers + [3] * 11))
    me.send(me.follow(result, "Look at it together"), {"own_words": text, "next_step": text, "wrong": text})
    sheet = me.send(me.open(f"{session}/worksheets"), {"worksheet": "receiving-ladder", "sentence": text})
    note = me.send(me.open(f"{session}/note"), {"section-data": text, "section-plan": text, "sign": "yes"})
    # The session was longer ago than a note may wait, so it is asked why it is late.
    note = me.send(note, {"read": "yes", "late_reason": text})
    place = steps.place(result)
    papers = [
        me.open(f"{place}/client-page"),
        me.open(f"{session}/summary"),
        me.follow(sheet, "Print the sheet"),
    ]
    papers += [me.follow(note, "Print it"), me.open("/questionnaires/giving/blank")]
    for paper in papers:
        assert paper.status == 200, paper.path
        assert PdfReader(BytesIO(steps.pdf_of(paper))).pages
    if kind == "markup":
        for paper in papers[:4]:
            assert "<b>&</b><script>alert(1)</script>" in steps.words_of(paper).replace("\u2019", "'"), (
                paper.path
            )
    for page in (result, sheet, note, me.open(f"{place}/answers"), me.open(session), me.open("/")):
        assert page.status == 200 and "<b>&</b>" not in page.source and "49" not in page.text[:80]


def test_names_that_no_page_has_are_passed_over(site: Site) -> None:
    session = f"/sessions/{site.work.session(site.work.client()).id}"
    strange = {"\x00": "x", f"{SURROGATE}": "x", "block-zz": "x", "__class__": "x", "w" * 3000: "x", "": "x"}
    for path in (
        "/practice",
        f"{session}/questionnaire",
        f"{session}/note",
        f"{session}/worksheets",
        "/practice/code",
    ):
        page = person.at(site).post(path, strange | {"csrf_token": site.token()})
        assert page.status in (200, 422), path


@pytest.mark.parametrize(
    ("path", "body", "kind"),
    [
        ("/practice", b"a=b", "text/plain"),
        ("/practice", b"{}", "application/json"),
        ("/practice", b"--x\r\n", "multipart/form-data; boundary=x"),
        ("/practice", b"--x\r\n", "multipart/form-data"),
        ("/practice", b"csrf_token=%ff%fe", "application/x-www-form-urlencoded"),
        ("/practice", b"&&&===%%%", "application/x-www-form-urlencoded"),
        ("/practice", b"a=" + b"w" * 2_000_000, "application/x-www-form-urlencoded"),
        ("/practice", b"&".join(b"a%d=b" % n for n in range(60_000)), "application/x-www-form-urlencoded"),
    ],
)
def test_a_body_that_is_no_form_of_ours_is_refused_in_words(
    site: Site, path: str, body: bytes, kind: str
) -> None:
    headers = {"Origin": site.origin, "Content-Type": kind}
    answer = site.browser.post(path, base_url=site.origin, data=body, headers=headers)
    assert 400 <= answer.status_code < 500
    assert answer.mimetype == "text/html" and "<h1>" in answer.text


@pytest.mark.parametrize(
    "path", ["/%00", "/%ff%fe", "/clients/%3Cb%3E", "/worksheets/..%2f..%2fetc", "/a" * 3000]
)
def test_an_address_that_leads_nowhere_gives_the_one_page(site: Site, path: str) -> None:
    answer = site.get(path)
    assert answer.status_code == 404
    assert answer.data == site.get("/no-such-page").data
