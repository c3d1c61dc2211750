"""What a page or a sheet of paper shows: opened, frozen, and nothing else.

Screens and `documents` receive these values and never a row, a key or a setting.
"""

from datetime import date, datetime, time

from msgspec import Struct

from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.record.days import written
from clinic_toolkit.worksheets.model import Worksheet

STATUS_LINE = "Written by this project. Not validated. No norms. For conversation, not for diagnosis."
CLIENT_LINE = "A conversation aid, not a test."
CHANGED_LATER = "Changed after the note was signed"
NOT_SIGNED = "This is not part of the signed note."
SOME_UNREAD = "Some of the record cannot be read at the moment, so a later change may be missing here."


class Letterhead(Struct, frozen=True, kw_only=True):
    """What every sheet needs to know of the practice. `paper` is "A4" or "Letter"."""

    practice: str
    clinician: str
    crisis_text: str
    paper: str
    demo: bool = False


class AnswerCard(Struct, frozen=True, kw_only=True):
    """The answer words in large type, to point at."""

    letterhead: Letterhead
    instrument: Instrument


class InstrumentGuide(Struct, frozen=True, kw_only=True):
    """How to give a questionnaire, for the clinician."""

    letterhead: Letterhead
    instrument: Instrument


class BlankQuestionnaire(Struct, frozen=True, kw_only=True):
    """The form on paper. `code` names version and wording (`instruments/form_code.py`), and nobody.

    `limits` is what is said of the limits of confidentiality, empty where nothing asked here needs that.
    """

    letterhead: Letterhead
    instrument: Instrument
    general: bool
    code: str
    limits: str = ""


class ClinicianCard(Struct, frozen=True, kw_only=True):
    """What the clinician keeps beside a form on paper; the codes are those of its two wordings."""

    letterhead: Letterhead
    instrument: Instrument
    code: str
    code_general: str


class AnsweredItem(Struct, frozen=True, kw_only=True):
    """One item as answered.

    `label` is None unless the client chose it; `status` is "answered",
    "declined", "did_not_come_up" or "not_reached".
    """

    number: int
    item_id: str
    text: str
    role: str
    status: str
    value: int | None
    label: str | None
    talk: bool
    said: str


class Beside(Struct, frozen=True, kw_only=True):
    """An answer with a plain line beside it."""

    item: AnsweredItem
    line: str


class FacetResult(Struct, frozen=True, kw_only=True):
    """One facet for the clinician. `shown` is the number to print, or None.

    `turned` are the items that are turned round for the number, listed apart from `values`; `deep` counts
    the groups it belongs to, and a group itself has neither sentence nor values. `beside` are answers of
    this facet that have a line of their own.
    """

    name: str
    sentence: str
    answered: int
    asked: int
    shown: int | str | None
    values: tuple[int, ...]
    turned: tuple[AnsweredItem, ...] = ()
    band: str = ""
    deep: int = 0
    beside: tuple[Beside, ...] = ()


class WorksheetOffer(Struct, frozen=True, kw_only=True):
    """A worksheet that fits, and the sentence that says why."""

    worksheet: Worksheet
    because: str


class Result(Struct, frozen=True, kw_only=True):
    """The clinician's result page of one administration.

    A check-in has no facets and no total; it has an open line, `asked_last`, and what was said to it.
    `held_back`: a sheet that fits is not offered, since fear of this person was not asked about lately.
    `room_only`: it is not settled that it is safe for this person to find what goes on paper.
    `joined` says that it came to its hour, or was changed, after the note was signed.
    `strengths` were answered in the middle of the scale or beyond; `also_asked` are the other questions about
    strengths that were answered, and stand apart from them.
    """

    instrument: Instrument
    heading: str
    client_name: str
    about: str
    frame_label: str
    mode: str
    status: str
    administered_on: date
    answered: int
    asked: int
    strengths: tuple[AnsweredItem, ...]
    also_asked: tuple[AnsweredItem, ...]
    facets: tuple[FacetResult, ...]
    total_shown: int | str | None
    total_answered: int
    total_asked: int
    to_talk_about: tuple[AnsweredItem, ...]
    said: tuple[AnsweredItem, ...]
    notes: tuple[str, ...]
    safety_prompts: tuple[str, ...]
    offers: tuple[WorksheetOffer, ...]
    items: tuple[AnsweredItem, ...]
    total_band: str = ""
    room_only: bool = False
    held_back: bool = False
    asked_last: str = ""
    open_line: str = ""
    joined: str = ""


