"""The progress note of an hour: draft, signed, printed, copied."""

from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.record import (
    cases,
    hours,
    later_arrivals,
    later_changes,
    note_texts,
    notes,
    practice,
    results,
    rows,
    sessions,
    signed_facts,
    told_apart,
)
from clinic_toolkit.record.administrations import Administration
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.record.later_changes import LaterChanges
from clinic_toolkit.record.notes import ClinicalNote, Part
from clinic_toolkit.record.sessions import TherapySession
from clinic_toolkit.record.summaries import CHANGED_LATER, NOT_SIGNED, SOME_UNREAD
from clinic_toolkit.web import context, guard, papers, responses, returning
from clinic_toolkit.web.forms.note import NoteForm, SignForm
from clinic_toolkit.web.papers import Paper
from clinic_toolkit.web.requests import by_script
from clinic_toolkit.web.responses import Answer

screen = Blueprint("notes", __name__)

WRONG_CODES, MOST_TRIES = "wrong codes", 3
# Where what came to an hour is read.
PAGES = {
    "administration": "results.show",
    "handout": "worksheets.handout",
}


@screen.get("/sessions/<uuid:session>/note")
def edit(session: UUID) -> Answer:
    """Write the note of an hour, or read it once it is signed."""
    hour = sessions.get(context.db(), context.vault(), session)
    kept = notes.of_session(context.db(), context.vault(), hour)
    if kept is not None and kept.final:
        return responses.see(url_for(".show", id=kept.id))
    context.saw("therapy_session", hour)
    given = results.of_hour(context.db(), context.vault(), hour)
    context.saw("administration", *given)
    if kept is not None:
        context.saw("clinical_note", kept)
    return _page(hour, kept, NoteForm.of(_parts(hour, kept, given)))


@screen.post("/sessions/<uuid:session>/note")
def save(session: UUID) -> Answer:
    """Keep the draft; sign it if that was the button."""
    hour = sessions.get(context.db(), context.vault(), session)
    kept = notes.of_session(context.db(), context.vault(), hour)
    form = NoteForm.typed(_parts(hour, kept), request.form)
    seen = form.seen_version
    # Sent twice: what stands here is kept already, and nothing else was kept since.
    repeated = kept is not None and not kept.final and form.parts() == list(kept.body.parts)
    if kept is not None and not repeated and (kept.final or kept.version != seen):
        if by_script():
            stale = f"{rows.Stale().sentence} Press “Save the draft” to see both."
            return responses.not_saved(notes.Signed().sentence if kept.final else stale, 409)
        return _page(hour, kept, form, newer=kept), 409
    if not form.validate():
        if by_script():
            return responses.not_saved(next(iter(form.problems.values()))[0], 422)
        return _page(hour, kept, form), 422
    parts = form.parts()
    if kept is None:
        kept = notes.begin(context.db(), context.vault(), hour, parts, now=context.now())
    else:
        seen = kept.version if repeated else seen
        kept = notes.revise(context.db(), context.vault(), kept, parts, version=seen, now=context.now())
    if by_script():
        return responses.saved(context.now(), version=kept.version)
    onward = ".read" if "sign" in request.form else ".edit"
    if onward == ".read":
        return responses.see(url_for(".read", id=kept.id))
    return responses.see(url_for(".edit", session=session))


def _parts(
    hour: Kept[TherapySession],
    kept: Kept[ClinicalNote] | None,
    given: Sequence[Kept[Administration]] | None = None,
) -> list[Part]:
    """The parts of the draft, and any block that came to the hour since it was begun."""
    offered = note_texts.prefilled(context.db(), context.vault(), hour, given)
    parts = list(kept.body.parts) if kept else []
    known = {part.origin for part in parts if part.origin}
    return parts + [part for part in offered if part.origin not in known]


def _page(
    hour: Kept[TherapySession],
    kept: Kept[ClinicalNote] | None,
    form: NoteForm,
    newer: Kept[ClinicalNote] | None = None,
) -> str:
    return render_template(
        "notes/edit.html",
        here="clients",
        hour=hour,
        facts=hours.hour_facts(context.db(), context.vault(), hour),
        kept=kept,
        form=form,
        errors=form.problems,
        newer=newer,
        newer_sections=note_texts.sections_of(newer.body, ()) if newer else (),
    )


@screen.get("/notes/<uuid:id>/read")
def read(id: UUID) -> Answer:
    """Read the whole note once more, and sign it."""
    kept, hour = _note(id)
    if kept.final:
        return responses.see(url_for(".show", id=id))
    return _reading(kept, hour, SignForm())


@screen.post("/notes/<uuid:id>/sign")
def sign(id: UUID) -> Answer:
    """Sign exactly the version that was read, with exactly the facts that stood beside it."""
    kept, hour = _note(id)
    form = SignForm(request.form)
    if kept.final and kept.version == form.seen_version + 1:
        # The version that was read is the one that was signed: a second press arrives at the signed note.
        return responses.see(url_for(".show", id=id))
    settings = context.practice().body
    if not form.validate():
        return _reading(kept, hour, form), 422
    if settings.return_code:
        try:
            practice.check_code(settings, form.code.data or "")
        except practice.CodeWrong as wrong:
            return _wrong_code(kept, hour, form, wrong.sentence)
    facts = signed_facts.facts_of(context.db(), context.vault(), hour, kept)
    if not kept.final and form.facts.data != facts.digest:
        return _changed_meanwhile(kept, hour, form)
    signed = notes.sign(
        context.db(),
        context.vault(),
        kept,
        facts=facts,
        version=form.seen_version,
        now=context.now(),
    )
    return responses.see(url_for(".show", id=signed.id))


