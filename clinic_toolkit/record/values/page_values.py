"""What a page or a sheet of paper shows: opened, frozen, and nothing else.

Screens and `documents` receive these values and never a row, a key or a setting.
"""

from datetime import date, datetime, time

from msgspec import Struct

from clinic_toolkit.dates import format_date
from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.worksheets.model import Worksheet

STATUS_LINE = "Written by this project. Not validated. No norms. For conversation, not for diagnosis."
CLIENT_LINE = "A conversation aid, not a test."
CHANGED_LATER = "Changed after the note was signed"
NOT_PART_OF_NOTE = "This is not part of the signed note."
SOME_UNREADABLE = "Some of the record cannot be read at the moment, so a later change may be missing here."


class Letterhead(Struct, frozen=True, kw_only=True):
    """What every sheet needs to know of the practice. `paper_size` is "A4" or "Letter"."""

    practice_name: str
    clinician_name: str
    crisis_text: str
    paper_size: str
    is_demo: bool = False


class AnswerCard(Struct, frozen=True, kw_only=True):
    """The answer words in large type, to point at."""

    letterhead: Letterhead
    instrument: Instrument


class InstrumentGuide(Struct, frozen=True, kw_only=True):
    """How to give a questionnaire, for the clinician."""

    letterhead: Letterhead
    instrument: Instrument


class BlankQuestionnaire(Struct, frozen=True, kw_only=True):
    """The form on paper. `form_code` names version and wording (`instruments/form_code.py`), and nobody.

    `confidentiality_text` is what is said of the limits of confidentiality, empty where nothing asked here
    needs that.
    """

    letterhead: Letterhead
    instrument: Instrument
    is_general: bool
    form_code: str
    confidentiality_text: str = ""


class ClinicianCard(Struct, frozen=True, kw_only=True):
    """What the clinician keeps beside a form on paper; the codes are those of its two wordings."""

    letterhead: Letterhead
    instrument: Instrument
    form_code: str
    form_code_general: str


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
    wants_to_talk: bool
    remark: str


class AnnotatedAnswer(Struct, frozen=True, kw_only=True):
    """An answer with a plain line beside it."""

    item: AnsweredItem
    line: str


class FacetResult(Struct, frozen=True, kw_only=True):
    """One facet for the clinician. `display_score` is the number to print, or None.

    `reverse_scored` are the items that are turned round for the number, listed apart from `values`; `depth`
    counts the groups it belongs to, and a group itself has neither sentence nor values. `annotated_answers`
    are answers of this facet that have a line of their own.
    """

    name: str
    sentence: str
    answered: int
    asked: int
    display_score: int | str | None
    values: tuple[int, ...]
    reverse_scored: tuple[AnsweredItem, ...] = ()
    band: str = ""
    depth: int = 0
    annotated_answers: tuple[AnnotatedAnswer, ...] = ()


class WorksheetOffer(Struct, frozen=True, kw_only=True):
    """A worksheet that fits, and the sentence that says why."""

    worksheet: Worksheet
    reason: str


class Result(Struct, frozen=True, kw_only=True):
    """The clinician's result page of one administration.

    A check-in has no facets and no total; it has an open line, `open_line_question`, and what was said to it.
    `offer_withheld`: a sheet that fits is not offered, since fear of this person was not asked about lately.
    `is_room_only`: it is not settled that it is safe for this person to find what goes on paper.
    `after_signing_mark` says that it came to its hour, or was changed, after the note was signed.
    `strengths` were answered in the middle of the scale or beyond; `other_strengths` are the other questions
    about strengths that were answered, and stand apart from them.
    """

    instrument: Instrument
    heading: str
    client_name: str
    relationship_word: str
    frame_label: str
    mode_label: str
    status: str
    answered_on: date
    answered: int
    asked: int
    strengths: tuple[AnsweredItem, ...]
    other_strengths: tuple[AnsweredItem, ...]
    facets: tuple[FacetResult, ...]
    display_total: int | str | None
    total_answered: int
    total_asked: int
    to_talk_about: tuple[AnsweredItem, ...]
    remarks: tuple[AnsweredItem, ...]
    pattern_notes: tuple[str, ...]
    safety_prompts: tuple[str, ...]
    offers: tuple[WorksheetOffer, ...]
    items: tuple[AnsweredItem, ...]
    total_band: str = ""
    is_room_only: bool = False
    offer_withheld: bool = False
    open_line_question: str = ""
    open_line_answer: str = ""
    after_signing_mark: str = ""


