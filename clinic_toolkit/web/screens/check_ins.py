"""The check-in at the start of an hour: about whom it is this time."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.instruments import catalogue
from clinic_toolkit.record import (
    administrations,
    cases,
    check_ins,
    clients,
    lately,
    relationships,
    sessions,
    watched,
)
from clinic_toolkit.record.administrations import Administration
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.record.relationships import Relationship
from clinic_toolkit.web import context, new_records, responses
from clinic_toolkit.web.forms.check_in import GENERAL, CheckInForm
from clinic_toolkit.web.responses import Answer

screen = Blueprint("check_ins", __name__)


@screen.route("/sessions/<uuid:session>/check-in", methods=["GET", "POST"])
def begin(session: UUID) -> Answer:
    """Choose whom it is about, and begin."""
    db, vault = context.db(), context.vault()
    hour = sessions.get(db, vault, session)
    case = cases.get(db, vault, hour.body.case_id)
    if case.body.is_couple:
        return render_template("administrations/couple.html", here="clients", hour=hour)
    client = clients.get(db, vault, case.body.client_ids[0])
    asked = catalogue.check_in()
    known = [
        kept
        for kept in relationships.of_client(db, vault, client.id)
        if kept.state == "active" and catalogue.offered(asked, catalogue.frame(kept.body.frame))
    ]
    order = lately.people(db, vault, client.id, known)
    form = CheckInForm.for_client(
        known, order, request.form if request.method == "POST" else None, _last(client.id, known)
    )
    ring = vault.ring_of(client.id, "record")
    before = new_records.made_before(Administration, ring, lambda body: form.says(body, asked.id))
    if before is not None:
        return responses.see(url_for("administrations.introduction", id=before.id))
    if request.method == "POST" and form.validate():
        kept = administrations.begin(
            db,
            vault,
            asked,
            client_id=client.id,
            about=next((one for one in known if one.id.hex == form.about.data), None),
            session_id=hour.id,
            mode=administrations.aloud(hour.body.setting, interpreted=bool(form.interpreter.data)),
            now=context.now(),
            number=new_records.number_sent(),
        )
        return responses.see(url_for("administrations.introduction", id=kept.id))
    context.saw("client", client)
    page = render_template(
        "check_ins/begin.html",
        here="clients",
        hour=hour,
        client=client,
        instrument=asked,
        ids={one.id.hex: one.id for one in known},
        watched={one.id.hex: watched.item_of(one.body.watched) for one in known if one.body.watched},
        general=GENERAL,
        form=form,
        errors=form.errors,
    )
    return (page, 422) if form.errors else page


def _last(client_id: UUID, known: list[Kept[Relationship]]) -> str:
    """Whom the last check-in was about, or the only person there is."""
    for one in administrations.of_client(context.db(), context.vault(), client_id):
        if check_ins.is_one(one.body):
            about = one.body.relationship_id
            return about.hex if about else GENERAL
    return known[0].id.hex if len(known) == 1 else ""
