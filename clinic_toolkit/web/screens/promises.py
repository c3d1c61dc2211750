"""*About your data*: what is promised, what keeps each promise, and what is not promised."""

from flask import Blueprint, render_template

from clinic_toolkit.web import context, guard, promises
from clinic_toolkit.web.responses import Answer

screen = Blueprint("promises", __name__)


@screen.get("/about-your-data")
@guard.always
def index() -> Answer:
    """The promises, before there is a practice as well as later. Only at work it says where the folder is."""
    at_work = context.unlocked() is not None
    return render_template(
        "promises/index.html",
        plain=promises.PLAIN,
        promises=promises.PROMISES,
        kinds=promises.KINDS,
        missing=promises.MISSING,
        not_promised=promises.NOT_PROMISED,
        lost=promises.LOST,
        folder=str(context.settings().data_folder) if at_work else "",
    )
