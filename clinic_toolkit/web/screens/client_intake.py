"""Taking in the clients of another program from a file: its columns, its rows, and who is added."""

from collections.abc import Iterable
from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from werkzeug.exceptions import RequestEntityTooLarge

from clinic_toolkit.client_tables import table_reader
from clinic_toolkit.client_tables.columns import COLUMN_LABELS, JOINED_COLUMNS, ClientColumn
from clinic_toolkit.client_tables.table_protocol import TableError
from clinic_toolkit.client_tables.table_reader import TextEncoding
from clinic_toolkit.client_tables.written_dates import has_two_readings
from clinic_toolkit.dates import DateOrder
from clinic_toolkit.names.folding import fold_name
from clinic_toolkit.record.people import client_intake as intake_verbs
from clinic_toolkit.record.people import clients, display_names
from clinic_toolkit.record.people.client_intake import NewClient
from clinic_toolkit.record.people.client_record import CLIENT, UNLISTED_STATES
from clinic_toolkit.web import context
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.screen_parts import client_intake, intake_rows, saved_message, uploads
from clinic_toolkit.web.screen_parts.client_intake import ClientIntake, NothingToTakeIn
from clinic_toolkit.web.screen_parts.intake_rows import IntakeRow
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("client_intake", __name__)

NO_FILE_MESSAGE = "Choose a file first. Its name ends in .csv."
TOO_LARGE_MESSAGE = (
    f"This file is too large: a list of clients may have {table_reader.MAX_BYTES:,} bytes. Nothing was added."
)
NO_NAME_MESSAGE = "Say which column holds the name, or the first and the last name."
ENCODING_LABELS = {
    TextEncoding.UTF_8: "UTF-8",
    TextEncoding.UTF_16: "UTF-16",
    TextEncoding.WESTERN: "Western European (Windows)",
    TextEncoding.CENTRAL_EUROPEAN: "Central European (Windows)",
    TextEncoding.CYRILLIC: "Cyrillic (Windows)",
    TextEncoding.MAC: "Western European (old Macintosh)",
}
ORDER_LABELS = {
    DateOrder.DAY_FIRST: "Day first: 03/04/1985 is 3 April 1985",
    DateOrder.MONTH_FIRST: "Month first: 03/04/1985 is 4 March 1985",
}
_SAMPLES_SHOWN = 3


@screen.get("/clients/take-in")
def choose() -> ViewResult:
    """Choose a file with clients."""
    return _render_choice()


@screen.post("/clients/take-in")
def upload() -> ViewResult:
    """Read the file, and go on to its columns."""
    uploaded = uploads.take_upload("clients", max_bytes=table_reader.MAX_BYTES)
    if uploaded is None:
        return _render_choice({"clients": NO_FILE_MESSAGE}), 422
    if len(uploaded.data) > table_reader.MAX_BYTES:
        return _render_choice({"clients": TOO_LARGE_MESSAGE}), 413
    try:
        table = client_intake.read_without_keys(uploaded.data)
    except TableError as error:
        if context.find_login() is None:
            raise  # locked in the meantime: no page of the record can be shown
        return _render_choice({"clients": error.sentence}), 422
    usual_order = context.load_practice().payload.writing_style.order
    client_intake.begin_intake(
        uploaded.data,
        uploaded.name,
        table,
        usual_order if usual_order in ORDER_LABELS else DateOrder.DAY_FIRST,
    )
    return responses.redirect_to(url_for(".columns"))


@screen.get("/clients/take-in/columns")
def columns() -> ViewResult:
    """Say what each column holds."""
    return _render_columns(client_intake.load_intake())


@screen.post("/clients/take-in/columns")
def choose_columns() -> ViewResult:
    """Keep what each column holds, or read the file with other letters."""
    intake = client_intake.load_intake()
    if "read_again" in request.form:
        return _read_again(intake, request.form.get("encoding", ""))
    chosen = tuple(
        _column_of(request.form.get(f"column-{place}", ""), before)
        for place, before in enumerate(intake.columns)
    )
    with_order = request.form.get("date_order", "")
    order = DateOrder(with_order) if with_order in ORDER_LABELS else intake.date_order
    if (chosen, order) != (intake.columns, intake.date_order):
        # What was corrected belonged to the columns as they were.
        intake.corrections.clear()
        intake.columns, intake.date_order = chosen, order
    if errors := _find_column_errors(chosen):
        return _render_columns(intake, errors), 422
    return responses.redirect_to(url_for(".rows"))


@screen.get("/clients/take-in/rows")
def rows() -> ViewResult:
    """Show whom the list would add, and what is wrong with which row; once all are added, let it go."""
    intake = client_intake.load_intake()
    listed = _list_rows(intake)
    if not listed:
        client_intake.discard_intake()
        return responses.redirect_to(url_for("clients.index"))
    return _render_rows(intake, listed)


@screen.post("/clients/take-in/rows")
def add() -> ViewResult:
    """Keep the corrections; add those who are ticked, if that button was pressed."""
    intake = client_intake.load_intake()
    _keep_corrections(intake)
    if "check" in request.form:
        return responses.redirect_to(url_for(".rows"))
    listed = _list_rows(intake)
    chosen_lines = set(map(fields.parse_whole_number, request.form.getlist("add")))
    chosen = [row for row in listed if row.line in chosen_lines and row.can_be_added]
    if not chosen:
        errors = {"": "Nobody is ticked. Tick at least one client."}
        return _render_rows(intake, listed, errors, chosen_lines), 422
    chosen_couples = set(request.form.getlist("couple"))
    couples = [
        (first.client_id, second.client_id)
        for first, second in intake_rows.find_couples(chosen)[0]
        if _couple_value(first, second) in chosen_couples
    ]
    new_clients = [
        NewClient(id=row.client_id, details=row.details) for row in chosen if row.details is not None
    ]
    count = intake_verbs.add_clients(context.db(), context.vault(), new_clients, couples, now=context.now())
    left = len(listed) - len(chosen)
    message = f"{count} client was added." if count == 1 else f"{count} clients were added."
    if left:
        saved_message.note_saved(url_for(".rows"), f"{message} {left} of the file are left.")
    else:
        saved_message.note_saved(url_for("clients.index"), message)
    return responses.redirect_to(url_for(".rows"))


