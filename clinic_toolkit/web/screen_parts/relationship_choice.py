"""The relationship chosen in a form: someone known, someone new, or people in general."""

from uuid import UUID

from clinic_toolkit.instruments import catalogue
from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import clients, relationships
from clinic_toolkit.record.people.relationship_record import Relationship
from clinic_toolkit.web import context
from clinic_toolkit.web.forms.administrations import AboutChoice, ChooseQuestionnaireForm


def kind_choices() -> list[tuple[str, str]]:
    """The kinds that someone new may be of, each as value and words; the first choice asks to choose."""
    return [
        ("", "Choose"),
        *(
            (frame.id, frame.label_with_line)
            for frame in catalogue.list_frames()
            if frame.takes_questionnaires and not frame.general
        ),
    ]


def load_or_add_relationship(
    form: ChooseQuestionnaireForm, client_id: UUID
) -> RecordVersion[Relationship] | None:
    """The chosen relationship, which is added if it is new; None for people in general.

    Raises:
        records.RecordNotFound: this client has no such relationship.
    """
    if form.about.data == AboutChoice.IN_GENERAL:
        return None
    if form.about.data == AboutChoice.SOMEONE_NEW:
        return relationships.create_relationship(
            context.db(),
            context.vault(),
            client_id,
            word=form.word.data,
            frame=form.frame.data or "",
            now=context.now(),
        )
    relationship = relationships.load_relationship(context.db(), context.vault(), UUID(hex=form.about.data))
    if relationship.payload.client_id not in clients.list_joined_client_ids(
        context.db(), context.vault(), client_id
    ):
        raise records.RecordNotFound
    return relationship
