"""The rows of a list of clients: each read by the form that a single client is added with."""

from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import date
from uuid import UUID

from msgspec import Struct
from werkzeug.datastructures import MultiDict

from clinic_toolkit.client_tables.columns import ClientColumn
from clinic_toolkit.client_tables.table_reader import TableRow
from clinic_toolkit.client_tables.written_dates import read_date
from clinic_toolkit.names.folding import fold_name
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.web.forms.clients import ClientDetailsForm
from clinic_toolkit.web.forms.fields import clean_line
from clinic_toolkit.web.screen_parts.client_intake import ClientIntake

_NAME_COLUMNS = (
    ClientColumn.NAME,
    ClientColumn.FIRST_NAME,
    ClientColumn.MIDDLE_NAME,
    ClientColumn.LAST_NAME,
)
_PLAIN_COLUMNS = (
    ClientColumn.CODE,
    ClientColumn.PREFERRED_NAME,
    ClientColumn.PRONOUNS,
    ClientColumn.LANGUAGE,
    ClientColumn.REFERRER,
    ClientColumn.EMAIL,
    ClientColumn.ADDRESS,
    ClientColumn.REACH_NOTE,
    ClientColumn.EMERGENCY_NAME,
    ClientColumn.EMERGENCY_PHONE,
    ClientColumn.EMERGENCY_RELATION,
)
COUPLE_SIZE = 2


class RowProblem(Struct, frozen=True, kw_only=True):
    """What is wrong in one field of a row, and the text that is there; `name` is that of its field."""

    name: str
    label: str
    text: str
    sentence: str


class IntakeRow(Struct, frozen=True, kw_only=True):
    """One row as it would be added, what is wrong with it, and who may be the same person.

    `extra_cells` is how many cells stand beyond the headings; such a row is not taken in, since it is not
    known which cell moved.
    """

    line: int
    name: str
    client_id: UUID
    details: Client | None
    problems: tuple[RowProblem, ...]
    extra_cells: int
    couple: str
    same_name_ids: tuple[UUID, ...] = ()
    same_name_lines: tuple[int, ...] = ()

    @property
    def can_be_added(self) -> bool:
        """Whether nothing is wrong with it."""
        return self.details is not None and not self.extra_cells

    @property
    def is_proposed(self) -> bool:
        """Whether it is ticked on a page that nobody has answered yet."""
        return self.can_be_added and not self.same_name_ids and not self.same_name_lines


def list_rows(
    intake: ClientIntake, known_names: Mapping[str, Sequence[UUID]], known_ids: Set[UUID], today: date
) -> list[IntakeRow]:
    """The rows that are not added yet.

    Args:
        known_names: the clients in the record by folded name (`fold_name`).
        known_ids: the ids of all clients in the record; a line whose client is among them was added.
        today: the day on which a client has to be 18.
    """
    waiting = [row for row in intake.table.rows if intake.client_id(row.line) not in known_ids]
    values = {row.line: _typed_values(intake, row) for row in waiting}
    forms = {line: ClientDetailsForm(typed, today=today) for line, typed in values.items()}
    lines_by_name: dict[str, list[int]] = {}
    for line, form in forms.items():
        lines_by_name.setdefault(fold_name(form.name.data or ""), []).append(line)
    return [
        _describe_row(intake, row, values[row.line], forms[row.line], known_names, lines_by_name)
        for row in waiting
    ]


def _describe_row(
    intake: ClientIntake,
    row: TableRow,
    values: Mapping[str, str],
    form: ClientDetailsForm,
    known_names: Mapping[str, Sequence[UUID]],
    lines_by_name: Mapping[str, Sequence[int]],
) -> IntakeRow:
    is_valid = form.validate()
    name = fold_name(form.name.data or "")
    return IntakeRow(
        line=row.line,
        name=form.name.data or form.code.data or "",
        client_id=intake.client_id(row.line),
        details=form.payload() if is_valid else None,
        problems=tuple(
            RowProblem(
                name=field.name,
                label=field.label.text,
                text=values.get(field.name, ""),
                sentence=str(field.errors[0]),
            )
            for field in form
            if field.errors
        ),
        extra_cells=row.extra_cells,
        couple=clean_line(" ".join(_cells(intake, row, ClientColumn.COUPLE))),
        same_name_ids=tuple(known_names.get(name, ())) if name else (),
        same_name_lines=tuple(line for line in lines_by_name[name] if line != row.line) if name else (),
    )


def find_couples(rows: Iterable[IntakeRow]) -> tuple[list[tuple[IntakeRow, IntakeRow]], list[str]]:
    """The couples among these rows, and what is said of several people in whom no couple can be seen.

    Two rows are a couple if their cells for it are the same, or if one names the other.
    """
    listed = [row for row in rows if row.details]
    by_name = {fold_name(row.details.name): row for row in listed if row.details}
    groups: dict[str, list[IntakeRow]] = {}
    for row in listed:
        if row.couple:
            partner = by_name.get(fold_name(row.couple))
            names = sorted(fold_name(each.details.name) for each in (row, partner) if each and each.details)
            groups.setdefault("\n".join(names) if partner else fold_name(row.couple), []).append(row)
            if partner and partner is not row and not partner.couple:
                groups["\n".join(names)].append(partner)
    couples, unclear = [], []
    for group in groups.values():
        distinct = list({row.line: row for row in group}.values())
        if len(distinct) == COUPLE_SIZE:
            couples.append((distinct[0], distinct[1]))
        elif len(distinct) > COUPLE_SIZE:
            lines = ", ".join(str(row.line) for row in distinct)
            unclear.append(
                f"The lines {lines} have the same in the column for couples. A couple is two people."
            )
    return couples, unclear


def _typed_values(intake: ClientIntake, row: TableRow) -> MultiDict[str, str]:
    values = {"leave_message": "ask"}
    values["name"] = " ".join(
        cell for column in _NAME_COLUMNS for cell in _cells(intake, row, column) if cell
    )
    for column in _PLAIN_COLUMNS:
        values[column.value] = "\n".join(cell for cell in _cells(intake, row, column) if cell)
    born = "".join(_cells(intake, row, ClientColumn.BIRTH_DATE))
    read = read_date(born, intake.date_order)
    values["birth_date"] = read.isoformat() if read else born
    phones = [(heading, cell) for heading, cell in _headed(intake, row, ClientColumn.PHONE) if cell]
    values["phone"] = phones[0][1] if phones else ""
    notes = [(heading, cell) for heading, cell in _headed(intake, row, ClientColumn.NOTE) if cell]
    values["earlier_record"] = "\n".join(f"{heading}: {cell}" for heading, cell in (*phones[1:], *notes))
    return MultiDict(values | intake.corrections.get(row.line, {}))


def _cells(intake: ClientIntake, row: TableRow, column: ClientColumn) -> list[str]:
    return [cell for _, cell in _headed(intake, row, column)]


def _headed(intake: ClientIntake, row: TableRow, column: ClientColumn) -> list[tuple[str, str]]:
    return [
        (heading, cell)
        for heading, chosen, cell in zip(intake.table.headings, intake.columns, row.cells, strict=True)
        if chosen == column
    ]
