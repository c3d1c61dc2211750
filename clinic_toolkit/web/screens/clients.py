"""Clients: list, search, one client's page, adding, editing, archiving."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.instruments import catalogue
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import (
    cases,
    client_lists,
    clients,
    display_names,
    joined_entries,
    relationships,
    therapy_session_timeline,
)
from clinic_toolkit.record.people.case_record import Case
from clinic_toolkit.record.people.client_record import CLIENT, UNREADABLE_NAME, Client, ClientState
from clinic_toolkit.record.people.relationship_record import RELATIONSHIP, RelationshipState
from clinic_toolkit.record.people.therapy_session_record import KIND_LABELS
from clinic_toolkit.record.questionnaires import (
    administrations,
    answered_items,
    recent_relationships,
)
from clinic_toolkit.record.writing import handouts, notes
from clinic_toolkit.web import context
from clinic_toolkit.web.access import guard
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.forms.clients import ClientDetailsForm
from clinic_toolkit.web.screen_parts import (
    draft_saving,
    handout_lines,
    idempotent_forms,
    initials_suggestion,
    questionnaire_lines,
    recent_searches,
    repeat_lines,
    session_choice,
    session_lines,
    similar_clients,
)
from clinic_toolkit.web.screen_parts.draft_saving import PageDraft
from clinic_toolkit.web.screen_parts.saved_message import redirect_saved
from clinic_toolkit.web.transport import request_info, responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("clients", __name__)

NEWEST_SHOWN = 8  # sessions, questionnaires, sheets and people on a client's page; a link shows the rest
CLIENTS_SHOWN = 30  # clients in the list; a link shows the rest


@screen.get("/clients")
def index() -> ViewResult:
    """The active clients, or the archived ones."""
    archived = "archived" in request.args
    db, vault, limit = context.db(), context.vault(), request_info.list_limit(CLIENTS_SHOWN)
    listed = client_lists.list_clients_and_couples(
        db, vault, archived=archived, limit=limit, today=context.today()
    )
    return _render_list(
        listed.clients,
        couples=listed.couples,
        archived=archived,
        others=listed.others_count,
        total=listed.total,
    )


@screen.get("/clients/find")
def show_search() -> ViewResult:
    """The clients found. The search text is not in the URL; an unknown token leads to the whole list."""
    search = recent_searches.find_search(request.args.get(recent_searches.SEARCH_PARAM))
    if search is None:
        return responses.redirect_to(url_for(".index"))
    return _render_list(
        clients.search_clients(context.db(), context.vault(), search["words"]), words=search["words"]
    )


@screen.post("/clients/find")
@guard.allow_search_by_executor
def search() -> ViewResult:
    """Find clients by name, telephone or e-mail. Sent by POST, because the search text is a name."""
    search_text = " ".join(fields.clean_text(request.form.get("words")).split())
    if not search_text:
        return responses.redirect_to(url_for(".index"))
    # Redirect, because the browser's *Back* does not show again a page that answered a POST.
    return responses.redirect_to(
        url_for(".show_search", search=recent_searches.remember_search({"words": search_text}))
    )


def _render_list(
    shown: list[RecordVersion[Client]],
    *,
    couples: Sequence[tuple[UUID, str]] = (),
    words: str = "",
    archived: bool = False,
    others: int = 0,
    total: int = 0,
) -> str:
    context.audit_read(CLIENT, *shown)
    db, vault = context.db(), context.vault()
    return render_template(
        "clients/index.html",
        details_of_alike=display_names.details_of_alike(db, vault, shown),
        here="clients",
        shown=shown,
        names=display_names.load_display_names(db, vault).full_by_id,
        couples=couples,
        words=words,
        archived=archived,
        others=others,
        total=total,
    )


@screen.route("/clients/new", methods=["GET", "POST"])
def new() -> ViewResult:
    """Add a client."""
    draft = draft_saving.open_page_draft("client", context.vault().user_id, ring=None)
    if (answer := draft.handle_autosave(lambda: initials_suggestion.suggest_while_typing(None))) is not None:
        return answer
    form = ClientDetailsForm(draft.field_values(), today=context.today())
    existing = idempotent_forms.find_client_created_before(form.matches_record)
    if existing is not None:
        return responses.redirect_to(url_for(".show", id=existing.id))
    if request.method == "POST" and form.validate():
        if alike := similar_clients.find_similar_clients(form, None):
            return _render_form(form, None, draft, alike=alike)
        idempotency_key = idempotent_forms.submitted_idempotency_key()
        payload = initials_suggestion.fill_in_initials(form.payload(), None)
        client = clients.create_client(
            context.db(), context.vault(), payload, now=context.now(), idempotency_key=idempotency_key
        )
        draft.discard_recorded_draft()
        return redirect_saved(url_for(".show", id=client.id))
    return _render_form(form, None, draft)


@screen.route("/clients/<uuid:id>/edit", methods=["GET", "POST"])
def edit(id: UUID) -> ViewResult:
    """Change a client's details."""
    client = clients.load_client(context.db(), context.vault(), id)
    draft = draft_saving.open_page_draft("client", id, ring=client.ring)
    if (answer := draft.handle_autosave(lambda: initials_suggestion.suggest_while_typing(id))) is not None:
        return answer
    form = ClientDetailsForm(draft.field_values(), current=client.payload, today=context.today())
    if request.method == "POST" and form.validate():
        if form.matches_record(client.payload):
            draft.discard_recorded_draft()
            return responses.redirect_to(url_for(".show", id=id))
        if form.version.data != str(client.version):
            return _render_form(form, client, draft, newer=form.differences(client.payload))
        if alike := similar_clients.find_similar_clients(form, client):
            return _render_form(form, client, draft, alike=alike)
        payload = initials_suggestion.fill_in_initials(form.payload(), client.id)
        clients.revise_client(context.db(), context.vault(), client, payload, now=context.now())
        draft.discard_recorded_draft()
        return redirect_saved(url_for(".show", id=id))
    context.audit_read(CLIENT, client)
    return _render_form(form, client, draft)