class Remark(Struct, frozen=True, kw_only=True):
    """What the client said beside a question; `place` counts the questions from 0."""

    index: int
    question: str
    text: str


class Statement(Struct, frozen=True, kw_only=True):
    """One line of what was told. `correction` is what the client says in its place; "" if it stands."""

    text: str
    correction: str = ""

    @property
    def shown_text(self) -> str:
        """What is shown: the client's own words, where they put it right."""
        return self.correction or self.text


class JointReview(Struct, frozen=True, kw_only=True):
    """The page to look at together: no number, at most three plain sentences.

    `unnamed_count` counts what the client marked to talk about and this page does not name, in case someone
    else sees it. `other_statements` is what else was answered in a check-in, which is told whole; it is empty
    for others.
    """

    instrument: Instrument
    relationship_word: str
    strengths: tuple[Statement, ...]
    other_statements: tuple[Statement, ...]
    to_talk_about: tuple[AnsweredItem, ...]
    unnamed_count: int
    stood_out: tuple[Statement, ...]
    remarks: tuple[Remark, ...]
    open_line_question: str = ""
    open_line_answer: str = ""

    @property
    def statements(self) -> tuple[Statement, ...]:
        """Every line that was told of the answers."""
        return (*self.strengths, *self.other_statements, *self.stood_out)


class ClientPage(Struct, frozen=True, kw_only=True):
    """The page the client may take along: no number, own words, one next step, crisis text."""

    letterhead: Letterhead
    title: str
    answered_on: date
    strengths: tuple[str, ...]
    stood_out: tuple[str, ...]
    own_words: tuple[str, ...]
    next_step: str


class TherapySessionFacts(Struct, frozen=True, kw_only=True):
    """The plain facts of one hour, as printed. `remark` is a sentence about its times, or empty."""

    client_names: str
    kind: str
    session_date: date
    start: time | None
    end: time | None
    place: str
    attendance: str
    present_names: str
    remark: str = ""


class ChangeAfterSigning(Struct, frozen=True, kw_only=True):
    """A fact that was changed after a note was signed: `old_value` is what was signed, `new_value` what is
    kept now."""

    fact_name: str
    changed_on: date
    old_value: str
    new_value: str

    @property
    def sentence(self) -> str:
        """The change in words, without the name of the fact."""
        return f"changed on {format_date(self.changed_on)}: was {self.old_value}, is {self.new_value}"


class TherapySessionSummary(Struct, frozen=True, kw_only=True):
    """The clinician's printed summary of an hour: facts, results, sheets given."""

    letterhead: Letterhead
    session_facts: TherapySessionFacts
    results: tuple[Result, ...]
    worksheet_titles: tuple[str, ...]
    note_state_label: str


class WorksheetPage(Struct, frozen=True, kw_only=True):
    """One worksheet for one client; `initials` and `sentence` may be empty."""

    letterhead: Letterhead
    worksheet: Worksheet
    initials: str
    client_sentence: str
    large_type: bool = False


class NoteSection(Struct, frozen=True, kw_only=True):
    """One heading of a note and its text.

    `evidence_lines` says what is known of the questionnaires that this section quotes, and is empty where it
    quotes none: it is said of them, and not of the note.
    """

    heading: str
    text: str
    evidence_lines: tuple[str, ...] = ()


class NotePage(Struct, frozen=True, kw_only=True):
    """A progress note on paper. Unsigned ones carry signer None and say "draft".

    `changes_after_signing` stand on a sheet of their own behind the signed ones; `some_unreadable` says that
    there may be more.
    """

    letterhead: Letterhead
    session_facts: TherapySessionFacts
    sections: tuple[NoteSection, ...]
    signer_name: str | None
    signed_at: datetime | None
    mark: str
    changes_after_signing: tuple[ChangeAfterSigning, ...] = ()
    some_unreadable: bool = False
