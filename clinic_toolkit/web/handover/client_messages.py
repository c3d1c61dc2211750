"""What a client is told when a form in their hands could not do something: never what the disk holds."""

import logging

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.record.handovers.client_side import FormTakenBack, TooManyChanges

GENERIC_MESSAGE = (
    "Something on this device did not work, so this was not saved. Please try once more. If it happens "
    "again, give the laptop to your therapist."
)
# Made for the person who answers. All others speak to the clinician, and some of files and folders.
_CLIENT_SAFE_ERRORS = (FormTakenBack, TooManyChanges)

log = logging.getLogger("clinic")


def client_message(error: ClinicError) -> str:
    """The sentence for the client about an error of ours; what it was goes to the technical log."""
    if isinstance(error, _CLIENT_SAFE_ERRORS):
        return error.sentence
    log.error("request.trouble", exc_info=error)
    return GENERIC_MESSAGE
