"""Which question a client watches in one relationship: chosen together, and changed when they like."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.instruments import catalogue
from clinic_toolkit.record import clients, relationships, watched
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.record.relationships import Relationship
from clinic_toolkit.web import context, responses
from clinic_toolkit.web.forms.check_in import WatchedForm
from clinic_toolkit.web.responses import Answer

screen = Blueprint("watched", __name__)


@screen.route("/relationships/<uuid:id>/watched", methods=["GET", "POST"])
def choose(id: UUID) -> Answer:
    """Choose a question from the long questionnaires, another one, or none."""
    kept = relationships.get(context.db(), context.vault(), id)
    frame = catalogue.frame(kept.body.frame)
    choices = watched.choices(frame)
    now = kept.body.watched
    standing = f"{now.instrument}:{now.item}" if now else ""
    form = WatchedForm.for_choices(choices, request.form if request.method == "POST" else None, standing)
    if request.method == "POST" and form.validate():
        pinned = watched.pinned(*form.chosen, frame) if form.chosen else None
        if pinned == now:
            return responses.see(_back(id))
        if form.version.data != str(kept.version):
            return _page(form, kept, newer=True), 409
        relationships.watch(context.db(), context.vault(), kept, pinned, now=context.now())
        return responses.see(_back(id))
    context.saw("relationship", kept)
    page = _page(form, kept)
    return (page, 422) if form.errors else page


def _page(form: WatchedForm, kept: Kept[Relationship], *, newer: bool = False) -> str:
    frame = catalogue.frame(kept.body.frame)
    return render_template(
        "relationships/watched.html",
        here="clients",
        kept=kept,
        person=clients.get(context.db(), context.vault(), kept.body.client_id),
        frame=frame,
        choices=watched.choices(frame),
        asked=watched.item_of(kept.body.watched) if kept.body.watched else None,
        chosen=form.item.data or "",
        errors=form.errors,
        newer=newer,
        version=form.version.data if form.errors else kept.version,
        back=_back(kept.id),
    )


def _back(id: UUID) -> str:
    """To the check-in of the hour this was opened from, or to the person."""
    try:
        hour = UUID(request.args.get("hour", ""))
    except ValueError:
        return url_for("relationships.show", id=id)
    return url_for("check_ins.begin", session=hour)