@screen.post("/clients/take-in/leave")
def leave() -> ViewResult:
    """Let the list go; whoever was added stays."""
    client_intake.discard_intake()
    return responses.redirect_to(url_for("clients.index"))


@screen.errorhandler(NothingToTakeIn)
def handle_nothing_to_take_in(error: NothingToTakeIn) -> ViewResult:
    """Ask for the file again."""
    return _render_choice({"clients": error.sentence}), 422


@screen.errorhandler(RequestEntityTooLarge)
def handle_too_large(error: RequestEntityTooLarge) -> ViewResult:
    """Show the page again with an error at the field, for a file over the size limit."""
    return _render_choice({"clients": TOO_LARGE_MESSAGE}), 413


def _read_again(intake: ClientIntake, encoding: str) -> ViewResult:
    if encoding not in list(TextEncoding):
        return responses.redirect_to(url_for(".columns"))
    try:
        table = client_intake.read_without_keys(intake.data, TextEncoding(encoding))
    except TableError as error:
        return _render_columns(intake, {"encoding": error.sentence}), 422
    intake.replace_table(table)
    return responses.redirect_to(url_for(".columns"))


def _column_of(value: str, before: ClientColumn) -> ClientColumn:
    return ClientColumn(value) if value in list(ClientColumn) else before


def _find_column_errors(chosen: tuple[ClientColumn, ...]) -> dict[str, str]:
    errors = {}
    names = {ClientColumn.NAME, ClientColumn.FIRST_NAME, ClientColumn.LAST_NAME, ClientColumn.CODE}
    if not names & set(chosen):
        errors["column-0"] = NO_NAME_MESSAGE
    for place, column in enumerate(chosen):
        is_repeated = column in chosen[:place] and column not in JOINED_COLUMNS
        if is_repeated and column != ClientColumn.LEAVE_OUT:
            errors[f"column-{place}"] = (
                f"“{COLUMN_LABELS[column]}” is chosen for another column already. "
                "Keep one of the two as a note."
            )
    return errors


def _keep_corrections(intake: ClientIntake) -> None:
    for name, text in request.form.items():
        kind, _, rest = name.partition("-")
        line, _, field_name = rest.partition("-")
        if kind == "correct" and field_name.isidentifier():
            number = fields.parse_whole_number(line)
            intake.corrections.setdefault(number, {})[field_name] = fields.clean_text(text)


def _list_rows(intake: ClientIntake) -> list[IntakeRow]:
    known = clients.list_clients(context.db(), context.vault())
    ids_by_name: dict[str, list[UUID]] = {}
    for client in known:
        if client.state not in UNLISTED_STATES:
            ids_by_name.setdefault(fold_name(client.payload.name), []).append(client.id)
    return intake_rows.list_rows(intake, ids_by_name, {client.id for client in known}, context.today())


def _couple_value(first: IntakeRow, second: IntakeRow) -> str:
    return f"{first.line}-{second.line}"


def _render_choice(errors: dict[str, str] | None = None) -> str:
    waiting = client_intake.find_intake()
    return render_template(
        "client_intake/choose.html", here="clients", errors=errors or {}, file=waiting.file if waiting else ""
    )


def _render_columns(intake: ClientIntake, errors: dict[str, str] | None = None) -> str:
    return render_template(
        "client_intake/columns.html",
        here="clients",
        errors=errors or {},
        intake=intake,
        labels=[(column.value, label) for column, label in COLUMN_LABELS.items()],
        samples=[_sample(intake, place) for place in range(len(intake.columns))],
        encodings=[(encoding.value, label) for encoding, label in ENCODING_LABELS.items()],
        orders=[(order.value, label) for order, label in ORDER_LABELS.items()],
        asks_order=has_two_readings(cell for row in intake.table.rows for cell in row.cells),
    )


def _sample(intake: ClientIntake, place: int) -> list[str]:
    cells = dict.fromkeys(row.cells[place] for row in intake.table.rows if row.cells[place])
    return [cell[:60] + "…" * (len(cell) > 60) for cell in list(cells)[:_SAMPLES_SHOWN]]


def _render_rows(
    intake: ClientIntake,
    listed: list[IntakeRow],
    errors: dict[str, str] | None = None,
    ticked: Iterable[int] | None = None,
) -> str:
    couples, unclear = intake_rows.find_couples(listed)
    names = display_names.load_display_names(context.db(), context.vault()).full_by_id
    same_ids = {id for row in listed for id in row.same_name_ids}
    context.audit_read(CLIENT, *(clients.load_client(context.db(), context.vault(), id) for id in same_ids))
    return render_template(
        "client_intake/rows.html",
        here="clients",
        errors=errors or {},
        intake=intake,
        wrong=[row for row in listed if not row.can_be_added],
        ready=[row for row in listed if row.can_be_added],
        ticked={row.line for row in listed if row.is_proposed} if ticked is None else set(ticked),
        couples=[(_couple_value(first, second), first, second) for first, second in couples],
        unclear=unclear,
        names=names,
    )
