"""The form for choosing a questionnaire."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any
from uuid import UUID

from wtforms import Form, StringField
from wtforms.validators import ValidationError

from clinic_toolkit.instruments import catalogue
from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.names.folding import fold_name
from clinic_toolkit.record.people.relationship_record import Relationship
from clinic_toolkit.record.people.relationships import numbered_words
from clinic_toolkit.record.questionnaires.administration_record import Administration
from clinic_toolkit.record.questionnaires.administrations import GENERAL_FRAME
from clinic_toolkit.web.forms import fields


class AboutChoice(StrEnum):
    """Whom a questionnaire is about, beside the relationships that are known."""

    SOMEONE_NEW = "new"
    IN_GENERAL = "general"


class ChooseQuestionnaireForm(Form):
    """Which questionnaire, about whom, and whether an interpreter is present."""

    instrument = fields.choice_field("Questionnaire", (), needed="Choose a questionnaire.")
    about = fields.choice_field("About", (), needed="Choose whom it is about.")
    word = fields.line_field("The client’s own word or an initial", limit=60)
    frame = StringField("Who this person is to the client")
    interpreter = fields.checkbox_field("With an interpreter")

    @classmethod
    def for_client(
        cls,
        client_relationships: Sequence[RecordVersion[Relationship]],
        on_offer: Sequence[Instrument],
        typed: Any,
        *,
        ordered_ids: Sequence[UUID],
    ) -> "ChooseQuestionnaireForm":
        """Make the form for one client's relationships in this order, with the questionnaires on offer."""
        # For a client without relationships it is nearly always about someone new.
        form = cls(typed, data={"about": "" if client_relationships else AboutChoice.SOMEONE_NEW})
        form.offered_instruments = {instrument.id: instrument for instrument in on_offer}
        form.instrument.choices = [(instrument.id, instrument.title) for instrument in on_offer]
        form.offer_relationships(client_relationships, ordered_ids)
        return form

    def offer_relationships(
        self, client_relationships: Sequence[RecordVersion[Relationship]], ordered_ids: Sequence[UUID]
    ) -> None:
        """Offer these people in this order, someone new, and people in general."""
        self.about.choices = relationship_choices(client_relationships, ordered_ids)
        self.about.choices += [
            (AboutChoice.SOMEONE_NEW, "Someone new"),
            (AboutChoice.IN_GENERAL, "People in general"),
        ]
        self.frame_by_relationship = {
            relationship.id.hex: relationship.payload.frame for relationship in client_relationships
        }
        self.word_by_relationship = {
            relationship.id.hex: fold_name(relationship.payload.word) for relationship in client_relationships
        }

    frame_by_relationship: Mapping[str, str] = {}
    # The client's word for each relationship, folded for comparison.
    word_by_relationship: Mapping[str, str] = {}
    offered_instruments: Mapping[str, Instrument] = {}

    def chosen_instrument(self) -> Instrument | None:
        """The chosen questionnaire if it is one of those offered, else None."""
        return self.offered_instruments.get(self.instrument.data or "")

    def matches_record(self, body: Administration) -> bool:
        """Whether the administration was begun with exactly these fields."""
        relationship_id = body.relationship_id
        is_same_new = self.about.data == AboutChoice.SOMEONE_NEW and (self.word.data, self.frame.data) == (
            body.relationship_word,
            body.frame,
        )
        is_same_known = self.about.data == (
            relationship_id.hex if relationship_id else AboutChoice.IN_GENERAL
        )
        instrument = self.chosen_instrument()
        return (
            instrument is not None and instrument.id == body.instrument_id and (is_same_new or is_same_known)
        )

    def validate_word(self, field: StringField) -> None:
        """Require the client's word for a new relationship; refuse a word if none is new."""
        if self.about.data == AboutChoice.SOMEONE_NEW and not field.data:
            raise ValidationError("Write the client’s own word for this person, or an initial.")
        if (
            self.about.data == AboutChoice.SOMEONE_NEW
            and fold_name(field.data or "") in self.word_by_relationship.values()
        ):
            raise ValidationError(
                f"“{field.data}” is named already. Choose this person above, or write another word."
            )
        is_other_choice = self.about.data and self.about.data != AboutChoice.SOMEONE_NEW
        if (
            is_other_choice
            and field.data
            and fold_name(field.data) != self.word_by_relationship.get(self.about.data)
        ):
            raise ValidationError(
                f"You wrote “{field.data}” for someone new, but something else is chosen above. "
                "Choose “Someone new”, or empty this line."
            )

    def validate_frame(self, field: StringField) -> None:
        """Require a frame for a new relationship, and a questionnaire that may be asked about it."""
        frame_ids = [
            frame.id for frame in catalogue.list_frames() if frame.takes_questionnaires and not frame.general
        ]
        if self.about.data == AboutChoice.SOMEONE_NEW and field.data not in frame_ids:
            raise ValidationError("Choose who this person is to the client.")

    def validate_about(self, field: Any) -> None:
        """Refuse a questionnaire that is not offered for this kind of relationship."""
        if field.data not in {value for value, _ in field.choices or ()}:
            raise ValidationError("Choose whom it is about.")
        frame_id = {AboutChoice.SOMEONE_NEW: self.frame.data, AboutChoice.IN_GENERAL: GENERAL_FRAME}.get(
            field.data
        ) or self.frame_by_relationship.get(field.data, "")
        frames = {frame.id: frame for frame in catalogue.list_frames()}
        instrument = self.chosen_instrument()
        if instrument and frame_id in frames and not catalogue.is_offered(instrument, frames[frame_id]):
            raise ValidationError(
                f"“{instrument.title}” is not offered about {frames[frame_id].label.lower()}: "
                f"{frames[frame_id].note}"
            )


def instrument_choices(on_offer: Sequence[Instrument]) -> list[tuple[str, str, str]]:
    """Choices for these questionnaires: value, title, and what each is about and how long it takes."""
    return [(each.id, each.title, f"{each.summary} About {each.minutes}.") for each in on_offer]


def relationship_choices(
    client_relationships: Sequence[RecordVersion[Relationship]], ordered_ids: Sequence[UUID]
) -> list[tuple[str, str]]:
    """Choices for these relationships: pairs of value and word; the words do not depend on the order."""
    words = numbered_words(list(client_relationships))
    return [(id.hex, words[id]) for id in ordered_ids]
