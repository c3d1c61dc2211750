"""The six words that a page offers for a new passphrase: the same ones until a passphrase is chosen.

They may be on paper already when the page is opened again. They are held for as long as `short_lived_values`
holds anything, and are never in the cookie.
"""

from typing import cast

from clinic_toolkit.vault import passphrases
from clinic_toolkit.web import context
from clinic_toolkit.web.access import short_lived_values
from clinic_toolkit.web.perimeter import timeouts

_WORDS = "offered words"


def offer_words(on_page: str | None = None) -> str:
    """The six words to show.

    Args:
        on_page: the words that a form brought back, which stay for as long as its page is open.
    """
    if on_page:
        return on_page
    if context.find_login() is None:
        return _offer_before_setup()
    words = cast("str | None", short_lived_values.find(_WORDS))
    if words is None:
        words = passphrases.generate_passphrase()
        short_lived_values.hold(_WORDS, words)
    return words


def forget_words() -> None:
    """Remove the words from memory, because a passphrase was chosen."""
    context.worker().setup_words = None
    short_lived_values.take(_WORDS)


def _offer_before_setup() -> str:
    # There is no login to hold them yet, and only one practice to set up.
    worker = context.worker()
    if worker.setup_words is None:
        worker.setup_words = (passphrases.generate_passphrase(), timeouts.suspend_aware_clock())
    return worker.setup_words[0]
