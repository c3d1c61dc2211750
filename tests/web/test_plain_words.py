"""Turns that a colleague stumbles over when a screen is read aloud: none of them stands on any."""

import re

import pytest

from tests.architecture.tree import CHECKOUT, strings_in

# Each was on a screen once. Comments, code and the tests may use them.
STUMBLED_OVER = (
    r"\bas it stands\b",
    r"\bas they stand\b",
    r"\bstands? below\b",
    r"\bstood on this page\b",
    r"\bwhoever\b",
    r"\blest\b",
    r"\bthereof\b",
    r"\bkept now\b",
    r"\bput away\b",
    r"\bput the keys away\b",
    r"\bkeys (?:are|were) put away\b",
    r"\btaken in\b",
    r"\btake (?:it|them) in\b",
    r"\bvouched for\b",
    r"\bquestion of now\b",
    r"\bnothing is watched\b",
    r"\bquestion of their own\b",
    r"\bways in\b",
    r"\bbeing repeated\b",
    r"\bstopping is proposed\b",
    r"\bwish(?:es|ed)? to stop\b",
    r"\bmost times\b",
    r"\bnot recorded\b",
    r"\bholds? a key\b",
    r"\bputs? (?:it|what is below) in its place\b",
    r"\bnot kept yet\b",
    r"\b(?:was|were) drawn (?:just now|for you)\b",
)
BANNED = re.compile("|".join(STUMBLED_OVER), re.IGNORECASE)


def words_of_template(text: str) -> str:
    """What a template may show: without its comments, and with the words in its marks.

    A string that goes on in the next line is one.
    """
    whole = re.sub(r"\"\n +\"", "", text)
    return re.sub(r"\s+", " ", re.sub(r"\{#.*?#\}|<!--.*?-->", " ", whole, flags=re.DOTALL))


def words_of_module(text: str) -> str:
    """The sentences of a module: its strings with a space in them."""
    return "\n".join(each for each in strings_in(text) if " " in each.strip())


def words_of_script(text: str) -> str:
    """The sentences of a script: what stands between its quotes."""
    bare = re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE)
    return "\n".join(re.findall(r"[\"`]([^\"`\n]* [^\"`\n]*)[\"`]", bare))


READ = {".html": words_of_template, ".py": words_of_module, ".js": words_of_script}
FILES = sorted(
    path
    for folder in ("templates", "clinic_toolkit/web")
    for path in (CHECKOUT / folder).rglob("*")
    if path.suffix in READ
)


def stumbles(name: str, text: str) -> list[str]:
    """The turns in one file that should be said in plainer words."""
    return [found[0] for found in BANNED.finditer(READ[name](text))]


def test_no_screen_says_what_was_stumbled_over() -> None:
    assert len(FILES) > 200
    found = {
        str(path.relative_to(CHECKOUT)): stumbles(path.suffix, path.read_text(encoding="utf-8"))
        for path in FILES
    }
    assert {path: turns for path, turns in found.items() if turns} == {}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".html", "<p>As it stands on paper.</p>"),
        (".html", '{{ button("Keep") }}{{ hint("Nothing is watched here.") }}'),
        (".html", '{{ hint("Here nothing "\n   "is watched.") }}'),
        (".py", 'SAID = "The keys were put away, and then"\n'),
        (".js", '  hide("The keys were put away.");\n'),
    ],
)
def test_a_turn_would_be_noticed(name: str, text: str) -> None:
    assert stumbles(name, text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".html", "{# the keys are put away #}<p>It is locked.</p>"),
        (".py", '"""Whoever asks finds the lock."""\n\nREASON = "put_away"\n'),
        (".js", "// whose keys were put away\n"),
    ],
)
def test_comments_and_code_are_left_alone(name: str, text: str) -> None:
    assert stumbles(name, text) == []
