"""Putting together what of a record goes to somebody: asked for, read text by text, written down, made."""

from uuid import UUID, uuid4

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.exports import release_archive
from clinic_toolkit.journal import idempotency
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import cases, clients, display_names, joined_entries
from clinic_toolkit.record.people.client_record import CLIENT, Client, record_ring
from clinic_toolkit.record.release import disclosures, release_content
from clinic_toolkit.record.release.disclosure_record import DISCLOSURE
from clinic_toolkit.record.release.release_content import ReleaseRequest
from clinic_toolkit.record.values.release_values import Release, keep_ticked
from clinic_toolkit.web import context
from clinic_toolkit.web.content import release_words
from clinic_toolkit.web.forms.releases import PARTNER_PREFIX, ReleaseForm, WholeRecordForm
from clinic_toolkit.web.screen_parts import idempotent_forms, letterheads, pending_release
from clinic_toolkit.web.screen_parts.pending_release import PendingRelease
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("releases", __name__)

_CHOSEN_FIRST = {"questionnaires": True, "worksheets": True}


@screen.route("/clients/<uuid:id>/release", methods=["GET", "POST"])
def ask(id: UUID) -> ViewResult:
    """Say what goes, to whom, and on whose word."""
    client = _load_primary(id)
    joint_cases = _joint_cases(client.id)
    form = ReleaseForm.for_client(request.form if request.method == "POST" else None, joint_cases)
    errors = form.find_errors() if request.method == "POST" else {}
    if request.method == "POST" and not errors:
        pending = PendingRelease(
            release=_build(client.id, form.request()), terms=form.terms(), number=uuid4()
        )
        pending_release.keep_pending(client.id, pending)
        return responses.redirect_to(url_for(".read", id=client.id))
    names = display_names.load_display_names(context.db(), context.vault()).full_by_id
    page = render_template(
        "releases/ask.html",
        here="clients",
        client=client,
        case_id=cases.load_single_case(context.db(), context.vault(), client.id).id,
        values=form.page_values() if request.method == "POST" else _CHOSEN_FIRST,
        errors=errors,
        basis_choices=release_words.BASIS_CHOICES,
        purpose_hint=release_words.PURPOSE_HINT,
        joint=[
            [(f"{PARTNER_PREFIX}{case.hex}-{partner.hex}", names[partner]) for partner in partners]
            for case, partners in joint_cases
        ],
    )
    return (page, 422) if errors else page


@screen.route("/clients/<uuid:id>/release/read", methods=["GET", "POST"])
def read(id: UUID) -> ViewResult:
    """Read every text of one page and tick what goes; after the last page it is written down and made."""
    client = _load_primary(id)
    pending = pending_release.find_pending(client.id)
    if pending is None or (request.method == "POST" and request.form.get("number") != pending.number.hex):
        return responses.redirect_to(_find_made_before(client.id) or url_for(".ask", id=client.id))
    page = _page_number(pending)
    if request.method == "POST":
        shown = {text.key for entry in pending.entries_on(page) for text in entry.texts}
        ticked = (pending.ticked - shown) | (shown & set(request.form.getlist("goes")))
        pending = PendingRelease(
            release=pending.release,
            terms=pending.terms,
            number=pending.number,
            ticked=frozenset(ticked),
            read_pages=pending.read_pages | {page},
        )
        pending_release.keep_pending(client.id, pending)
        if pending.unread_page:
            return responses.redirect_to(url_for(".read", id=client.id, page=pending.unread_page))
        made_id = _make(client.id, pending)
        pending_release.discard_pending()
        return responses.redirect_to(url_for("disclosures.show", id=made_id))
    return render_template(
        "releases/read.html",
        here="clients",
        client=client,
        pending=pending,
        page=page,
        entries=pending.entries_on(page),
        left_out=release_words.list_left_out(pending.release.left_out),
        range_text=release_words.describe_range(pending.release.from_day, pending.release.to_day),
    )


@screen.route("/clients/<uuid:id>/whole-record", methods=["GET", "POST"])
def whole(id: UUID) -> ViewResult:
    """A copy of everything for the client, in one act."""
    client = _load_primary(id)
    form = WholeRecordForm(request.form if request.method == "POST" else None)
    if request.method == "POST" and form.validate():
        key = idempotent_forms.submitted_idempotency_key()
        release = _build(client.id, form.request())
        pending = PendingRelease(release=release, terms=form.terms(), number=key, ticked=release.text_keys)
        return responses.redirect_to(url_for("disclosures.show", id=_make(client.id, pending)))
    page = render_template(
        "releases/whole.html",
        here="clients",
        client=client,
        case_id=cases.load_single_case(context.db(), context.vault(), client.id).id,
        values=form.data if request.method == "POST" else {"recipient": "The client"},
        errors=form.errors,
    )
    return (page, 422) if form.errors else page


def _load_primary(id: UUID) -> RecordVersion[Client]:
    client = clients.load_primary_client(context.db(), context.vault(), id)
    context.audit_read(CLIENT, client)
    return client


def _joint_cases(client_id: UUID) -> list[tuple[UUID, tuple[UUID, ...]]]:
    """The couples of a client of whom both partners are here, since both have to agree."""
    db, vault = context.db(), context.vault()
    return [
        (case.id, case.payload.client_ids)
        for case in joined_entries.list_cases_of_person(db, vault, client_id)
        if case.payload.is_couple and len(case.payload.client_ids) > 1
    ]


def _build(client_id: UUID, asked: ReleaseRequest) -> Release:
    return release_content.build_release(
        context.db(),
        context.vault(),
        client_id,
        asked,
        letterhead=letterheads.letterhead_with_logo(),
        now=context.now(),
    )


def _page_number(pending: PendingRelease) -> int:
    typed = request.values.get("page", "")
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 5 else 1
    return min(max(number, 1), pending.page_count)


def _make(client_id: UUID, pending: PendingRelease) -> UUID:
    """Write the disclosure down, once, and keep what it holds for this login."""
    release = keep_ticked(pending.release, pending.ticked)
    if not _is_recorded(client_id, pending.number):
        disclosures.record_disclosure(
            context.db(),
            context.vault(),
            client_id,
            release,
            pending.terms,
            digest=release_archive.digest_release(release),
            now=context.now(),
            idempotency_key=pending.number,
        )
        pending_release.keep_made(pending.number, release)
    return pending.number


def _is_recorded(client_id: UUID, number: UUID) -> bool:
    db, vault = context.db(), context.vault()
    ring = record_ring(vault, client_id)
    return idempotency.find_created_with(db, vault, DISCLOSURE, number, ring=ring) is not None


def _find_made_before(client_id: UUID) -> str | None:
    """Where a second press of the last button leads: to what the first one made."""
    try:
        number = UUID(hex=request.form.get("number", ""))
    except ValueError:
        return None
    return url_for("disclosures.show", id=number) if _is_recorded(client_id, number) else None
