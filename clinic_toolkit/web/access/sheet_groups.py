"""The groups of a recovery sheet or of an executor's sheet as typed: which cannot be right, and why."""

from collections.abc import Mapping

from clinic_toolkit.vault import executor_halves, passphrases, recovery_sheet
from clinic_toolkit.vault.recovery_sheet import SheetKind

GROUPS = recovery_sheet.GROUPS


def sheet_group_error(number: int, typed: str) -> str:
    """The error message for a group of the recovery sheet that cannot be right, or ""."""
    return _group_error(number, typed, SheetKind.RECOVERY, f"Group {number}", "the sheet")


def read_sheet(form: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """The groups of a recovery sheet in a form, and an error message for each that cannot be right."""
    fields = [f"group{number}" for number in range(1, GROUPS + 1)]
    groups = [form.get(field, "")[: passphrases.MAX_PASSPHRASE_LENGTH] for field in fields]
    errors = {
        field: sentence
        for number, (field, group) in enumerate(zip(fields, groups, strict=True), 1)
        if (sentence := sheet_group_error(number, group))
    }
    return " ".join(groups), errors


def half_group_error(half: int, number: int, typed: str) -> str:
    """The error message for a group of the executor's first (1) or second (2) sheet, or ""."""
    subject = f"Group {number} of the {('first', 'second')[half - 1]} sheet"
    return _group_error(number, typed, executor_halves.HALVES[half - 1], subject, "it")


def _group_error(number: int, typed: str, kind: SheetKind, subject: str, sheet: str) -> str:
    try:
        recovery_sheet.check_group(number, typed, kind)
    except recovery_sheet.InvalidRecoverySheet:
        return f"{subject} is {f'not as it is printed on {sheet}' if typed.strip() else 'empty'}."
    return ""
