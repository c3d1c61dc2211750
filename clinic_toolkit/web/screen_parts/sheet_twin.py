"""A worksheet as a page: the words of the paper, to read on a screen, in large letters, or to hear."""

from flask import render_template, request

from clinic_toolkit.documents import body_shape
from clinic_toolkit.standing_sentences import CLIENT_LINE
from clinic_toolkit.worksheets.model import Worksheet


def render_twin(sheet: Worksheet, *, back: str, sentence: str = "", step: str = "") -> str:
    """The sheet as a page.

    Args:
        back: the address of the page that it was opened from.
        sentence: the client's own words on it.
        step: what was agreed about it.
    """
    is_large = "large" in request.args
    return render_template(
        "worksheets/twin.html",
        sheet=sheet,
        sentence=sentence,
        step=step,
        outline=body_shape.format_svg_path(),
        back=back,
        large=is_large,
        other_size=request.path if is_large else f"{request.path}?large=1",
        client_line=CLIENT_LINE,
    )
