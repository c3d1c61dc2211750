"""The question that a client chose to watch in one relationship, and where it stands in the check-in.

It is pinned with the digest of its questionnaire, so what was asked once can always be shown as it was
asked. Uses nothing of the record: the process of a handed-over device puts its form together with it too.
"""

from dataclasses import replace

import msgspec

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.instruments import catalogue
from clinic_toolkit.instruments.model import Facet, Frame, Instrument, Item


class QuestionNotEligible(ClinicError):
    """This question cannot be the client's own in a check-in."""

    def __init__(self) -> None:
        super().__init__("This question cannot be chosen for the check-in.")


class WatchedQuestion(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """One question of one version of a long questionnaire."""

    instrument_id: str
    definition_digest: str
    item_id: str


def list_eligible_questions(frame: Frame) -> tuple[tuple[Instrument, tuple[Item, ...]], ...]:
    """The questions that can be chosen in this kind of relationship, by questionnaire, newest versions.

    None that is marked for fear or for being a burden: those are asked about in private, and the check-in
    stands where both look. None that the check-in asks already.
    """
    asked = {item.id for item in catalogue.load_check_in().items}
    return tuple(
        (one, tuple(item for item in one.items if item.safety_flag == "none" and item.id not in asked))
        for one in catalogue.list_instruments()
        if catalogue.is_offered(one, frame)
    )


def pin_question(instrument_id: str, item_id: str, frame: Frame) -> WatchedQuestion:
    """This question, in the version of now.

    Raises:
        QuestionNotEligible: it is none of the `list_eligible_questions`.
    """
    for one, items in list_eligible_questions(frame):
        if one.id == instrument_id and item_id in {item.id for item in items}:
            return WatchedQuestion(instrument_id=one.id, definition_digest=one.digest, item_id=item_id)
    raise QuestionNotEligible


def item_of_question(question: WatchedQuestion) -> Item:
    """The question as it was pinned.

    Raises:
        catalogue.UnknownInstrument: its questionnaire is not on the shelf in that version.
        QuestionNotEligible: the questionnaire has no such question.
    """
    return _find_item_and_facet(question)[0]


def with_watched_question(instrument: Instrument, question: WatchedQuestion | None) -> Instrument:
    """The check-in with the client's own question in its place; any other questionnaire as it is."""
    if question is None or instrument.own_place is None:
        return instrument
    item, facet = _find_item_and_facet(question)
    at = instrument.own_place - 1
    facets = instrument.facets
    return replace(
        instrument,
        items=(*instrument.items[:at], item, *instrument.items[at:]),
        facets=facets if item.facet in {each.id for each in facets} else (*facets, facet),
    )


def _find_item_and_facet(question: WatchedQuestion) -> tuple[Item, Facet]:
    of = catalogue.load_instrument(question.instrument_id, digest=question.definition_digest)
    for item in of.items:
        if item.id == question.item_id and item.safety_flag == "none":
            return item, next(each for each in of.facets if each.id == item.facet)
    raise QuestionNotEligible
