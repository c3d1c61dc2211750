"""What to do on a day when the computer fails: for a page to print in advance, and docs/paper-day.md.

It contains no names. Notes made on paper are entered later on the usual pages.
"""

from msgspec import Struct

TITLE = "When the computer fails"
INTRODUCTION = (
    "Print this page while the program runs, and keep it beside a blank form, its card for you and an "
    "answer card. It names nobody, unless you ask for the list of today or of tomorrow. Print it in the "
    "evening with the list of tomorrow, and destroy that list when the day is over."
)


class Section(Struct, frozen=True, kw_only=True):
    """One heading and its lines. `numbered`: the lines are steps in order."""

    heading: str
    lines: tuple[str, ...]
    numbered: bool = False


SECTIONS = (
    Section(
        heading="In the session",
        numbered=True,
        lines=(
            "Go on with the session. Nothing in it needs the computer.",
            "Not in the same room? First ask where your client is now, and which number reaches them if the "
            "line fails. Write both down.",
            "If someone may be in danger, act first and write later. Whom to call is below.",
            "A form on paper shows no prompt. Before your client leaves, look at the numbers on your card, "
            "and ask in private about fear and about not wanting to live.",
        ),
    ),
    Section(
        heading="What to write down",
        lines=(
            "Initials or a code, never the name. The date, the start and the end.",
            "Came, came late, cancelled or did not come. In the room, by telephone or over telehealth. Who "
            "else was there.",
            "For the note: what happened and was said, how you see it, and the plan.",
            "What was agreed for next time, and which sheet went home.",
            "A worry: what you asked and the answer, what protects, what you did, whom you consulted, and "
            "when you look again.",
            "On a form: the day and the initials, beside the code at its foot.",
        ),
    ),
    Section(
        heading="Until it runs again",
        lines=(
            "Keep every sheet in one closed envelope, locked away. No photograph, no telephone, no e-mail.",
            "If the machine will run again, do not work on a copy of the data folder meanwhile. Two records "
            "that went on apart cannot be put together.",
            "If it does not start, type the command again. If the page tells you of damage, read "
            "it to the end before you press anything. The recovery sheet opens the practice when the "
            "passphrase does not.",
        ),
    ),
    Section(
        heading="When it runs again",
        numbered=True,
        lines=(
            "Look at the last thing that you saved. What was shown as saved is there; what is missing is "
            "named after you unlock.",
            "A worry comes first: write the risk entry, from the page of the client, on the same day if you "
            "can.",
            "Enter each session with its own date, from the page of the client. Read the initials aloud and "
            "compare them with the name before you save.",
            "Enter each form in its session, as a paper form, with the code at its foot and the day on which "
            "it was answered. Enter it a second time, so that the two can be compared.",
            "Look at the prompts that come from it, even if days have passed.",
            "Write the note. Say in it that it was written later, from paper.",
            "Count the sheets against what you entered. Then keep or destroy them as your rules say.",
        ),
    ),
    Section(
        heading="Before such a day: backups",
        lines=(
            "Choose a place on the page Backups: a stick or disk that you keep elsewhere, locked away. Then "
            "the program makes a backup there each day. Today says when one was last made.",
            "Plug in the stick on the evening of each day with sessions. Prove a restore now and then, with "
            "the button on that page.",
            "A backup is encrypted like the record itself. It opens with the passphrase or the recovery "
            "sheet of the day on which it was made.",
            "If the machine is lost or broken for good: get the program on another one, plug in the stick, "
            "and type in the folder of the program: python3 deploy/start.py --restore FILE (on Windows: "
            "py deploy\\start.py --restore FILE), with the path of the newest backup in place of FILE. It "
            "opens with the passphrase or the recovery sheet. Go on there alone. What was entered after the "
            "backup is missing; enter it from paper.",
        ),
    ),
)


def render_markdown() -> str:
    """The text of docs/paper-day.md."""
    lines = [f"# {TITLE}", ""]
    lines += [
        "Made from `clinic_toolkit/web/content/paper_day.py`; a test compares them. In the program it is "
        "reached from *Today* and from *Your practice*, with your own words on whom to call and, only on "
        "asking, the sessions of today or of tomorrow by initials.",
        "",
        INTRODUCTION,
        "",
    ]
    for part in SECTIONS:
        lines += [f"## {part.heading}", ""]
        lines += [
            f"{number}. {line}" if part.numbered else f"- {line}" for number, line in enumerate(part.lines, 1)
        ]
        lines += [""]
    return "\n".join(lines)
