"""*About your data*: what is promised, what fulfils each promise, and what is not promised."""

from flask import Blueprint, render_template

from clinic_toolkit.web import context
from clinic_toolkit.web.access import guard
from clinic_toolkit.web.content import data_summary, promise, promise_words, promises
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("promises", __name__)


@screen.get("/about-your-data")
@guard.allow_always
def index() -> ViewResult:
    """The promises, shown in every state; the path of the data folder is shown only while unlocked."""
    is_unlocked = context.find_login() is not None
    return render_template(
        "promises/index.html",
        plain=data_summary.PLAIN,
        promises=promises.PROMISES,
        kinds=promise.SAFEGUARDS,
        words=promise_words.WORDS,
        missing=promises.PENDING_PROMISES,
        not_promised=promises.NOT_PROMISED,
        lost=promises.LOSS_WARNING,
        folder=str(context.settings().data_folder) if is_unlocked else "",
    )