class Spoken(Struct, frozen=True, kw_only=True):
    """What the client said beside a question; `place` counts the questions from 0."""

    place: int
    question: str
    words: str


class Told(Struct, frozen=True, kw_only=True):
    """One line of what was told. `put_right` is what the client says in its place; "" if it stands."""

    text: str
    put_right: str = ""

    @property
    def words(self) -> str:
        """What is shown: the client's own words, where they put it right."""
        return self.put_right or self.text


class Together(Struct, frozen=True, kw_only=True):
    """The page to look at together: no number, at most three plain sentences.

    `unnamed` counts what the client marked to talk about and this page does not name, in case someone
    else sees it. `also` is what else was answered in a check-in, which is told whole; it is empty for others.
    """

    instrument: Instrument
    about: str
    strengths: tuple[Told, ...]
    also: tuple[Told, ...]
    to_talk_about: tuple[AnsweredItem, ...]
    unnamed: int
    stood_out: tuple[Told, ...]
    spoken: tuple[Spoken, ...]
    asked_last: str = ""
    open_line: str = ""

    @property
    def lines(self) -> tuple[Told, ...]:
        """Every line that was told of the answers."""
        return (*self.strengths, *self.also, *self.stood_out)


class ClientPage(Struct, frozen=True, kw_only=True):
    """The page the client may take along: no number, own words, one next step, crisis text."""

    letterhead: Letterhead
    title: str
    on: date
    strengths: tuple[str, ...]
    stood_out: tuple[str, ...]
    own_words: tuple[str, ...]
    next_step: str


class HourFacts(Struct, frozen=True, kw_only=True):
    """The plain facts of one hour, as printed. `remark` is a sentence about its times, or empty."""

    who: str
    kind: str
    on: date
    start: time | None
    end: time | None
    place: str
    attendance: str
    present: str
    remark: str = ""


class LaterChange(Struct, frozen=True, kw_only=True):
    """A fact that was changed after a note was signed: `was` is what was signed, `now` what is kept now."""

    name: str
    on: date
    was: str
    now: str

    @property
    def sentence(self) -> str:
        """The change in words, without the name of the fact."""
        return f"changed on {written(self.on)}: was {self.was}, is {self.now}"


class SessionSummary(Struct, frozen=True, kw_only=True):
    """The clinician's printed summary of an hour: facts, results, sheets given."""

    letterhead: Letterhead
    hour: HourFacts
    results: tuple[Result, ...]
    worksheets: tuple[str, ...]
    note_state: str


class WorksheetPage(Struct, frozen=True, kw_only=True):
    """One worksheet for one client; `initials` and `sentence` may be empty."""

    letterhead: Letterhead
    worksheet: Worksheet
    initials: str
    sentence: str
    large: bool = False


class NoteSection(Struct, frozen=True, kw_only=True):
    """One heading of a note and its text.

    `known` says what is known of the questionnaires that this section quotes, and is empty where it quotes
    none: it is said of them, and not of the note.
    """

    heading: str
    text: str
    known: tuple[str, ...] = ()


class NotePage(Struct, frozen=True, kw_only=True):
    """A progress note on paper. Unsigned ones carry signer None and say "draft".

    `changes` stand on a sheet of their own behind the signed ones; `some_unread` says that there may be more.
    """

    letterhead: Letterhead
    hour: HourFacts
    sections: tuple[NoteSection, ...]
    signer: str | None
    signed_at: datetime | None
    mark: str
    changes: tuple[LaterChange, ...] = ()
    some_unread: bool = False
