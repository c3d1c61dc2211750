"""Runs of words that the questions and scripts share with other texts.

    .venv/bin/python docs/content/ngrams.py FOLDER [WORDS]

Reads every .txt in FOLDER, which is kept outside this project since such texts are mostly not ours to copy,
and prints each run of WORDS words or more (five, if nothing is said) that stands in both.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(CHECKOUT))

from clinic_toolkit.instruments import catalogue  # noqa: E402
from clinic_toolkit.instruments.model import Instrument  # noqa: E402
from tests.instruments.lint import runs_of, words_of  # noqa: E402


def plain(text: str) -> str:
    """The text with one kind of apostrophe, so that the same words are the same."""
    return text.replace("\u2019", "'")


def ours(one: Instrument) -> Iterator[tuple[str, str]]:
    """Where a text of a questionnaire stands, and the text: its questions, meanings and scripts."""
    for item in one.items:
        yield from ((item.id, text) for text in (item.text, item.text_general, *item.define.values()))
    guidance = one.guidance
    for name in ("pacing", "decline", "distress", "danger", "controls", "debrief", "not_now"):
        yield from ((f"{one.id} {name}", text) for text in getattr(guidance, name))
    for facet in one.facets:
        yield from ((facet.id, each.question) for each in facet.follow_up)
    yield from ((f"{one.id} introduction", text) for text in (*one.introduction, *one.introduction_general))


def shared(folder: Path, length: int) -> Iterator[str]:
    """A line for each run that stands in a text of ours and in one of the folder's."""
    theirs = {
        path.name: runs_of(plain(path.read_text(encoding="utf-8")), length) for path in folder.glob("*.txt")
    }
    for one in catalogue.list_newest():
        for place, text in ours(one):
            found = runs_of(plain(text), length)
            for name, runs in sorted(theirs.items()):
                for run in sorted(found & runs):
                    yield f"{place}: “{' '.join(run)}” also in {name}"


def main(arguments: list[str]) -> None:
    """Print what is shared, and how much was looked at."""
    folder, length = Path(arguments[0]), int(arguments[1]) if len(arguments) > 1 else 5
    texts = sorted(folder.glob("*.txt"))
    count = sum(len(words_of(path.read_text(encoding="utf-8"))) for path in texts)
    lines = list(dict.fromkeys(shared(folder, length)))
    print("\n".join(lines))
    print(f"{len(lines)} runs of {length} words or more; {len(texts)} texts of {count} words")


if __name__ == "__main__":
    main(sys.argv[1:])
