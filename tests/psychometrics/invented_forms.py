"""Small questionnaires made by hand, shaped as the shipped ones are, and answers to them."""

from dataclasses import dataclass

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
    Instrument,
    Item,
    MissingRule,
    ResponseOption,
)
from clinic_toolkit.psychometrics.item_response import ResponseStatus

LABELS = ("Never", "Some of the time", "About half the time", "Most of the time", "Nearly all the time")
MODES: tuple[ItemMode, ...] = (ItemMode.BEHAVIOUR, ItemMode.THOUGHT, ItemMode.FEELING, ItemMode.COST)
LETTERS = {ItemMode.BEHAVIOUR: "B", ItemMode.THOUGHT: "T", ItemMode.FEELING: "F", ItemMode.COST: "C"}
STRENGTHS = {"A.B", "B.F", "C.T"}
FLAGS: dict[str, SafetyFlag] = {"A.T": SafetyFlag.BURDEN, "B.T": SafetyFlag.FEAR}

CARD = EvidenceCard(
    level=EvidenceLevel.DRAFTED,
    author="tests",
    licence="none",
    item_sources="none",
    not_known="everything",
    translations="none",
    use="tests",
    not_for="people",
)


@dataclass(frozen=True, kw_only=True)
class Said:
    """One answer with its status, as the record would hand it over."""

    item_id: str
    status: ResponseStatus = ResponseStatus.ANSWERED
    value: int | None = None
    wants_to_talk: bool = False


def options(labels: tuple[str, ...] = LABELS) -> tuple[ResponseOption, ...]:
    """A scale with these labels, from 0 up."""
    return tuple(ResponseOption(value=value, label=label) for value, label in enumerate(labels))


def missing_rule(form: Instrument) -> MissingRule:
    """How many answers its numbers need; a form that is scored says so."""
    assert form.missing is not None
    return form.missing


def difficulties(labels: tuple[str, ...] = LABELS) -> Instrument:
    """Twelve items: facets A, B, C in rotation, each with four modes and one strength."""
    items = tuple(
        Item(
            id=f"{facet}.{LETTERS[mode]}",
            facet=facet,
            mode=mode,
            role=ItemRole.STRENGTH if f"{facet}.{LETTERS[mode]}" in STRENGTHS else ItemRole.DIFFICULTY,
            text=f"Text {facet} {mode}.",
            text_general=f"Text {facet} {mode}.",
            safety_flag=FLAGS.get(f"{facet}.{LETTERS[mode]}", SafetyFlag.NONE),
        )
        for mode in MODES
        for facet in "ABC"
    )
    facets = tuple(Facet(id=f, name=f"Part {f}", client_phrase=f"part {f.lower()}") for f in "ABC")
    rule = MissingRule(facet_minimum=3, total_minimum=7, total_minimum_per_facet=2)
    return _instrument(InstrumentKind.DIFFICULTIES, facets, items, rule, labels)


def strengths() -> Instrument:
    """Eight strength items in four strands of two, with one number over all of them."""
    items = tuple(
        Item(
            id=f"J{strand}.{letter}",
            facet=f"J{strand}",
            mode=ItemMode.BEHAVIOUR,
            role=ItemRole.STRENGTH,
            text=f"Text J{strand} {letter}.",
            text_general=f"Text J{strand} {letter}.",
        )
        for strand in range(1, 5)
        for letter in "ab"
    )
    names = ("giving gladly", "taking in", "felt care", "room for two")
    facets = tuple(
        Facet(id=f"J{strand}", name=name.capitalize(), client_phrase=name)
        for strand, name in enumerate(names, start=1)
    )
    rule = MissingRule(facet_minimum=None, total_minimum=6, total_minimum_per_facet=None)
    return _instrument(InstrumentKind.STRENGTHS, facets, items, rule, LABELS)


def _instrument(
    kind: InstrumentKind,
    facets: tuple[Facet, ...],
    items: tuple[Item, ...],
    missing: MissingRule,
    labels: tuple[str, ...],
) -> Instrument:
    return Instrument(
        id="made",
        version="1",
        language="en",
        kind=kind,
        side=Side.GIVING,
        title="Made for a test",
        clinician_name="Made for a test",
        about="Nothing.",
        result_heading="Made",
        recall="in the past 4 weeks",
        minutes="5 minutes",
        introduction=("Hello.",),
        closing="Thank you.",
        carer_line="",
        options=options(labels),
        facets=facets,
        items=items,
        missing=missing,
        evidence=CARD,
    )
