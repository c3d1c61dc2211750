"""The errors for a ring that this clinician does not have, or may have lost."""

from clinic_toolkit.errors import ClinicError


class UnknownRing(ClinicError):
    """This clinician has no ring for this owner and class."""

    def __init__(self) -> None:
        super().__init__("There is nothing here that you can open.")


class OwnRingLost(ClinicError):
    """The clinician's own ring may be among those that do not open, so no new one is created."""

    def __init__(self) -> None:
        super().__init__(
            "What you type here is not saved until you press the button: the key for unfinished forms is "
            "damaged or missing in the data file. A backup may hold it. Everything else can be saved as "
            "before."
        )
