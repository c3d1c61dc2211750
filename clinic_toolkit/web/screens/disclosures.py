"""What went out of a client's record: the list, one disclosure, and its files while this login lasts."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.exports import release_archive
from clinic_toolkit.journal import audit_log
from clinic_toolkit.record.people import clients, display_names
from clinic_toolkit.record.people.client_record import CLIENT
from clinic_toolkit.record.release import disclosures
from clinic_toolkit.record.release.disclosure_record import DISCLOSURE, Disclosure
from clinic_toolkit.record.values.release_values import Release
from clinic_toolkit.web import context
from clinic_toolkit.web.access import guard
from clinic_toolkit.web.content import release_words
from clinic_toolkit.web.content.printout_kinds import PrintoutKind
from clinic_toolkit.web.screen_parts import pending_release, printouts
from clinic_toolkit.web.screen_parts.printouts import Printout
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("disclosures", __name__)


@screen.get("/clients/<uuid:client_id>/disclosures")
def index(client_id: UUID) -> ViewResult:
    """Everything that went out of this client's record, newest first."""
    db, vault = context.db(), context.vault()
    client = clients.load_client(db, vault, client_id)
    listed = disclosures.list_disclosures(db, vault, client_id)
    context.audit_read(CLIENT, client)
    context.audit_read(DISCLOSURE, *listed)
    return render_template(
        "disclosures/index.html",
        here="clients",
        client=client,
        disclosures=listed,
        scopes=release_words.SCOPE_TITLES,
        bases=release_words.BASIS_LABELS,
        range_of=_describe_range,
        today=context.today(),
    )


@screen.get("/disclosures/<uuid:id>")
def show(id: UUID) -> ViewResult:
    """One disclosure: what, for what, to whom, on whose word, when; and what was left out."""
    db, vault = context.db(), context.vault()
    disclosure = disclosures.load_disclosure(db, vault, id)
    context.audit_read(DISCLOSURE, disclosure)
    payload = disclosure.payload
    names = display_names.load_display_names(db, vault).full_by_id
    return render_template(
        "disclosures/show.html",
        here="clients",
        disclosure=disclosure,
        payload=payload,
        title=release_words.SCOPE_TITLES[payload.scope],
        basis=release_words.BASIS_LABELS[payload.basis],
        range_text=_describe_range(payload),
        mark=release_words.format_mark(payload.digest),
        left_out=release_words.list_left_out(payload.left_out),
        consents=[
            (names.get(UUID(bytes=consent.client), "a client who was erased"), consent.given_on)
            for consent in payload.joint_consents
        ],
        has_files=pending_release.find_made(id) is not None,
    )


@screen.route("/disclosures/<uuid:id>/paper", methods=["GET", "POST"])
@guard.allow_printout_when_read_only
def paper(id: UUID) -> ViewResult:
    """What went, on paper."""
    release = pending_release.find_made(id)
    # A long record takes seconds to draw. That is over before a copy that is saved begins to write, since
    # everybody else would wait for it.
    saved = _draw(release) if release and request.method == "POST" else b""
    disclosure = disclosures.load_disclosure(context.db(), context.vault(), id)
    if release is None:
        return responses.redirect_to(url_for(".show", id=id))
    context.audit_read(DISCLOSURE, disclosure)
    return printouts.respond_with_printout(
        Printout(
            kind=PrintoutKind.RELEASE,
            title=release_words.SCOPE_TITLES[release.scope],
            back=("Back to what was written down", url_for(".show", id=id)),
            render=lambda: saved or _draw(release),
        )
    )


@screen.post("/disclosures/<uuid:id>/data")
def data(id: UUID) -> ViewResult:
    """Everything in one file: the paper, JSON, tables, and a page that explains them."""
    release = pending_release.find_made(id)
    # As with the paper: made before anything is written.
    packed = (
        release_archive.pack_release(release, _draw(release), release_words.list_told_left_out(release))
        if release
        else b""
    )
    disclosure = disclosures.load_disclosure(context.db(), context.vault(), id)
    if release is None:
        return responses.redirect_to(url_for(".show", id=id))
    context.audit_read(DISCLOSURE, disclosure)
    context.audit_export(f"{audit_log.JournalEvent.RECORDS_EXPORTED} {PrintoutKind.RELEASE_DATA}")
    name = printouts.format_file_name(PrintoutKind.RELEASE_DATA, context.now(), "zip")
    return responses.file_download(packed, name, "application/zip")


def _draw(release: Release) -> bytes:
    from clinic_toolkit.documents import release as document

    return document.render_release(
        release,
        title=release_words.SCOPE_TITLES[release.scope],
        range_text=release_words.describe_range(release.from_day, release.to_day),
        mark=release_words.format_mark(release_archive.digest_release(release)),
        left_out_lines=release_words.list_told_left_out(release),
    )


def _describe_range(payload: Disclosure) -> str:
    return release_words.describe_range(payload.from_day, payload.to_day)
