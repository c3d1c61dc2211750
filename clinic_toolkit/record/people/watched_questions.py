"""The watched question: the client's own question in the check-in about one relationship.

It is pinned with the digest of its questionnaire, so it can always be shown as it was asked. Never reads the
record, because the process of a handed-over device builds its form with this module too.
"""

from dataclasses import replace

import msgspec

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.instruments import catalogue
from clinic_toolkit.instruments.closed_sets import SafetyFlag
from clinic_toolkit.instruments.model import Facet, Frame, Instrument, Item


class QuestionNotEligible(ClinicError):
    """This question may not be used as a watched question."""

    def __init__(self) -> None:
        super().__init__("This question cannot be chosen for the check-in.")


class WatchedQuestion(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """One question of one version of a long questionnaire."""

    instrument_id: str
    definition_digest: str
    item_id: str


def list_eligible_questions(frame: Frame) -> tuple[tuple[Instrument, tuple[Item, ...]], ...]:
    """Return the questions that can be watched in this frame, by questionnaire in its newest version.

    Questions flagged for fear or for being a burden are excluded, because they are asked in private and both
    people see the check-in. So are questions that the check-in asks anyway.
    """
    check_in_item_ids = {item.id for item in catalogue.load_check_in().items}
    return tuple(
        (
            instrument,
            tuple(
                item
                for item in instrument.items
                if item.safety_flag == SafetyFlag.NONE and item.id not in check_in_item_ids
            ),
        )
        for instrument in catalogue.list_instruments()
        if catalogue.is_offered(instrument, frame)
    )


def pin_question(instrument_id: str, item_id: str, frame: Frame) -> WatchedQuestion:
    """Pin this question in the current version of its questionnaire.

    Raises:
        QuestionNotEligible: it is not among the `list_eligible_questions`.
    """
    for instrument, items in list_eligible_questions(frame):
        if instrument.id == instrument_id and item_id in {item.id for item in items}:
            return WatchedQuestion(
                instrument_id=instrument.id, definition_digest=instrument.digest, item_id=item_id
            )
    raise QuestionNotEligible


def item_of_question(question: WatchedQuestion) -> Item:
    """Return the question as it was pinned.

    Raises:
        catalogue.UnknownInstrument: the catalogue does not have that version of its questionnaire.
        QuestionNotEligible: the questionnaire has no such question, or it is flagged for safety.
    """
    return _find_item_and_facet(question)[0]


def with_watched_question(instrument: Instrument, question: WatchedQuestion | None) -> Instrument:
    """Return the check-in with the watched question inserted; any other questionnaire is unchanged."""
    if question is None or instrument.own_place is None:
        return instrument
    item, facet = _find_item_and_facet(question)
    index = instrument.own_place - 1
    facets = instrument.facets
    return replace(
        instrument,
        items=(*instrument.items[:index], item, *instrument.items[index:]),
        facets=facets if item.facet in {each.id for each in facets} else (*facets, facet),
    )


def _find_item_and_facet(question: WatchedQuestion) -> tuple[Item, Facet]:
    instrument = catalogue.load_instrument(question.instrument_id, digest=question.definition_digest)
    for item in instrument.items:
        if item.id == question.item_id and item.safety_flag == SafetyFlag.NONE:
            return item, next(facet for facet in instrument.facets if facet.id == item.facet)
    raise QuestionNotEligible
