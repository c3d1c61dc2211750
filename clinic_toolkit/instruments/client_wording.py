"""The client's own word in the place of "this person", in what a clinician says about one relationship.

Questions stay as they are asked: everybody is asked in the same words. What the clinician is told, and
does not say, speaks of "this person" as well: no name stands beside fear or harm on a screen that others see.
"""

import re

# With brackets in a script, where nothing can be said without a name.
_PERSON = re.compile(r"\[this person\]|\bthis person\b")
_QUOTATION = re.compile(r"“[^”]*”")
_LEADING_MY = re.compile(r"^my\s+", re.IGNORECASE)


def with_client_word(text: str, word: str) -> str:
    """What is said to the client, with their own word: "my mum" is said to them as "your mum".

    Args:
        word: the client's own word; empty where no one person is meant, and then the text stays as it is.
    """
    named = _LEADING_MY.sub("your ", word) or "this person"
    return _PERSON.sub(lambda _: named, text)


def with_client_word_in_quotes(text: str, word: str) -> str:
    """What the clinician is told; only what stands in quotation marks in it is said to the client."""
    return _QUOTATION.sub(lambda said: with_client_word(said[0], word), text)
