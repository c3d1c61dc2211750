"""The macros alone: what was typed is kept and escaped, and errors are tied to their fields."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jinja2
import pytest

from clinic_toolkit import paths, web
from tests.fixtures.sites import Site

STATIC = Path(web.__file__).parent / "static"
TEMPLATES = paths.templates_folder()
LABELS = [
    "Never",
    "Some of the time",
    "About half the time",
    "Most of the time",
    "Nearly all the time",
]
OPTIONS = [SimpleNamespace(value=value, label=label, meaning="") for value, label in enumerate(LABELS)]


def render(source: str, **values: Any) -> str:
    loader = jinja2.FileSystemLoader(TEMPLATES)
    env = jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    env.globals.update(csrf_token=lambda: "token", static_url=lambda name: f"/static/{name}")
    return env.from_string(source).render(**values)


def the_form(call: str, **values: Any) -> str:
    name = call.split("(")[0]
    return render(f'{{% from "macros/form.html" import {name} %}}{{{{ {call} }}}}', **values)


def the_item(**changes: Any) -> str:
    call = '{{ item("Words of the item.", options, "/on", 4, 12, **more) }}'
    return render(
        '{% from "macros/item.html" import item %}' + call,
        options=OPTIONS,
        more=changes,
    )


@pytest.mark.parametrize(
    "call",
    ['text("word", "Word", values, errors)', 'area("word", "Word", values, errors)'],
)
def test_what_was_typed_is_kept_and_escaped(call: str) -> None:
    page = the_form(call, values={"word": '<b>&</b> "'}, errors={})
    assert "&lt;b&gt;&amp;&lt;/b&gt;" in page
    assert "<b>" not in page
    assert 'autocomplete="off"' in page
    assert 'spellcheck="false"' in page
    assert "maxlength=" not in page and "data-most=" in page


def test_a_text_that_begins_with_a_line_break_keeps_it() -> None:
    assert ">\n\nsecond" in the_form('area("word", "Word", values)', values={"word": "\nsecond"})


@pytest.mark.parametrize("error", ["Write a word.", ["Write a word.", "And another."]])
def test_an_error_is_tied_to_its_field(error: str | list[str]) -> None:
    call = 'text("word", "Word", {}, errors, hint="One word.")'
    page = the_form(call, errors={"word": error})
    assert 'aria-describedby="e-word h-word"' in page
    assert 'aria-invalid="true"' in page
    assert 'id="e-word"' in page
    assert 'id="h-word"' in page
    assert "Write a word." in page


def test_a_field_without_an_error_says_nothing_of_one() -> None:
    page = the_form('text("word", "Word", {}, {})')
    assert "aria-" not in page
    assert "wrong" not in page


def test_summary_links_to_each_field_and_is_silent_without_errors() -> None:
    page = the_form("summary(errors)", errors={"word": "Write a word.", "": "The disk is full."})
    assert 'role="alert"' in page
    assert 'href="#f-word"' in page
    assert "The disk is full." in page
    assert the_form("summary({})").strip() == ""


def test_a_secret_is_not_sent_back() -> None:
    assert " value=" not in the_form('secret("passphrase", "Passphrase", {"passphrase": "Not that one."})')


def test_a_group_of_choices_is_a_fieldset_with_the_error() -> None:
    call = 'radios("frame", "Kind", [("p", "Parent"), ("f", "Friend")], {"frame": "f"}, errors)'
    page = the_form(call, errors={"frame": "Choose one."})
    assert '<fieldset class="field wrong" aria-describedby="e-frame" aria-invalid="true">' in page
    assert re.findall(r'value="(\w)"[^>]* checked', page) == ["f"]


def test_nothing_is_chosen_before_the_client_chose() -> None:
    assert " checked" not in the_item()
    assert the_item().count('aria-pressed="false"') == 2
    assert 'value="0" autocomplete="off" checked' in the_item(chosen=0)
    pressed = the_item(status="declined")
    assert 'value="left_open" data-way="declined" aria-pressed="true"' in pressed
    assert 'value="did_not_come_up" data-way="did_not_come_up" aria-pressed="false"' in pressed


def test_an_item_shows_no_number_but_its_place() -> None:
    page = re.sub(r"<svg.*?</svg>", "", the_item(), flags=re.DOTALL)
    page, keys = re.subn(r"<p [^>]*data-keys-told.*?</p>", "", page, flags=re.DOTALL)
    words = re.sub(r"<[^>]+>", " ", page)
    assert keys == 1 and re.findall(r"\d+", words) == ["4", "12"]


def test_enter_goes_on_and_never_declines() -> None:
    first = re.search(r"<button[^>]*>", the_item())
    assert first
    assert 'name="go" value="next"' in first[0]


def test_the_line_of_answers_names_only_what_was_chosen() -> None:
    source = '{% from "macros/dots.html" import dots %}{{ dots(values, options) }}'
    page = render(source, values=(1, 3, 3), options=OPTIONS)
    shown = [label for label in LABELS if label.lower() in page]
    assert shown == ["Some of the time", "Most of the time"]
    assert page.count("<circle") == 3
    assert 'aria-label="Answers: some of the time, most of the time, most of the time"' in page
    assert render(source, values=(), options=OPTIONS).strip() == ""


def test_no_template_styles_or_scripts_in_place() -> None:
    for path in TEMPLATES.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:|https?://", text), path.name
        assert not re.search(r"<script(?![^>]*\ssrc=)", text), path.name


SCRIPTS = {path.name: path.read_text(encoding="utf-8") for path in sorted(STATIC.glob("*.js"))}
MARKUP = r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|https?:"


def test_scripts_write_no_markup_and_stay_small() -> None:
    assert re.search(MARKUP, "page.innerHTML = text")
    assert [name for name, script in SCRIPTS.items() if re.search(MARKUP, script)] == []
    assert [name for name, script in SCRIPTS.items() if script.count("\n") > 150] == []
    # What a screen reader is told, Quit and initials proposed while a name is typed made it grow from 26,000;
    # coming back from Cover to the field in which somebody was writing, from 27,500;
    # the printed page beside a worksheet that is written, from 28,000;
    # going on by keyboard in a note, and a phrase put where the cursor is, from 29,200;
    # the search as one types made it grow to 30,400.
    assert sum(len(script.encode()) for script in SCRIPTS.values()) < 31_900


def test_every_script_is_fetched_with_the_page() -> None:
    head = (TEMPLATES / "macros" / "head.html").read_text(encoding="utf-8")
    (names,) = re.findall(r"for script in \(([^)]*)\)", head)
    assert {f"{name}.js" for name in re.findall(r"\w+", names)} == set(SCRIPTS)


STORES = r"localStorage|sessionStorage|indexedDB|\bcaches\b|document\.cookie|serviceWorker|showSaveFile"
# A key or an object from outside could change what every object inherits.
TAKES_KEYS = r"__proto__|\bprototype\b|JSON\.parse|\w\[[a-z][\w.]*\]\s*=[^=]"


@pytest.mark.parametrize("mistakes", [STORES, TAKES_KEYS], ids=["stores", "takes keys"])
def test_script_keeps_nothing_in_the_browser_and_takes_no_objects(mistakes: str) -> None:
    assert [name for name, script in SCRIPTS.items() if re.search(mistakes, script)] == []
    planted = {STORES: "localStorage.setItem('a', 1)", TAKES_KEYS: "kept[field.name] = field.value"}
    assert re.search(mistakes, planted[mistakes])


def test_every_icon_is_in_the_sprite() -> None:
    drawn = set(re.findall(r'<symbol id="([a-z-]+)"', (STATIC / "sprite.svg").read_text(encoding="utf-8")))
    pages = "".join(path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*.html"))
    used = set(re.findall(r'\bicon\("([a-z-]+)"', pages)) | set(re.findall(r'icon_name="([a-z-]+)"', pages))
    assert used <= drawn
    assert len(drawn) <= 24
    assert "ISC" in (STATIC / "sprite-LICENSE.txt").read_text(encoding="utf-8")


def test_what_is_drawn_once_is_drawn_as_ever_and_is_given_no_words(site: Site) -> None:
    """What is remembered outlives a request, so no macro that is given a word of a record is among it."""
    arguments_of: dict[str, list[tuple[Any, ...]]] = {
        "icon": [("lock",), ("pause",)],
        "progress": [(4, 12), (1, 25)],
        "keys": [(5,), (12,)],
    }
    fresh = site.app.jinja_env.overlay(cache_size=0)
    remembered = {
        (template, name)
        for template in site.app.jinja_env.list_templates(filter_func=lambda path: path.startswith("macros/"))
        for name, drawn in vars(site.app.jinja_env.get_template(template).module).items()
        if hasattr(drawn, "cache_info")
    }
    assert remembered == {
        ("macros/icon.html", "icon"),
        ("macros/dots.html", "progress"),
        ("macros/keys.html", "keys"),
    }
    for template, name in remembered:
        module, plain = site.app.jinja_env.get_template(template).module, fresh.get_template(template).module
        drawn, ours = getattr(plain, name), getattr(module, name)
        for arguments in arguments_of[name]:
            assert ours(*arguments) == drawn(*arguments) == ours(*arguments)
        assert ours.cache_info().hits and not hasattr(drawn, "cache_info")
