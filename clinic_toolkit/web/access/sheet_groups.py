"""The groups of a recovery sheet or of an executor's sheets as typed: which cannot be right, and why.

All groups of a sheet may stand in one box. No error says anything of what was typed but its length and place.
"""

from collections.abc import Mapping, Sequence

from clinic_toolkit.vault import executor_halves, passphrases, recovery_sheet
from clinic_toolkit.vault.recovery_sheet import SheetKind
from clinic_toolkit.web import context
from clinic_toolkit.web.perimeter.end_reason import EndReason

GROUPS = recovery_sheet.GROUPS


def read_sheet(form: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """The groups of a recovery sheet in a form, and an error message for each that cannot be right.

    While locked, a mistyped group ends this process.
    """
    groups = _read_groups(form, _list_fields(1))
    errors = _find_errors(_list_fields(1), groups, SheetKind.RECOVERY, "", "the sheet")
    _end_if_mistyped(errors)
    return " ".join(groups), errors


def read_halves(form: Mapping[str, str]) -> tuple[str, str, dict[str, str]]:
    """As `read_sheet`, with the groups of an executor's first and second sheet."""
    typed, errors = list[str](), dict[str, str]()
    for half, kind in enumerate(executor_halves.HALVES, 1):
        groups = _read_groups(form, list_half_fields(half))
        of_sheet = f" of the {('first', 'second')[half - 1]} sheet"
        errors |= _find_errors(list_half_fields(half), groups, kind, of_sheet, "it")
        typed.append(" ".join(groups))
    _end_if_mistyped(errors)
    return typed[0], typed[1], errors


def list_half_fields(half: int) -> list[str]:
    """The names of the fields for the groups of an executor's first (1) or second (2) sheet."""
    return _list_fields((half - 1) * GROUPS + 1)


def _list_fields(first: int) -> list[str]:
    return [f"group{number}" for number in range(first, first + GROUPS)]


def _read_groups(form: Mapping[str, str], fields: Sequence[str]) -> Sequence[str]:
    """What was typed into each box; all forty characters in one box are spread over the eight."""
    groups = [form.get(field, "")[: passphrases.MAX_PASSPHRASE_LENGTH] for field in fields]
    filled = [typed for typed in groups if typed.strip()]
    whole_sheet = recovery_sheet.split_whole_sheet(filled[0]) if len(filled) == 1 else None
    return whole_sheet or groups


def _find_errors(
    fields: Sequence[str], groups: Sequence[str], kind: SheetKind, of_sheet: str, sheet: str
) -> dict[str, str]:
    wrong = {
        number: typed for number, typed in enumerate(groups, 1) if not _can_be_group(number, typed, kind)
    }
    errors = dict[str, str]()
    for number, typed in wrong.items():
        if not typed.strip():
            sentence = f"Group {number}{of_sheet} is empty."
        elif not recovery_sheet.is_group_length(typed):
            sentence = (
                f"Group {number}{of_sheet} is too short or too long. Type the five characters of this group."
            )
        elif other := _find_swapped(number, wrong, kind):
            sentence = (
                f"Group {number}{of_sheet} looks swapped with group {other}: "
                "each fits in the place of the other."
            )
        else:
            sentence = f"Group {number}{of_sheet} is not as it is printed on {sheet}."
        errors[fields[number - 1]] = sentence
    return errors


def _find_swapped(number: int, wrong: Mapping[int, str], kind: SheetKind) -> int | None:
    """The wrong group that fits in the place of this one, and this one in its place; None if there is none.

    A mistyped group can fit in one other place by chance, so both have to fit.
    """
    for other, typed in wrong.items():
        if _can_be_group(number, typed, kind) and _can_be_group(other, wrong[number], kind):
            return other
    return None


def _can_be_group(number: int, typed: str, kind: SheetKind) -> bool:
    try:
        recovery_sheet.check_group(number, typed, kind)
    except recovery_sheet.InvalidRecoverySheet:
        return False
    return True


def _end_if_mistyped(errors: Mapping[str, str]) -> None:
    # What was typed is most of a key, so it must not stay in a process that has none. In an open login the
    # keys lie beside it, and the lock takes both.
    if errors and context.find_login() is None:
        context.end_worker(EndReason.MISTYPED_SHEET)
