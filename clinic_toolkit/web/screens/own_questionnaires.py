"""Questionnaires of the practice's own: choose a file, see what is wrong with it, take it in, put it away."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from werkzeug.exceptions import RequestEntityTooLarge

from clinic_toolkit.instruments import inbox, parsing
from clinic_toolkit.instruments.loader import MAX_BYTES, DefinitionError
from clinic_toolkit.instruments.parsing import Findings, NotParsed
from clinic_toolkit.record import own_questionnaires
from clinic_toolkit.web import context, held_definition, responses
from clinic_toolkit.web.held_definition import Held, NothingHeld
from clinic_toolkit.web.responses import Answer

screen = Blueprint("own_questionnaires", __name__)

_STATUS = {parsing.SLOW: 422, parsing.LARGE: 422}
_NO_FILE = "Choose a file first. Its name ends in .toml."
_TOO_LARGE = f"This file is too large: a questionnaire may have {MAX_BYTES:,} bytes. Nothing was added."
_GONE = "This file is not in the folder any more. Nothing was added."


@screen.get("/your-questionnaires")
def index() -> Answer:
    """The practice's own questionnaires, the files that lie ready, and where to choose one."""
    return _page()


@screen.post("/your-questionnaires")
def upload() -> Answer:
    """Look at a file that was chosen: to its preview, or all that is wrong with it."""
    chosen = request.files.get("definition")
    data = chosen.read(MAX_BYTES + 1) if chosen else b""
    if chosen is None or not (data or chosen.filename):
        return _page(errors={"definition": _NO_FILE}), 422
    return _look_at(data, held_definition.plain_name(chosen.filename or ""))


@screen.post("/your-questionnaires/folder")
def from_folder() -> Answer:
    """Look at a file that lies in the folder."""
    name = request.form.get("file", "")
    data = inbox.read(context.settings().data_folder, name)
    if data is None:
        return _page(errors={"": _GONE}), 422
    return _look_at(data, name)


def _look_at(data: bytes, file: str) -> Answer:
    # Refused here already, so that no more than this is ever sent on.
    if len(data) > MAX_BYTES:
        return _page(errors={"definition": _TOO_LARGE}), 413
    try:
        told = held_definition.parsed(data, file)
    except NotParsed as stopped:
        if context.unlocked() is None:
            raise  # The keys were put away meanwhile; there is no page of the record any more.
        return _page(errors={"definition": stopped.sentence}), _STATUS.get(stopped.outcome, 503)
    findings, instrument = told.findings, told.instrument
    if instrument is not None:
        try:
            own_questionnaires.check(context.db(), context.vault(), instrument, file)
        except DefinitionError as refused:
            findings = parsing.findings(refused, data)
    if instrument is None or findings is not None:
        held_definition.let_go()
        return _page(findings=findings), 422
    held_definition.hold(Held(definition=data, file=file, instrument=instrument))
    return responses.see(url_for("previews.show"))


@screen.post("/your-questionnaires/take-in")
def take_in() -> Answer:
    """Take the one that is looked at into the practice."""
    db, vault = context.db(), context.vault()
    taken = own_questionnaires.with_digest(db, vault, request.form.get("digest", ""))
    if taken is not None:
        # Pressed twice: it is in the practice since the first press.
        return responses.see(url_for(".index", taken=taken.body.instrument, _anchor="yours"))
    try:
        held = held_definition.the_one()
    except NothingHeld as gone:
        return nothing_held(gone)
    try:
        own_questionnaires.take_in(
            context.db(), context.vault(), held.instrument, held.definition, held.file, now=context.now()
        )
    except DefinitionError as refused:
        # Another window took one in meanwhile.
        return _page(findings=parsing.findings(refused, held.definition)), 409
    held_definition.let_go()
    return responses.see(url_for(".index", taken=held.instrument.id, _anchor="yours"))


@screen.post("/your-questionnaires/leave")
def leave() -> Answer:
    """Do not add it; nothing is left of it here."""
    held_definition.let_go()
    return responses.see(url_for(".index"))


@screen.post("/your-questionnaires/<uuid:id>/retire")
def retire(id: UUID) -> Answer:
    """No longer offer it."""
    db, vault = context.db(), context.vault()
    own_questionnaires.retire(db, vault, own_questionnaires.get(db, vault, id), now=context.now())
    return responses.see(url_for(".index", _anchor="yours"))


@screen.post("/your-questionnaires/<uuid:id>/offer")
def offer(id: UUID) -> Answer:
    """Offer it again."""
    db, vault = context.db(), context.vault()
    own_questionnaires.offer_again(db, vault, own_questionnaires.get(db, vault, id), now=context.now())
    return responses.see(url_for(".index", _anchor="yours"))


@screen.errorhandler(NothingHeld)
def nothing_held(error: NothingHeld) -> Answer:
    """There is nothing to take in any more."""
    return _page(errors={"definition": error.sentence}), 422


@screen.errorhandler(RequestEntityTooLarge)
def too_large(error: RequestEntityTooLarge) -> Answer:
    """A file beyond what is read at all: the same page, with the sentence at its field."""
    return _page(errors={"definition": _TOO_LARGE}), 413


def _page(*, errors: dict[str, str] | None = None, findings: Findings | None = None) -> str:
    db, vault = context.db(), context.vault()
    yours = own_questionnaires.newest(db, vault)
    return render_template(
        "own_questionnaires/index.html",
        here="questionnaires",
        yours=yours,
        taken=next((k.body.title for k in yours if k.body.instrument == request.args.get("taken")), ""),
        files=inbox.files(context.settings().data_folder),
        folder=inbox.FOLDER,
        errors=errors or {},
        file=findings.file if findings else "",
        problems=findings.told if findings else (),
        more=findings.count - len(findings.told) if findings else 0,
        count=findings.count if findings else 0,
    )
