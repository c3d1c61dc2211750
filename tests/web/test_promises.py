"""What is promised: the same words everywhere, and every named test is there."""

import ast
import html
import re

import pytest

from clinic_toolkit.web.content import data_summary, promises, promises_markdown
from clinic_toolkit.web.content.promise import SAFEGUARDS, Promise
from tests.architecture.tree import CHECKOUT
from tests.fixtures.sites import Site

PAGE = CHECKOUT / "docs" / "promises.md"


def names_in(path: str) -> set[str]:
    """Every test of a file of tests."""
    tree = ast.parse((CHECKOUT / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def plain(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


@pytest.mark.parametrize("promise", promises.PROMISES, ids=lambda promise: str(promise.number))
def test_every_test_that_is_named_exists(promise: Promise) -> None:
    assert promise.tests
    for test in promise.tests:
        path, _, name = test.partition("::")
        assert name.startswith("test_"), test
        assert name in names_in(path), test
    assert set(promise.safeguards) <= set(SAFEGUARDS)


def test_a_name_that_is_not_there_would_be_noticed() -> None:
    assert "test_that_nobody_wrote" not in names_in("tests/web/test_promises.py")
    assert "test_a_name_that_is_not_there_would_be_noticed" in names_in("tests/web/test_promises.py")


def test_the_page_of_the_docs_says_the_same() -> None:
    assert PAGE.read_text(encoding="utf-8") == promises_markdown.render_markdown()


def test_the_words_of_the_promises_stand() -> None:
    said = {each.number: each.text for each in promises.PROMISES}
    assert sorted(said) == [1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 13, 14, 15, 16, 17]
    assert (
        said[2] == "Two seconds after locking, no key, passphrase or client text is in any of our processes."
    )
    for number in (5, 11):
        assert "except omission or rollback of everything since the last outside anchor" in said[number]
    assert said[4].endswith("If it is ever missing, we tell you which.")


def test_the_page_holds_every_word(site: Site) -> None:
    page = plain(site.get("/about-your-data").text)
    for promise in promises.PROMISES:
        assert promise.text in page
        assert promise.limitation in page
        assert promise.untested in page
    for each in promises.NOT_PROMISED:
        assert each[1:] in page
    assert promises.LOSS_WARNING in page
    assert str(site.settings.data_folder) in page


def test_it_begins_in_plain_words(site: Site) -> None:
    page = plain(site.get("/about-your-data").text)
    first, _, exact = page.partition("The promises, word for word")
    for heading, lines in data_summary.PLAIN:
        assert heading in first
        assert all(line in first for line in lines)
    for word in ("Argon2id", "MiB", "fsync", "Promise", "test", "process", "anchor", "key"):
        assert not re.search(rf"\b{word}", first), word
    assert promises.PROMISES[0].limitation in exact
    headings = [heading for heading, _ in data_summary.PLAIN]
    asked = ["kept", "Where it is", "How long", "Who can read", "ask for", "What if"]
    assert all(words in heading for words, heading in zip(asked, headings, strict=True))


def test_it_can_be_read_before_unlocking_and_tells_nothing_of_the_practice(locked: Site) -> None:
    answer = locked.get("/about-your-data")
    assert answer.status_code == 200
    assert promises.PROMISES[0].text in plain(answer.text)
    assert str(locked.settings.data_folder) not in answer.text
    assert "Harbour" not in answer.text
