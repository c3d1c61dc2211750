"""In which style a request writes dates and times: that of the practice, while its keys are there."""

from flask import current_app, request

from clinic_toolkit.dates import WritingStyle
from clinic_toolkit.errors import ClinicError
from clinic_toolkit.store.transactions import on_rollback
from clinic_toolkit.web import context
from clinic_toolkit.web.transport.request_info import is_automatic

_EXTENSION = "clinic writing style"


def style_of_request() -> WritingStyle:
    """The style of the practice; the first style while it is locked.

    The settings are read by the first page that is looked at after an unlock, and remembered in this process.
    """
    if context.find_login() is None:
        return WritingStyle()
    remembered: WritingStyle | None = current_app.extensions.get(_EXTENSION)
    # A form that is sent, or a script that asks in the background, opens no transaction for this alone.
    if remembered is None and request.blueprint and not context.unit_of_work().writes and not is_automatic():
        try:
            remembered = context.load_practice().payload.writing_style
        except ClinicError:
            # The page that is asked for says what is wrong.
            return WritingStyle()
        current_app.extensions[_EXTENSION] = remembered
    return remembered or WritingStyle()


def forget_style() -> None:
    """Read the settings anew at the next page, because they were changed; also if the change is undone."""
    extensions = current_app.extensions
    extensions.pop(_EXTENSION, None)
    on_rollback(context.db(), lambda: extensions.pop(_EXTENSION, None))
