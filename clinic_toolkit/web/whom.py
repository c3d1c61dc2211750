"""Whom a questionnaire is about, as chosen on a page: someone known, someone new, people in general."""

from uuid import UUID

from clinic_toolkit.record import clients, relationships, rows
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.record.relationships import Relationship
from clinic_toolkit.web import context
from clinic_toolkit.web.forms.administration import ChooseForm


def chosen(form: ChooseForm, client_id: UUID) -> Kept[Relationship] | None:
    """The relationship that was chosen, or added if it is new; None for people in general.

    Raises:
        rows.NotThere: it is another client's, or nobody's.
    """
    if form.about.data == "general":
        return None
    if form.about.data == "new":
        return relationships.add(
            context.db(),
            context.vault(),
            client_id,
            word=form.word.data,
            frame=form.frame.data or "",
            now=context.now(),
        )
    about = relationships.get(context.db(), context.vault(), UUID(hex=form.about.data))
    if about.body.client_id not in clients.together(context.db(), context.vault(), client_id):
        raise rows.NotThere
    return about
