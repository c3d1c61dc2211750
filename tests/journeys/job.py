"""The whole main job, from the first run to the signed note, with chosen words in every field."""

from collections.abc import Callable

from tests.journeys import steps
from tests.journeys.pages import Page
from tests.journeys.person import Person

Say = Callable[[str], str]
PLAIN = {"country", "record_role"}


def do(me: Person, say: Say) -> tuple[str, str]:
    """Do the whole job, up to the lock; `say(field)` gives the words for a field.

    Returns the passphrase and the address of the session.
    """
    words = {name: say(name) for name in steps.ABOUT if name not in PLAIN}
    passphrase = steps.set_up(me, steps.ABOUT | words)
    client = take_in(me, say)
    session = open_session(me, client, say)
    ask(me, session, say)
    check_in(me, session, say)
    give_sheet(me, session, say)
    note = me.send(me.open(f"{session}/note"), {name: say(name) for name in NOTE} | {"sign": "yes"})
    note = me.send(note, {"read": "yes"})
    assert "Signed by" in note.text, note.text
    steps.words_of(me.follow(note, "Print it"))
    me.follow(note, "plain text")
    end(me, session)
    return passphrase, session


NOTE = ("section-data", "section-assessment", "section-plan")


def take_in(me: Person, say: Say) -> Page:
    """A client, found again, with a person who matters to them."""
    page = me.follow(me.open("/"), "Add a client")
    texts = (
        "phone",
        "email",
        "address",
        "reach_note",
        "emergency_name",
        "emergency_phone",
        "emergency_relation",
    )
    name = f"{say('first name')} {say('last name')}"
    page = me.send(page, {"name": name, "birth_date": "1971-03-04"} | {each: say(each) for each in texts})
    assert page.path.startswith("/clients/"), page.text
    found = me.send(me.open("/clients"), {"words": name.split()[1]})
    assert name in found.text
    person = me.send(me.follow(page, "Add a person"), {"word": say("word"), "frame": "friend"})
    assert person.status == 200
    me.send(me.follow(page, "Edit details"), {"reach_note": say("reach_note again")})
    return me.open(page.path)


def open_session(me: Person, client: Page, say: Say) -> str:
    """A session, begun now, with its facts."""
    page = me.press(client, "Start a session now")
    session = page.path
    facts = {"place": say("place"), "call_back": say("call_back"), "others_present": say("others")}
    page = me.send(me.follow(page, "Edit the session details"), facts | {"setting": "telehealth"})
    assert page.path == session, page.text
    page = me.send(page, {"agreed": say("agreed")})
    assert page.status == 200
    return session


def ask(me: Person, session: str, say: Say) -> None:
    """A questionnaire about someone new, with a word at every question, looked at together."""
    page = me.follow(steps.begin(me, session, word=say("relationship"), frame="parent"), "first question")
    for number in range(1, 13):
        typed = {
            "said": say(f"said {number}"),
            "answer": str(number % 5),
            "talk": "yes" if number % 3 else None,
        }
        sent = page.form("answer").standing() | {name: value for name, value in typed.items() if value}
        told = me.post(page.path, sent, {"X-Autosave": "1"})
        assert told.status == 200, told.body
        page = me.send(page, typed | steps.NEXT)
    result = steps.finish(me, page)
    together = me.follow(result, "Look at it together")
    kept = me.send(together, {name: say(name) for name in ("wrong", "own_words", "next_step")})
    assert kept.path.partition("?")[0] == together.path and "Saved." in kept.text
    result = me.open(result.path)
    steps.words_of(me.follow(result, "Client page"))
    steps.words_of(me.open(f"{steps.place(result)}/client-page?with=stood-out"))
    me.follow(result, "All answers")


def check_in(me: Person, session: str, say: Say) -> None:
    """A check-in with a question of the client's own and words at its open line, on one page."""
    start = me.open(f"{session}/check-in")
    page = me.send(me.follow(start, "question to watch with"), {"item": "giving:OG1-C"})
    page = me.send(page, {"about": page.form("about").values("about")[0]})
    page = me.follow(page, "All questions on one page")
    typed = {"1-answer": "4", "5-answer": "1", "5-said": say("said of it"), "open_line": say("open line")}
    result = steps.finish(me, me.send(page, typed, by="1-answer"))
    assert typed["open_line"] in result.text, result.text
    me.follow(result, "Look at it together")
    steps.words_of(me.follow(result, "Client page"))


def give_sheet(me: Person, session: str, say: Say) -> None:
    """A worksheet with a sentence."""
    page = me.send(
        me.open(f"{session}/worksheets"), {"worksheet": "receiving-ladder", "sentence": say("sentence")}
    )
    steps.words_of(me.follow(page, "Print the sheet"))


def end(me: Person, session: str) -> None:
    """The summary on paper, then the end of the session."""
    page = me.open(session)
    steps.words_of(me.follow(page, "Session summary"))
    page = steps.end_session(me, page)
    assert page.status == 200
    assert me.open("/").status == 200