def _render_form(
    form: ClientDetailsForm,
    client: RecordVersion[Client] | None,
    draft: PageDraft,
    *,
    newer: Sequence[tuple[str, str]] = (),
    alike: Sequence[RecordVersion[Client]] = (),
) -> ViewResult:
    page = render_template(
        "clients/edit.html",
        here="clients",
        form=form,
        errors=form.errors,
        client=client,
        newer=newer,
        alike=alike,
        names=display_names.load_display_names(context.db(), context.vault()).full_by_id,
        distinguishing_detail=lambda each: display_names.distinguishing_detail(
            context.db(), context.vault(), each
        ),
        draft=draft,
        version=fields.version_for_page(form, client.version if client else 0, draft=draft.is_shown),
    )
    return (page, 409) if newer or alike else (page, 422) if form.errors else page


@screen.get("/clients/<uuid:id>")
def show(id: UUID) -> ViewResult:
    """One client's page: agreements, sessions, relationships, questionnaires and sheets given."""
    db, vault = context.db(), context.vault()
    client = clients.load_client(db, vault, id)
    if (primary_id := clients.primary_client_id(db, vault, id)) != id:
        return _render_joined(client, primary_id)
    cases_of_person = joined_entries.list_cases_of_person(db, vault, id)
    own_case = cases.load_single_case(db, vault, id)
    entry_ids = clients.list_joined_client_ids(db, vault, id)
    names = display_names.load_display_names(db, vault)
    sessions = therapy_session_timeline.list_therapy_sessions_of_cases(db, vault, cases_of_person)
    couple_ids = {case.id for case in cases_of_person if case.payload.is_couple}
    own_sessions = [session for session in sessions if session.payload.case_id not in couple_ids]
    client_relationships = relationships.list_relationships(db, vault, id)
    context.audit_read(CLIENT, client)
    context.audit_read(RELATIONSHIP, *client_relationships)
    word_by_id = relationships.numbered_words(client_relationships)
    all_administrations = administrations.list_administrations(db, vault, id)
    limit = request_info.list_limit(NEWEST_SHOWN)
    shown_administrations = all_administrations[:limit]
    order = recent_relationships.recent_relationship_ids(db, vault, id, client_relationships)
    archived_last = {each.id: each.state == RelationshipState.ARCHIVED for each in client_relationships}
    client_relationships.sort(key=lambda each: (archived_last[each.id], order.index(each.id)))
    repeats = repeat_lines.list_repeats(id, all_administrations)
    repeat_lines.audit_shown_agreements(repeats)
    return render_template(
        "clients/show.html",
        here="clients",
        client=client,
        name=names.called_by_id[id],
        short=names.short_by_id[id],
        # Nobody is shown as another than the own initials, unless somebody else has the same.
        own_initials=client.payload.initials if id in names.alike else names.short_by_id[id],
        entries=[clients.load_client(db, vault, entry_id) for entry_id in entry_ids if entry_id != id],
        distinguishing_detail=lambda each: display_names.distinguishing_detail(db, vault, each),
        own=own_case,
        couples=_list_couples(cases_of_person, entry_ids, names.full_by_id),
        sessions=(chosen := session_choice.choose_sessions(sessions, limit=limit)),
        session_details=session_lines.describe_sessions(chosen.shown, cases_of_person),
        notes_alone=notes.list_notes_without_session(db, vault, cases_of_person, sessions),
        now=session_lines.find_way_in(own_sessions, cases_of_person),
        agreed=therapy_session_timeline.find_last_agreement(own_sessions),
        relationships=client_relationships,
        list_limit=limit,
        words=word_by_id,
        frames={frame.id: frame.label for frame in catalogue.list_frames()},
        questionnaires=questionnaire_lines.describe_questionnaires(shown_administrations, word_by_id),
        courses=[
            (word, relationship_id)
            for word, relationship_id in (
                *((word_by_id[relationship_id], relationship_id) for relationship_id in word_by_id),
                (answered_items.ABOUT_PEOPLE_IN_GENERAL, None),
            )
            if any(
                repeat.series_key[0] == relationship_id and not catalogue.is_own(repeat.series_key[1])
                for repeat in repeats
            )
        ],
        more=len(all_administrations) if len(all_administrations) > len(shown_administrations) else 0,
        repeats=repeat_lines.with_something_to_say(repeat_lines.with_words(id, word_by_id, repeats)),
        sheets=handout_lines.describe_handouts(handouts.list_handouts(db, vault, id)),
        kinds=KIND_LABELS,
    )