def _wrong_code(
    kept: Kept[ClinicalNote], hour: Kept[TherapySession], form: SignForm, sentence: str
) -> Answer:
    # Someone may be sitting at a screen that was left open: as at the lock, there are three tries.
    tries = (context.take_from_session(WRONG_CODES) or 0) + bool((form.code.data or "").strip())
    context.keep_in_session(WRONG_CODES, tries)
    if tries >= MOST_TRIES:
        returning.drop()
        context.end_worker("wrong codes")
        return responses.see(url_for("lock.unlock"))
    form.code.errors = [sentence]
    return _reading(kept, hour, form), 422


def _changed_meanwhile(kept: Kept[ClinicalNote], hour: Kept[TherapySession], form: SignForm) -> Answer:
    """The page once more, with the facts as they are now and what they were when it was read."""
    db, vault = context.db(), context.vault()
    seen = signed_facts.facts_as_seen(db, vault, hour, kept, form.versions.data or "")
    changed = later_changes.of_facts(db, vault, seen, hour) if seen else LaterChanges()
    return _reading(kept, hour, SignForm(), changed=changed), 409


def _note(id: UUID, *, on_paper: bool = False) -> tuple[Kept[ClinicalNote], Kept[TherapySession]]:
    kept = notes.get(context.db(), context.vault(), id)
    day = kept.at.astimezone().date()
    day = kept.body.facts.on if kept.body.facts else day
    hour = sessions.of_note(context.db(), context.vault(), kept.body.session_id, on=day)
    if request.method == "GET" or on_paper:
        context.saw("clinical_note", kept)
    return kept, hour


def _reading(
    kept: Kept[ClinicalNote],
    hour: Kept[TherapySession],
    form: SignForm,
    *,
    changed: LaterChanges | None = None,
) -> str:
    facts = signed_facts.facts_of(context.db(), context.vault(), hour, kept)
    return render_template(
        "notes/read.html",
        here="clients",
        kept=kept,
        hour=hour,
        facts=facts,
        changed=changed,
        some_unread=SOME_UNREAD,
        sections=note_texts.sections_of(kept.body, facts.status_lines),
        empty=note_texts.empty_sections(kept.body),
        asks_code=bool(context.practice().body.return_code),
        whom=told_apart.of(context.db(), context.vault()).both(_clients_of(hour)),
        from_sources=sorted(
            {part.source for part in kept.body.parts if part.source != notes.CLINICIAN and not part.left_out}
        ),
        errors=form.errors,
    )


def _clients_of(hour: Kept[TherapySession]) -> tuple[UUID, ...]:
    return cases.get(context.db(), context.vault(), hour.body.case_id).body.client_ids


@screen.get("/notes/<uuid:id>")
def show(id: UUID) -> Answer:
    """A signed note, as it was signed."""
    kept, hour = _note(id)
    if not kept.final:
        return responses.see(url_for(".edit", session=hour.id))
    facts = signed_facts.signed(kept)
    return render_template(
        "notes/show.html",
        here="clients",
        kept=kept,
        hour=hour,
        facts=facts,
        later=later_changes.of_facts(context.db(), context.vault(), facts, hour),
        arrived=later_arrivals.of_hour(context.db(), context.vault(), hour, kept),
        sections=note_texts.sections_of(kept.body, facts.status_lines),
        genuine=notes.is_genuine(context.vault(), kept),
        mark=notes.mark(kept),
        pages=PAGES,
        changed_later=CHANGED_LATER,
        not_signed=NOT_SIGNED,
        some_unread=SOME_UNREAD,
        beside=context.practice().body.record_kind == "beside",
    )


@screen.route("/notes/<uuid:id>/paper", methods=["GET", "POST"])
@guard.giving_a_paper
def paper(id: UUID) -> Answer:
    """The note on paper: signed, or marked as a draft."""
    from clinic_toolkit.documents import note as document

    kept, hour = _note(id, on_paper=True)
    value = note_texts.note_page_of(context.db(), context.vault(), context.practice().body, hour, kept)
    from_page = url_for(".show", id=id) if kept.final else url_for(".edit", session=hour.id)
    return papers.answer(
        Paper(
            kind="note",
            title="Note",
            back=("Back to the note", from_page),
            render=lambda: document.render(value),
        )
    )


@screen.get("/notes/<uuid:id>/text")
def text(id: UUID) -> Answer:
    """The note as plain text, for another record."""
    kept, hour = _note(id)
    return render_template(
        "notes/text.html",
        here="clients",
        kept=kept,
        hour=hour,
        plain=note_texts.plain_note_of(context.db(), context.vault(), hour, kept),
    )
