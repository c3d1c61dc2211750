"""The values of a note that paper is drawn from: its sections, how it was signed, what was added later."""

from datetime import datetime

from msgspec import Struct

from clinic_toolkit.record.values.page_values import ChangeAfterSigning, Letterhead, TherapySessionFacts


class NoteSection(Struct, frozen=True, kw_only=True):
    """One heading of a note and its text.

    `evidence_lines` state the validation status of the questionnaires that this section quotes, and are empty
    if it quotes none; they say nothing about the note itself.
    """

    heading: str
    text: str
    evidence_lines: tuple[str, ...] = ()


class NoteAdditionPage(Struct, frozen=True, kw_only=True):
    """An addition to a signed note: what it is, what it says, and how it was signed.

    `lines` are pairs of a label and a text, in the order in which they are shown. What a client asked of the
    note is attached to it unsigned: then `signer_name` is "" and `signed_at` None.
    """

    heading: str
    lines: tuple[tuple[str, str], ...]
    signer_name: str = ""
    signed_at: datetime | None = None
    check_code: str = ""


class NotePage(Struct, frozen=True, kw_only=True):
    """A progress note on paper. An unsigned note has `signer_name` None and is marked "draft".

    `changes_after_signing` are printed on a separate sheet after the signed ones; `some_unreadable` says that
    there may be more of them. `late_entry` is the sentence of a late entry. `additions` are printed after it,
    each with its own signature. `asks_countersignature` prints an empty line for one. `goals` are those of
    the treatment plan that the note worked on, in words.
    """

    letterhead: Letterhead
    session_facts: TherapySessionFacts
    sections: tuple[NoteSection, ...]
    signer_name: str | None
    signed_at: datetime | None
    check_code: str
    changes_after_signing: tuple[ChangeAfterSigning, ...] = ()
    some_unreadable: bool = False
    goals: tuple[str, ...] = ()
    late_entry: str = ""
    additions: tuple[NoteAdditionPage, ...] = ()
    asks_countersignature: bool = False
