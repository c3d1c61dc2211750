"""Erasing a client: asked for on a page of its own, taken back within seven days, done by one more act."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.journal.list_facts import FactsReader
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.journal.tombstone_record import ErasureReason
from clinic_toolkit.record.people import clients, display_names
from clinic_toolkit.record.people.case_record import Case
from clinic_toolkit.record.people.client_record import CLIENT
from clinic_toolkit.record.retention import client_erasure, due_list, retentions
from clinic_toolkit.record.retention.client_erasure import ClockMoved, ErasureRefused
from clinic_toolkit.web import context
from clinic_toolkit.web.access import secret_removal, step_up
from clinic_toolkit.web.content import audit_details
from clinic_toolkit.web.forms.retention import COUPLE_CHOICES, EraseForm
from clinic_toolkit.web.screen_parts import due_page
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("erasures", __name__)


@screen.get("/clients/<uuid:id>/erase")
def show(id: UUID) -> ViewResult:
    """What would be erased and what would remain; nothing is done yet."""
    if answer := _lead_elsewhere(id):
        return answer
    return _render(id, _form(id, None))


@screen.post("/clients/<uuid:id>/erase")
def ask(id: UUID) -> ViewResult:
    """Ask for a client to be erased; lists leave the client out from now on."""
    # First, so that the passphrase is asked for about a client whom there is, and a form that can be taken.
    if answer := _lead_elsewhere(id):
        return answer
    form = _form(id, request.form)
    return _ask(id, form) if form.validate() else _render(id, form)


@step_up.require_passphrase
def _ask(id: UUID, form: EraseForm) -> ViewResult:
    try:
        client_erasure.ask_erasure(
            context.db(),
            context.vault(),
            id,
            reason=ErasureReason(form.reason.data),
            words=form.words.data or "",
            couples=[UUID(hex=couple) for couple in form.erased_couples()],
            now=context.now(),
        )
    except ErasureRefused as error:
        form.reason.errors = [error.sentence]
        return _render(id, form)
    return responses.redirect_to(url_for("retention.index"))


@screen.post("/clients/<uuid:id>/erase/take-back")
def take_back(id: UUID) -> ViewResult:
    """Bring back a client who was to be erased."""
    clients.load_client(context.db(), context.vault(), id)
    client_erasure.take_back(context.db(), context.vault(), id, now=context.now())
    return responses.redirect_to(url_for("clients.show", id=id))


@screen.post("/due")
@step_up.require_passphrase
def erase_due() -> ViewResult:
    """Erase those who were shown as due; the list is shown again if something stands in the way of one."""
    db, vault, now = context.db(), context.vault(), context.now()
    confirmed_day: date | None = None
    with suppress(ValueError):
        confirmed_day = date.fromisoformat(request.form.get("today", ""))
    client_ids, errors, clock_moved = _posted_ids(), list[str](), False
    for client_id in client_ids:
        try:
            client_erasure.check_due_client(db, vault, client_id, confirmed_day=confirmed_day, now=now)
        except (ErasureRefused, ClockMoved) as error:
            errors.append(error.sentence)
            clock_moved = clock_moved or isinstance(error, ClockMoved)
    if errors:
        return due_page.render_due_page(errors=tuple(dict.fromkeys(errors)), asks_day=clock_moved)
    for client_id in client_ids:
        client_erasure.erase_due_client(db, vault, client_id, confirmed_day=confirmed_day, now=now)
    if not client_ids:
        return responses.redirect_to(url_for("retention.index"))
    return secret_removal.redirect_once_purged(
        url_for("retention.index", erased="1"),
        if_not_purged=url_for("retention.index", erased="later"),
        if_copies_left=url_for("retention.index", erased="copies"),
    )


def _posted_ids() -> list[UUID]:
    """The clients who were shown as due; one of a form that was sent twice is gone already."""
    erasures = due_list.list_erasures(FactsReader(context.db(), context.vault()), {})
    asked_ids, found = {erasure.client_id for erasure in erasures}, []
    for typed in dict.fromkeys(request.form.get("clients", "").split()):
        with suppress(ValueError):
            found.append(UUID(hex=typed))
    return [id for id in found if id in asked_ids]


def _lead_elsewhere(id: UUID) -> ViewResult | None:
    """Lead to the entry that everything is shown under, or to what is due if it was asked for already."""
    db, vault = context.db(), context.vault()
    clients.load_client(db, vault, id)
    if (primary_id := clients.primary_client_id(db, vault, id)) != id:
        return responses.redirect_to(url_for(".show", id=primary_id))
    retention = retentions.load_retention(db, vault, id)
    if retention and retention.payload.erasure:
        return responses.redirect_to(url_for("retention.index"))
    return None


def _form(id: UUID, typed: object) -> EraseForm:
    db, vault = context.db(), context.vault()
    return EraseForm.for_client(
        typed,
        initials=display_names.load_display_names(db, vault).short_by_id[id],
        couples=[case.id.hex for case in _list_shared_couples(id)],
        must_give_words=client_erasure.is_still_kept(db, vault, id, today=context.today()),
    )


def _list_shared_couples(id: UUID) -> list[RecordVersion[Case]]:
    """The couples whose joint record can stay for the other partner."""
    db, vault = context.db(), context.vault()
    lone_ids = {case.id for case in client_erasure.list_lone_couples(db, vault, id)}
    return [case for case in client_erasure.list_couples(db, vault, id) if case.id not in lone_ids]


def _render(id: UUID, form: EraseForm) -> ViewResult:
    db, vault = context.db(), context.vault()
    client = clients.load_client(db, vault, id)
    context.audit_read(CLIENT, client)
    names = display_names.load_display_names(db, vault)
    entry_ids = clients.list_joined_client_ids(db, vault, id)
    lone_ids = [case.id for case in client_erasure.list_lone_couples(db, vault, id)]

    def count(owner_ids: Sequence[UUID]) -> str:
        rings = client_erasure.list_rings(vault, owner_ids)
        return audit_details.count_records(client_erasure.count_records(db, vault, rings))

    page = render_template(
        "retention/erase.html",
        here="clients",
        client=client,
        name=names.full_by_id[id],
        initials=names.short_by_id[id],
        obstacle=client_erasure.find_lasting_obstacle(
            db, vault, id, retentions.load_retention(db, vault, id)
        ),
        counted=count((*entry_ids, *lone_ids)),
        entry_count=len(entry_ids),
        couples=[
            (
                case.id.hex,
                " and ".join(
                    names.full_by_id[other]
                    for other in case.payload.client_ids
                    if other not in entry_ids and other in names.full_by_id
                ),
                count((case.id,)),
            )
            for case in _list_shared_couples(id)
        ],
        couple_choices=COUPLE_CHOICES,
        form=form,
        errors=form.errors,
    )
    return (page, 422) if form.errors else page
