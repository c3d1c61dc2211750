"""The files of the demo: read whole, wrong places named, and in words that the house allows."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from clinic_toolkit.demo import content, content_reader
from clinic_toolkit.vault import passphrases

DOCS = Path(__file__).parents[2] / "docs"

# What the toolkit never says, in any form, even in a clinician's note.
NEVER = re.compile(
    r"diagnos|disorder|codepend|toxic|narciss|attachment|abnormal|overgiv|guilt-trip|!"
    r"|\b(?:normal|high|low|severe|pass(?:ed)?|fail(?:ed|s|ure)?|balanced?|ratio|credits?|debts?|points"
    r"|streaks?|badges?|safe(?:ly|ty)?|improved?|no risk|compliant|resistant|manipulat\w+)\b"
    r"|(?:better|worse) than|gives? (?:more|less)\b|\byou should\b|well done|congratulat|disappoint",
    re.IGNORECASE,
)
# The demo floats: six months before any day. A season or a month would be wrong in most of them.
SEASONS = re.compile(
    r"\b(?:spring|summer|autumn|winter|christmas|easter|ramadan|new year"
    r"|january|february|march|april|june|july"
    r"|august|september|october|november|december)\b",
    re.IGNORECASE,
)
# Ranges that are set aside for invented people, and the lines that everyone may call.
TELEPHONE = re.compile(r"(?:07700 900|01632 960)\d{3}")
KNOWN = re.compile(
    r"\b(?:NHS|Samaritans|Relate|Mind|Google|Zoom|WhatsApp|University of|Hospital of|St\.? \w+'s"
    r"|London|Dublin)\b"
)


def texts(value: object) -> Iterator[str]:
    """Every text in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from texts(inner)


def test_no_text_says_what_the_house_never_says(told: content.Content) -> None:
    found = [text for text in texts(told.model_dump()) if NEVER.search(text) or KNOWN.search(text)]
    assert not found
    assert NEVER.search("Her score is high.") and KNOWN.search("Rang the NHS.")


def test_no_text_names_a_time_of_year(told: content.Content) -> None:
    assert not [text for text in texts(told.model_dump()) if SEASONS.search(text)]


def test_ways_to_reach_people_reach_nobody(told: content.Content) -> None:
    for client in told.clients.values():
        for number in filter(None, (client.phone, client.emergency_phone, client.usual.call_back)):
            assert TELEPHONE.fullmatch(number)
        assert not client.email or client.email.endswith("@example.org")


def test_no_two_people_share_a_name(told: content.Content) -> None:
    names = [client.name for client in told.clients.values()]
    assert len(names) == len(set(names)) >= 12
    first = [name.split()[0] for name in names]
    assert len(set(first)) == len(first)


def test_notes_are_short_and_end_their_sentences(told: content.Content) -> None:
    sessions = [session for one in (told.clients | told.couples).values() for session in one.sessions]
    for note in [session.note for session in sessions if session.note]:
        for text in (note.data, note.assessment, note.plan):
            assert len(text) <= 600
            assert not text or text.endswith((".", "”", "?"))
        assert note.plan or note.state == "draft"


def test_passphrase_is_six_words_and_said_in_the_docs(told: content.Content) -> None:
    assert len(told.practice.passphrase.split()) == passphrases.PASSPHRASE_WORDS
    page = (DOCS / "demo.md").read_text(encoding="utf-8")
    assert told.practice.passphrase in page
    assert told.practice.return_code in page


WRONG = {
    "clients/b7.toml": [
        ('leave_message = "no"', 'leave_message = "perhaps"', "b7.toml, leave_message:"),
        ('weekday = "monday"', 'weekday = "sunday"', "b7.toml, usual.weekday:"),
        ("weeks = 21", "weeks = 0", "b7.toml, sessions[0]:"),
        ("weeks = 21", 'weeks = "21"', "b7.toml, sessions[0].weeks:"),
        ("weeks = 21", "wekes = 21", "b7.toml, sessions[0].wekes:"),
        ("weeks = 21", 'weeks = 21\nattendance = "planned"', "needs no attendance while it is only planned"),
        (
            "weeks = -1",
            'weeks = -1\n[sessions.note]\ndata = "x"',
            "holds something although it did not take place",
        ),
    ],
    "clients/k12.toml": [
        ('answers = "2 3* 1', 'answers = "2 7* 1', "k12.toml, sessions[1]: an answer of 'giving'"),
        ('answers = "2 3* 1', 'answers = "3* 1', "k12.toml, sessions[1]: 11 answers do not fit 'giving'"),
        ('about = "r"', 'about = "s"', "k12.toml, sessions[1]: there is no relationship 's'"),
        ('said = { "2"', 'said = { "13"', "k12.toml, sessions[1]: said names an item"),
        ('frame = "friend"', 'frame = "foe"', "k12.toml, relationships: there is no frame 'foe'"),
        ("want-to-have-to", "want-to", "k12.toml, sessions[3]: there is no worksheet 'want-to'"),
        (
            'about = "r"\nfear = "home"',
            'about = "s"',
            "sessions[3]: 'want-to-have-to' waits until fear was asked about and sheets may go home; "
            "k12.toml, sessions[3]: there is no relationship 's'",
        ),
        ('fear = "home"', 'fear = "room"', "sessions[3]: 'want-to-have-to' waits until fear was asked about"),
    ],
    "clients/rana.toml": [
        ('"giving:OG1-B"', '"giving:OG9-B"', "rana.toml, sessions[4]: nobody can watch 'giving:OG9-B'"),
        ('answers = "2 1 n 1 0 2"', 'answers = "2 1 n 1 0"', "5 answers do not fit 'check-in'"),
        ('own_words = "It is', 'open_line = "It is', "sessions[2]: 'giving' is no check-in"),
    ],
    "couples/tomas_and_birgit.toml": [
        ('"birgit"]\npolicy', '"bridget"]\npolicy', "tomas_and_birgit.toml: nobody is called 'bridget'"),
        ('present = ["birgit"]', 'present = ["amelie"]', "someone present is not of this couple"),
        (
            "weeks = 12",
            'weeks = 12\nsheets = [{ sheet = "two-circles" }]',
            "a joint session holds no questionnaire and no sheet",
        ),
    ],
    "practice.toml": [
        ("country", "county", "practice.toml, county:"),
        ('"GB"', "", "practice.toml: cannot be read"),
    ],
}


@pytest.mark.parametrize(
    ("file", "before", "after", "said"),
    [(file, *case) for file, cases in WRONG.items() for case in cases],
    ids=[case[2] for cases in WRONG.values() for case in cases],
)
def test_what_is_wrong_is_named_with_its_place(
    tmp_path: Path, file: str, before: str, after: str, said: str
) -> None:
    shutil.copytree(content_reader.CONTENT_FOLDER, tmp_path / "demo")
    wrong = tmp_path / "demo" / file
    text = wrong.read_text(encoding="utf-8")
    assert before in text
    wrong.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(content_reader.ContentError, match=re.escape(said)):
        content_reader.read_content(tmp_path / "demo")


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    shutil.copytree(content_reader.CONTENT_FOLDER, tmp_path / "demo")
    for name in ("b7", "k12"):
        (tmp_path / "demo" / "clients" / f"{name}.toml").write_text("name = 3\n", encoding="utf-8")
    with pytest.raises(content_reader.ContentError) as raised:
        content_reader.read_content(tmp_path / "demo")
    assert len(raised.value.problems) == 4
