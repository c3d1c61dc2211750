"""Error messages for a client with a handed-over form; they never mention files, folders or the disk."""

import logging

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.record.handovers.client_side import FormTakenBack, TooManyChanges

GENERIC_MESSAGE = (
    "Something on this device did not work, so this was not saved. Please try once more. If it happens "
    "again, give the laptop to your therapist."
)
# Only these errors are worded for the client; all others are worded for the clinician.
_CLIENT_SAFE_ERRORS = (FormTakenBack, TooManyChanges)

log = logging.getLogger("clinic")


def client_message(error: ClinicError) -> str:
    """The message for the client about this error; the error itself goes to the technical log."""
    if isinstance(error, _CLIENT_SAFE_ERRORS):
        return error.sentence
    log.error("request.trouble", exc_info=error)
    return GENERIC_MESSAGE
