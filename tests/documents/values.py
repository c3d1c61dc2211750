"""Small values for the paper tests, made by hand so that these tests need no other layer."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from clinic_toolkit.instruments.closed_sets import (
    EvidenceLevel,
    InstrumentKind,
    ItemMode,
    ItemRole,
    SafetyFlag,
    Side,
)
from clinic_toolkit.instruments.model import (
    EvidenceCard,
    Facet,
    FollowUp,
    Guidance,
    Instrument,
    Item,
    MissingRule,
    ResponseOption,
)
from clinic_toolkit.psychometrics.item_response import ResponseStatus
from clinic_toolkit.record.people import consent_sheets
from clinic_toolkit.record.people.consent_record import CouplePolicy
from clinic_toolkit.record.safety.hard_moments_record import HEADINGS
from clinic_toolkit.record.values.consent_values import ConsentSheet
from clinic_toolkit.record.values.course_values import (
    Course,
    CoursePage,
    CoursePart,
    PartKind,
    Reading,
    Round,
)
from clinic_toolkit.record.values.note_values import NotePage, NoteSection
from clinic_toolkit.record.values.page_values import (
    AnswerCard,
    AnsweredItem,
    BlankQuestionnaire,
    ClientPage,
    ClinicianCard,
    FacetResult,
    InstrumentGuide,
    Letterhead,
    PaperSize,
    Result,
    TherapySessionFacts,
    TherapySessionSummary,
    WorksheetPage,
)
from clinic_toolkit.record.values.plan_pages import HardMomentsPage, NeutralCard, PlanGoal, TreatmentPlanPage
from clinic_toolkit.record.values.preparation_values import PreparationPage, PreparationPart
from clinic_toolkit.record.values.private_note_values import PrivateNote, PrivateNotesPage
from clinic_toolkit.worksheets.block_model import CirclesBlock, LinesBlock, ScaleBlock, TableBlock
from clinic_toolkit.worksheets.model import PathStep, SheetSide, Worksheet
from tests.fixtures.replaced import replace

LABELS = ("Never", "Some of the time", "About half the time", "Most of the time", "Nearly all the time")
TEXTS = (
    "I dropped my own plans to do something for this person.",
    "I agreed to do things for this person because I felt under pressure.",
    "I thought that I mattered to this person even when I did little.",
    "I felt worn out while I was helping this person.",
    "After I helped this person, I felt annoyed about it.",
    "I felt uneasy when I had little to do for this person.",
    "I took a break between the things I did for this person.",
    "I thought that something bad would follow if I said no to this person.",
    "I did things for this person that they could do alone.",
    "I went on helping this person after I had noticed that it was too much for me that day.",
    "I gave to this person because I wanted to.",
    "I thought that this person would be better off without me.",
)
PARTS = (("A", "Giving past my limit"), ("B", "Have-to giving"), ("C", "Worth through being useful"))


def letterhead(
    paper: str = "A4", *, demo: bool = False, name: str = "Practice at the Old Mill"
) -> Letterhead:
    return Letterhead(
        practice_name=name,
        clinician_name="Dr. Ruth Calder",
        crisis_text="Call 116 123 at any hour. In danger, call 112.",
        paper_size=PaperSize(paper),
        is_demo=demo,
    )


def instrument() -> Instrument:
    return Instrument(
        id="giving",
        version="1",
        language="en",
        kind=InstrumentKind.DIFFICULTIES,
        side=Side.GIVING,
        title="How I give",
        clinician_name="Overgiving",
        about="Twelve questions.",
        result_heading="How {client} gives to {about}",
        recall="In the past 4 weeks",
        minutes="four to five minutes",
        introduction=("To say in your own voice.",),
        closing="Thank you for the time you gave to this. There is nothing more to fill in.",
        carer_line="",
        options=tuple(
            ResponseOption(value=value, label=label, meaning=meaning)
            for value, (label, meaning) in enumerate(
                zip(
                    LABELS,
                    ("It could have happened, and it did not.", "", "Of the times it could have.", "", ""),
                    strict=True,
                )
            )
        ),
        facets=tuple(Facet(id=id, name=name, client_phrase=name.lower()) for id, name in PARTS),
        items=tuple(
            Item(
                id=f"G-{at}",
                facet=PARTS[at % 3][0],
                mode=ItemMode.THOUGHT,
                role=ItemRole.STRENGTH if at in (2, 6, 10) else ItemRole.DIFFICULTY,
                text=text,
                text_general=text.replace("this person", "people close to me"),
                safety_flag={7: SafetyFlag.FEAR, 11: SafetyFlag.BURDEN}.get(at, SafetyFlag.NONE),
                define={"worn out": "so tired that I had little left"} if at == 3 else {},
            )
            for at, text in enumerate(TEXTS)
        ),
        missing=MissingRule(facet_minimum=3, total_minimum=7, total_minimum_per_facet=2),
        evidence=EvidenceCard(
            level=EvidenceLevel.DRAFTED,
            author="Written by this project",
            licence="Apache-2.0",
            item_sources="Draft.",
            not_known="Much.",
            translations="English only.",
            use="To talk.",
            not_for="Diagnosis.",
        ),
    )


def items(said: str = "not since the summer") -> tuple[AnsweredItem, ...]:
    """Twelve answers: values 1, 3 and 4, one declined, one that did not come up, two marked to talk about."""
    values = (3, 1, 4, 3, None, 1, 3, None, 3, 4, 4, 1)
    return tuple(
        AnsweredItem(
            number=at + 1,
            item_id=f"G-{at}",
            text=TEXTS[at],
            role=ItemRole.STRENGTH if at in (2, 6, 10) else ItemRole.DIFFICULTY,
            status=ResponseStatus.ANSWERED
            if value is not None
            else (ResponseStatus.DECLINED if at == 4 else ResponseStatus.DID_NOT_COME_UP),
            value=value,
            label=None if value is None else LABELS[value],
            wants_to_talk=at in (0, 4),
            remark=said if at == 0 else "",
        )
        for at, value in enumerate(values)
    )


def result(client: str = "D. K.", about: str = "M.", said: str = "not since the summer") -> Result:
    answered = items(said)
    return Result(
        instrument=instrument(),
        heading=f"How {client} gives to {about}",
        client_name=client,
        relationship_word=about,
        frame_label="Parent",
        mode_label="read aloud",
        is_finished=True,
        is_stopped=False,
        answered_on=date(2026, 11, 22),
        answered=10,
        asked=12,
        strengths=tuple(item for item in answered if item.role == "strength" and (item.value or 0) > 1),
        other_strengths=tuple(item for item in answered if item.role == "strength" and item.value in (0, 1)),
        facets=(
            FacetResult(
                name=PARTS[0][1],
                sentence="Most of the time for 2, nearly all the time for 1.",
                answered=3,
                asked=3,
                display_score=83,
                values=(3, 3, 4),
            ),
            FacetResult(
                name=PARTS[1][1],
                sentence="Some of the time, nearly all the time.",
                answered=2,
                asked=3,
                display_score=None,
                values=(1, 4),
            ),
            FacetResult(name=PARTS[2][1], sentence="", answered=0, asked=3, display_score=None, values=()),
        ),
        display_total=64,
        total_answered=7,
        total_asked=9,
        to_talk_about=tuple(item for item in answered if item.wants_to_talk),
        remarks=tuple(item for item in answered if item.remark),
        pattern_notes=("A pattern worth asking about.",),
        safety_prompts=(),
        offers=(),
        items=answered,
    )


def session(who: str = "D. K.") -> TherapySessionFacts:
    return TherapySessionFacts(
        client_names=who,
        kind="Session",
        session_date=date(2026, 11, 22),
        start=time(10, 0),
        end=time(10, 50),
        place="In the room",
        attendance="came",
        present_names=who,
    )


def worksheet() -> Worksheet:
    """One sheet with every kind of field, as full as a real one."""
    return Worksheet(
        slug="all-kinds",
        number=99,
        version="1",
        language="en",
        title="Two circles: whose is it?",
        side=SheetSide.BOUNDARIES,
        path_step=PathStep.NOTICE,
        facets=("BC1",),
        minutes="fifteen minutes",
        total_minutes=15,
        why="Some feelings and tasks are mine, some are someone else’s, and some we share. "
        "Sorting them can make room.",
        try_this=(
            "Write down what is on your mind.",
            "Put each into a circle, or into the middle.",
            "Choose one, and decide what you would like to do with it.",
        ),
        example="The key to the shed: it was in my circle, and it went to the middle.",
        blocks=(
            CirclesBlock(
                kind="circles", label="Where does it belong?", left="Mine", right="Theirs", middle="Ours"
            ),
            LinesBlock(kind="lines", label="One that I would like to move", count=2),
            TableBlock(
                kind="table",
                label="What I try",
                columns=("What", "Hand back", "Ask", "Keep"),
                rows=2,
                numbered=True,
                tick_columns=(1, 2, 3),
            ),
            ScaleBlock(kind="scale", label="How it felt", left="heavy", right="light", steps=5),
        ),
        if_it_gets_hard="Stop where you are. A sheet that is half full is a sheet.",
        bring_back="One thing you moved, or one that would not move.",
        aim="Tell own from other’s.",
        when_not_to_use="Where handing back is unsafe.",
        review_prompts=("What moved?",),
        evidence="Family of techniques.",
    )


def card(paper: str = "A4", *, demo: bool = False) -> AnswerCard:
    return AnswerCard(letterhead=letterhead(paper, demo=demo), instrument=instrument())


def blank(paper: str = "A4", *, general: bool = False, demo: bool = False) -> BlankQuestionnaire:
    return BlankQuestionnaire(
        letterhead=letterhead(paper, demo=demo), instrument=instrument(), is_general=general, form_code="KQ7M"
    )


def clinician_card(paper: str = "A4", *, demo: bool = False) -> ClinicianCard:
    return ClinicianCard(
        letterhead=letterhead(paper, demo=demo),
        instrument=instrument(),
        form_code="KQ7M-CDEF",
        form_code_general="M7QK-FEDC",
    )


def guide(paper: str = "A4", *, demo: bool = False) -> InstrumentGuide:
    """The guide to a form whose guidance fills more than one page."""
    lines = tuple(f"Sentence {at} of what to say and do, long enough to fill two lines." for at in range(14))
    asked = (FollowUp(question="What did you notice in your body?", intent="To hear of it"),)
    parts = tuple(replace(part, follow_up=asked, avoid=("You must.",)) for part in instrument().facets)
    guidance = Guidance(pacing=lines, decline=lines, distress=lines, debrief=lines, danger=lines[:4])
    form = replace(instrument(), guidance=guidance, facets=parts)
    return InstrumentGuide(letterhead=letterhead(paper, demo=demo), instrument=form)


def client_page(paper: str = "A4", *, demo: bool = False) -> ClientPage:
    return ClientPage(
        letterhead=letterhead(paper, demo=demo),
        title="What I take with me",
        answered_on=date(2026, 11, 22),
        strengths=(f"Nearly all the time: “{TEXTS[10]}”", f"Most of the time: “{TEXTS[6]}”"),
        stood_out=(
            "For most of the questions about giving past your limit you said most of the time or "
            "nearly all the time, for the other never.",
        ),
        own_words=("I notice it first in my shoulders.", "She never asked me to."),
        next_step="On Sunday I call an hour later than usual, and see what happens.",
    )


def summary(
    paper: str = "A4",
    *,
    demo: bool = False,
    who: str = "D. K.",
    said: str = "not since the summer",
    every_answer: bool = False,
) -> TherapySessionSummary:
    return TherapySessionSummary(
        letterhead=letterhead(paper, demo=demo),
        session_facts=session(who),
        results=(result(who, said=said),),
        worksheet_titles=("Want to, have to",),
        note_state_label="Note: draft, not signed",
        with_every_answer=every_answer,
    )


def sheet(
    paper: str = "A4", *, demo: bool = False, large: bool = False, initials: str = "D. K.", sentence: str = ""
) -> WorksheetPage:
    return WorksheetPage(
        letterhead=letterhead(paper, demo=demo),
        worksheet=worksheet(),
        initials=initials,
        client_sentence=sentence,
        large_type=large,
    )


KNOWN = "About the questionnaire: Not validated."


def note(
    paper: str = "A4", *, demo: bool = False, signed: bool = True, text: str = "", who: str = "D. K."
) -> NotePage:
    data = (
        text
        or "Came on time. Spoke of the week with M.\n\n"
        "Completed “How I give” about a parent, read aloud, 10 of 12 answered."
    )
    return NotePage(
        letterhead=letterhead(paper, demo=demo),
        session_facts=session(who),
        sections=(
            NoteSection(heading="Data", text=data, evidence_lines=() if text else (KNOWN,)),
            NoteSection(heading="Assessment", text="Tired, and clear about it."),
            NoteSection(heading="Plan", text=""),
        ),
        signer_name="Dr. Ruth Calder" if signed else None,
        signed_at=datetime(2026, 11, 22, 11, 5, tzinfo=UTC) if signed else None,
        check_code="1f0c 88a2 9b3d" if signed else "",
    )


def treatment_plan(
    paper: str = "A4", *, demo: bool = False, large: bool = False, text: str = "", who: str = "D. K."
) -> TreatmentPlanPage:
    return TreatmentPlanPage(
        letterhead=letterhead(paper, demo=demo),
        client_names=who,
        written_on=date(2026, 11, 22),
        problems=text or "Gives until nothing is left, and then is angry with M.",
        goals=(
            PlanGoal(
                words=text or "To say no once a week, and stay friends",
                means=text or "Trying it out here first; a small one at work",
                standing="",
                serving=("How I give", "How firmly to say it"),
            ),
            PlanGoal(words="To sleep through", means="", standing="reached"),
        ),
        review_date=date(2027, 2, 1),
        diagnosis=text or "Adjustment disorder",
        diagnosis_date=date(2026, 11, 12),
        large_type=large,
    )


def hard_moments(
    paper: str = "A4", *, demo: bool = False, large: bool = False, text: str = ""
) -> HardMomentsPage:
    words = ("Lock the shed, key with Jo.", "I stop answering the telephone.", "Shoes on, to the river.")
    headings = list(HEADINGS.values())
    return HardMomentsPage(
        letterhead=letterhead(paper, demo=demo),
        sections=tuple((heading, text or line) for heading, line in zip(headings, words, strict=False)),
        large_type=large,
    )


def neutral_card(
    paper: str = "A4", *, demo: bool = False, large: bool = False, words: str = "The river.\nJo 55 12 30."
) -> NeutralCard:
    return NeutralCard(letterhead=letterhead(paper, demo=demo), words=words, large_type=large)


def before_an_hour(
    paper: str = "A4", *, demo: bool = False, text: str = "", who: str = "D. K."
) -> PreparationPage:
    parts = {
        "Agreed last time": ("15 November 2026: say no to one small thing.",),
        "To ask about": ("Something to ask about, from a questionnaire of 15 November 2026",),
        "To talk about first": ("“How I give”, about M., 15 November 2026:", "– I keep count."),
        "The plan of the last note": (text or "15 November 2026, signed:\nLook at the week.\n\nOne step.",),
    }
    return PreparationPage(
        letterhead=letterhead(paper, demo=demo),
        title=f"10:00 · {who}",
        day=date(2026, 11, 22),
        tag="telehealth",
        parts=tuple(PreparationPart(heading=heading, lines=lines) for heading, lines in parts.items()),
    )


def wide_scale(instrument: Instrument) -> Instrument:
    """The same questionnaire with eleven answers, the most a definition may have."""
    options = tuple(ResponseOption(value=value, label=f"{LABELS[value % 5]} or so") for value in range(11))
    return replace(instrument, options=options)


def course(count: int, *, break_at: int = 0) -> Course:
    """So many rounds of two parts, one over telehealth, one stopped, the last without a number."""
    form = instrument()
    rounds, readings = [], []
    for at in range(count):
        segment = int(bool(break_at) and at >= break_at)
        rounds.append(
            Round(
                id=UUID(int=at + 1),
                answered_on=date(2026, 11, 22) + timedelta(days=7 * at),
                segment=segment,
                mode="telehealth" if at == 1 else "read_aloud",
                mode_label="read aloud over telehealth" if at == 1 else "read aloud",
                version="2" if segment else "1",
                frame_label="parent",
                answered=12,
                asked=12,
                stopped=at == 2,
            )
        )
        readings.append(Reading(values=(3, 2, 4), item_numbers=(1, 5, 9), asked=3, score=75.0))
    readings[-1] = Reading(values=(3, 2), item_numbers=(1, 5), asked=3)
    part = CoursePart(id="A", kind=PartKind.FACET, name="Giving past my limit", client_phrase="giving",
                      readings=tuple(readings), clinician_summary="So far always 75.")  # fmt: skip
    strengths = replace(part, id="strengths", kind=PartKind.STRENGTHS, name="Strengths", clinician_summary="",
                        readings=tuple(replace(read, score=None) for read in readings))  # fmt: skip
    return Course(
        instrument=form, client_id=UUID(int=1), client_name="Ana Reyes", relationship_id=None,
        relationship_word="M.", rounds=tuple(rounds),
        segment_labels=("version 1", "version 2")[: 1 + bool(break_at)],
        client_segment_labels=("", "the questions in new words")[: 1 + bool(break_at)],
        parts=(strengths, part), chosen_values=(2, 3, 4), baseline_rounds=3,
    )  # fmt: skip


def course_paper(paper: str = "A4", *, demo: bool = False, every_answer: bool = False) -> CoursePage:
    return CoursePage(
        letterhead=letterhead(paper, demo=demo),
        course=course(9, break_at=3),
        cautions=("It is a rule, not a test.",),
        with_every_answer=every_answer,
    )


def tool_sheet(paper: str = "A4", *, demo: bool = False) -> ConsentSheet:
    return consent_sheets.build_tool_sheet(letterhead(paper, demo=demo))


def couple_sheet(paper: str = "A4", *, demo: bool = False) -> ConsentSheet:
    return consent_sheets.build_couple_sheet(letterhead(paper, demo=demo), CouplePolicy.NO_SECRETS)


def private_notes(paper: str = "A4", *, demo: bool = False, who: str = "D. K.") -> PrivateNotesPage:
    return PrivateNotesPage(
        letterhead=letterhead(paper, demo=demo),
        client_names=who,
        notes=(
            PrivateNote(note_date=date(2026, 11, 12), text="I felt sent away.\n\nWhat is mine in that?"),
            PrivateNote(note_date=date(2026, 11, 19), text="Less so today."),
        ),
    )