def _list_couples(
    cases_of_person: Sequence[RecordVersion[Case]], entry_ids: Sequence[UUID], names: Mapping[UUID, str]
) -> list[tuple[UUID, str]]:
    """The couples of a person, each with the other partner's name."""
    couples = []
    for case in (case for case in cases_of_person if case.payload.is_couple):
        others = [names[id] for id in case.payload.client_ids if id not in entry_ids and id in names]
        couples.append((case.id, " and ".join(others) or "a partner who was erased"))
    return couples


def _render_joined(client: RecordVersion[Client], primary_id: UUID) -> ViewResult:
    """The page of an entry that was joined to another: a link to the entry that shows everything."""
    context.audit_read(CLIENT, client)
    names = display_names.load_display_names(context.db(), context.vault()).full_by_id
    return render_template(
        "clients/joined.html",
        here="clients",
        client=client,
        primary_id=primary_id,
        name=names.get(primary_id, UNREADABLE_NAME),
    )


@screen.post("/clients/<uuid:id>/archive")
def archive(id: UUID) -> ViewResult:
    """Archive a client. Nothing is deleted."""
    client = clients.load_client(context.db(), context.vault(), id)
    if client.state == ClientState.ACTIVE:
        clients.archive_client(context.db(), context.vault(), client, now=context.now())
    return responses.redirect_to(url_for(".show", id=id))


@screen.post("/clients/<uuid:id>/restore")
def restore(id: UUID) -> ViewResult:
    """Make an archived client active again."""
    client = clients.load_client(context.db(), context.vault(), id)
    if client.state == ClientState.ARCHIVED:
        clients.restore_client(context.db(), context.vault(), client, now=context.now())
    return responses.redirect_to(url_for(".show", id=id))
