"""The page docs/promises.md, made from the promises."""

from clinic_toolkit.web.content import data_summary, promises
from clinic_toolkit.web.content.promise import SAFEGUARDS
from clinic_toolkit.web.content.promise_words import WORDS


def render_markdown() -> str:
    """The text of docs/promises.md."""
    parts = ["# What is promised", ""]
    for heading, lines in data_summary.PLAIN:
        parts += [f"## {heading}", "", *(f"- {line}" for line in lines), ""]
    parts += ["## The promises, word for word", ""]
    parts += [
        "Made from `clinic_toolkit/web/content/promises.py`, which the page *About your data* shows as well; "
        "a test compares them and looks for every test that is named.",
        "",
        promises.PENDING_PROMISES,
        "",
        "Words that a reader may not know:",
        "",
        *(f"- *{word}*: {meaning}" for word, meaning in WORDS.items()),
        "",
    ]
    for promise in promises.PROMISES:
        parts += [f"### Promise {promise.number}", "", f"**{promise.text}**", ""]
        parts += [f"{promise.limitation}", ""] if promise.limitation else []
        parts += [f"Kept by {' and '.join(promise.safeguards)}.", "", "Shown by:", ""]
        parts += [f"- `{test}`" for test in promise.tests] + [""]
        parts += [f"What the tests do not show: {promise.untested}", ""] if promise.untested else []
    parts += ["## What keeps a promise", ""]
    parts += [
        f"- *{safeguard[0].upper()}{safeguard[1:]}*: {meaning}" for safeguard, meaning in SAFEGUARDS.items()
    ] + [""]
    parts += (
        ["## Not promised", ""]
        + [f"- {item}" for item in promises.NOT_PROMISED]
        + ["", promises.LOSS_WARNING, ""]
    )
    return "\n".join(parts)
