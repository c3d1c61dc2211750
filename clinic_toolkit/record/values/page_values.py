"""Frozen values that a page or a sheet of paper shows, decrypted and ready to render.

Screens and `documents` receive these values, and never a row, a key or a setting.
"""

from datetime import date, time
from enum import StrEnum

from msgspec import Struct

from clinic_toolkit.dates import WritingStyle, format_date
from clinic_toolkit.images.logo_limits import Logo
from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.psychometrics.item_response import ResponseStatus
from clinic_toolkit.record.values.client_statements import ClientSays, Statement
from clinic_toolkit.worksheets.model import Worksheet


class PaperSize(StrEnum):
    """The paper that is printed on."""

    A4 = "A4"
    LETTER = "Letter"


class Letterhead(Struct, frozen=True, kw_only=True):
    """The facts of the practice that every sheet needs.

    `address` (lines) and `licence_line` stand on papers that say whose they are: notes, summaries, records
    that are given out; so does the `logo` on those that nobody signs. `style` is how dates are written.
    """

    practice_name: str
    clinician_name: str
    crisis_text: str
    paper_size: PaperSize
    is_demo: bool = False
    address: str = ""
    licence_line: str = ""
    style: WritingStyle = WritingStyle()
    logo: Logo | None = None


class AnswerCard(Struct, frozen=True, kw_only=True):
    """The answer labels in large type, to point at."""

    letterhead: Letterhead
    instrument: Instrument


class InstrumentGuide(Struct, frozen=True, kw_only=True):
    """The guide to giving a questionnaire, for the clinician."""

    letterhead: Letterhead
    instrument: Instrument


class BlankQuestionnaire(Struct, frozen=True, kw_only=True):
    """A blank form on paper.

    `form_code` identifies version and wording (`instruments/form_code.py`), and no person.
    `confidentiality_text` states the limits of confidentiality, and is empty if no question requires it.
    """

    letterhead: Letterhead
    instrument: Instrument
    is_general: bool
    form_code: str
    confidentiality_text: str = ""


class ClinicianCard(Struct, frozen=True, kw_only=True):
    """The clinician's card to a form on paper, with the form codes of its two wordings."""

    letterhead: Letterhead
    instrument: Instrument
    form_code: str
    form_code_general: str


class AnsweredItem(Struct, frozen=True, kw_only=True):
    """One item as answered; `label` is None unless the client chose it."""

    number: int
    item_id: str
    text: str
    role: str
    status: ResponseStatus
    value: int | None
    label: str | None
    wants_to_talk: bool
    remark: str


class AnnotatedAnswer(Struct, frozen=True, kw_only=True):
    """An answer with a softer line beside it."""

    item: AnsweredItem
    line: str


class FacetResult(Struct, frozen=True, kw_only=True):
    """One facet for the clinician. `display_score` is the score to print, or None.

    `reverse_scored` are the reverse-scored items, listed apart from `values`. `depth` counts the groups above
    the facet; a group itself has neither sentence nor values. `annotated_answers` are the answers of this
    facet that have a softer line beside them. `client_sentence` is the same in the words for the client, who
    may have corrected it.
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
    client_sentence: str = ""


class WorksheetOffer(Struct, frozen=True, kw_only=True):
    """A worksheet to offer, and a sentence that says why; `parts` are those of the rules that named it."""

    worksheet: Worksheet
    reason: str
    parts: tuple[str, ...] = ()


class Result(Struct, frozen=True, kw_only=True):
    """The clinician's result page of one administration.

    A check-in has no facets and no total; it has `open_line_question` and `open_line_answer` instead.
    `offer_withheld`: a matching sheet is not offered, since fear of this person was not asked about recently,
    or since sheets about them stay in the room.
    `sheet_for_the_room` is offered in place of the sheets that a hold withholds.
    `is_room_only`: paper stays in the room, because it may not be safe if this person finds it.
    `after_signing_label` says that the questionnaire was added or changed after the note was signed.
    `strengths` are the strength items answered in the upper half of the scale, the middle included;
    `other_strengths` are the other strength items that were answered, shown apart from them.
    """

    instrument: Instrument
    heading: str
    client_name: str
    relationship_word: str
    frame_label: str
    mode_label: str
    is_finished: bool
    is_stopped: bool
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
    offers: tuple[WorksheetOffer, ...] = ()
    items: tuple[AnsweredItem, ...]
    total_band: str = ""
    is_room_only: bool = False
    offer_withheld: bool = False
    sheet_for_the_room: Worksheet | None = None
    open_line_question: str = ""
    open_line_answer: str = ""
    after_signing_label: str = ""
    client_says: ClientSays = ClientSays()


class Remark(Struct, frozen=True, kw_only=True):
    """What the client said beside a question; `index` counts the questions from 0."""

    index: int
    question: str
    text: str


class JointReview(Struct, frozen=True, kw_only=True):
    """The page to look at together: no number, at most three plain sentences.

    `unnamed_count` counts the questions that the client marked to talk about but that this page does not
    name, in case someone else sees it. `other_statements` holds the remaining answers of a check-in, of which
    every answer is shown; it is empty for other questionnaires.
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
        """Every sentence about the answers."""
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
    """The facts of one session, as printed. `remark` is a sentence about its times, or empty."""

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
    """A fact that was changed after a note was signed: its value as signed, and its value now."""

    fact_name: str
    changed_on: date
    old_value: str
    new_value: str

    @property
    def sentence(self) -> str:
        """The change in words, without the name of the fact."""
        return f"changed on {format_date(self.changed_on)}: was {self.old_value}, is {self.new_value}"


class TherapySessionSummary(Struct, frozen=True, kw_only=True):
    """The clinician's printed summary of a session: facts, results, sheets given.

    `with_every_answer`: every question with its answer follows, which fills pages.
    """

    letterhead: Letterhead
    session_facts: TherapySessionFacts
    results: tuple[Result, ...]
    worksheet_titles: tuple[str, ...]
    note_state_label: str
    with_every_answer: bool = False


class WorksheetPage(Struct, frozen=True, kw_only=True):
    """One worksheet for one client; `initials`, `client_sentence` and `named_step` may be empty.

    `named_step` is what the client will do, in the client's words; `initials` are there only if asked for.
    """

    letterhead: Letterhead
    worksheet: Worksheet
    initials: str
    client_sentence: str
    large_type: bool = False
    named_step: str = ""
