"""Rules for what is read aloud, each seen to hold in Chromium and Firefox; the trees are in tests/browser."""

import re
from pathlib import Path

import pytest

from clinic_toolkit import paths, web

STATIC = Path(web.__file__).parent / "static"
PAGES = {str(path): path.read_text(encoding="utf-8") for path in paths.templates_folder().rglob("*.html")}
SCRIPTS = {path.name: path.read_text(encoding="utf-8") for path in STATIC.glob("*.js")}
SHEETS = "".join(path.read_text(encoding="utf-8") for path in sorted(STATIC.glob("*.css")))

# What must not be on a page, each with an example that is found.
NEVER = {
    # Firefox says its title instead of its words.
    r"<abbr\b": "<abbr title='x'>",
    # Told as 33.3333333333333%; the words beside it say it better.
    r"<progress(?![^>]*aria-hidden=\"true\")": "<progress value='3'>",
    # Told as invalid before anything was chosen.
    r"<(?:input|fieldset|select)\b[^>]*\s(?:aria-)?required\b": '<input type="radio" required>',
    # Told by neither browser.
    r"aria-errormessage=": '<input aria-errormessage="e">',
    # Printed as far as it is seen, and the rest is lost.
    r"<dialog\b": "<dialog open>",
    # Text inside a picture is told as pictures without a name: it is taken out of the tree as a whole.
    r"<svg[^>]*role=\"img\"[^>]*>(?!<use|<g aria-hidden=\"true\">)": '<svg role="img"><title>x</title>',
    # Not pressed is told only where it is said.
    r"<button(?=[^>]*data-way)(?![^>]*aria-pressed=\"\{\{ \"true\" if pressed else \"false\" \}\}\")": (
        '<button data-way="x">'
    ),
    # One spanning all columns is told of every cell below it.
    r"<th[^>]*colspan": '<th colspan="3">',
}


@pytest.mark.parametrize("mistake", NEVER)
def test_no_page_has_what_is_told_wrongly(mistake: str) -> None:
    assert re.search(mistake, NEVER[mistake])
    assert [name for name, page in PAGES.items() if re.search(mistake, page)] == []


@pytest.mark.parametrize("mistake", [r"\.textContent\s*=[^=]", r"aria-?[hH]idden"])
def test_no_script_says_the_same_words_in_silence_or_hides_what_has_the_focus(mistake: str) -> None:
    """A status gets its words as a new node; a covered page is taken away, not only out of the tree."""
    assert re.search(mistake, "status.textContent = words; page.ariaHidden = true; 'aria-hidden'")
    assert [name for name, script in SCRIPTS.items() if re.search(mistake, script)] == []


def test_no_sign_is_part_of_a_name() -> None:
    """A sign before a fold, or the number before an answer, has an empty text beside it for the tree."""
    for selector in (r"summary::before", r"\[open\] > summary::before", r"\.answers > li::before"):
        rule = re.search(rf"(?m)^\s*{selector} \{{(.*?)\}}", SHEETS)
        assert rule and re.search(r'content: [^;]+ / "";', rule[1]), selector


def test_what_scrolls_on_the_screen_does_not_on_paper() -> None:
    scrolls = set(re.findall(r"(\.[\w-]+) \{[^}]*overflow(?:-x|-y)?: auto", SHEETS))
    printed = SHEETS[SHEETS.rindex("@media print") :]
    assert scrolls == {".tabled", ".more"}
    assert all(f"{each} {{ overflow: visible; }}" in printed for each in scrolls)
