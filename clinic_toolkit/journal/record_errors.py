"""What a read or a write of a record is refused with."""

from clinic_toolkit.errors import ClinicError


class RecordNotFound(ClinicError):
    """No such record, or none that this clinician may see; the error never reveals which."""

    def __init__(self) -> None:
        super().__init__("There is nothing here that you can open.")


class SavedByNewerProgram(ClinicError):
    """The record holds content of a newer schema version, which a save by this program would lose."""

    def __init__(self) -> None:
        super().__init__(
            "This was not saved: a newer version of this program saved this entry, and saving it here would "
            "lose what the newer version stored. Update the program first."
        )


class StaleVersion(ClinicError):
    """A newer version was saved meanwhile, perhaps by the same person in another tab."""

    def __init__(self) -> None:
        super().__init__("This was changed in another window after you opened it here.")
