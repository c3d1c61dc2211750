"""The page for a professional will: who holds what, what to do, and what can and cannot be done with it.

It names no client. What only the clinician knows is left blank, to be filled in by hand.
"""

from msgspec import Struct

TITLE = "For my professional will"


class Section(Struct, frozen=True, kw_only=True):
    """One heading and its lines; `blanks` are labels, each with a line to write on."""

    heading: str
    lines: tuple[str, ...] = ()
    blanks: tuple[str, ...] = ()
    numbered: bool = False


def sections(*, opens_psychotherapy: bool) -> tuple[Section, ...]:
    """The sections of the page.

    Args:
        opens_psychotherapy: whether the sheets that are in use open psychotherapy notes.
    """
    notes = (
        "Psychotherapy notes are open to them: that was chosen when the sheets were made."
        if opens_psychotherapy
        else "Psychotherapy notes stay closed to them."
    )
    return (
        Section(
            heading="Who holds the two sheets",
            lines=(
                "Two sheets together open my records for reading. One alone opens nothing. They are kept "
                "by two people who trust each other and do not live together.",
                "I have asked both, and both have agreed.",
            ),
            blanks=(
                "First sheet: name, telephone",
                "Second sheet: name, telephone",
                "Who does the work (executor): name, profession, telephone",
                "Who takes their place: name, telephone",
            ),
        ),
        Section(
            heading="Where my records are",
            blanks=(
                "The computer: which one, where it stands",
                "Its password is kept by",
                "Copies of the data: where",
                "Papers, forms, signed notes: where, and the key",
                "Appointment book, telephone, mailbox: how to get in",
            ),
        ),
        Section(
            heading="What to do",
            numbered=True,
            lines=(
                "Meet with both sheets at my computer. Before anything else, copy the whole data folder to "
                "a stick, and do not change the copy.",
                "Start the program. On the page that asks for the passphrase, choose “We are the executors "
                "and have both sheets”, and type the eight groups of each.",
                "The first page shows how to reach every client, the coming sessions, and what was still "
                "to be asked. Print it, or copy it by hand.",
                "Call the clients of the coming days first, and those with something still to be asked. "
                "Leave a message only where the page says that one may be left.",
                "Give each client who asks the name of someone to go on with, and tell them where their "
                "record is kept and for how long.",
                "Lock the program when you leave the computer. Destroy what was printed when it is done.",
            ),
            blanks=("Whom to recommend to my clients", "Who must be told: chamber, insurer, landlord"),
        ),
        Section(
            heading="What the two sheets can and cannot do",
            lines=(
                "They open every record for reading: contacts, sessions, notes, questionnaires, risk "
                "entries.",
                notes,
                "They cannot change, sign, add or delete anything, and cannot hand over a form.",
                "Each use leaves a line in the audit trail of the program. It can be missing if the data "
                "folder cannot be written, or if a copy of it was opened.",
                "They open only this practice. I can replace or withdraw them at any time; then they open "
                "the practice no more, but still open copies that were made before.",
            ),
        ),
        Section(
            heading="How long the records are kept",
            lines=("The law of my country and my profession says how long. After that they are destroyed.",),
            blanks=("Until", "By whom"),
        ),
        Section(heading="Signed", blanks=("Place, day", "Signature")),
    )
