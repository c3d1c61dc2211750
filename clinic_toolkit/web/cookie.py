"""The session cookie: signed, and read by every request, so its signer is made once."""

import hashlib
from typing import Any

from flask import Flask, Response
from flask.sessions import SecureCookieSessionInterface, SessionMixin


class _Undated:
    """A signer that asks no date: `web/activity.py` ends a session, by a clock that nobody can set."""

    def __init__(self, signer: Any) -> None:
        self._signer = signer

    def dumps(self, said: Any) -> Any:
        """Sign it."""
        return self._signer.dumps(said)

    def loads(self, sent: str, max_age: int | None = None) -> Any:
        """Check it and read it, however old the date says it is."""
        return self._signer.loads(sent)


class Cookie(SecureCookieSessionInterface):
    """Flask's signed cookie, under the key that the worker has for life."""

    # Flask's own choice is SHA-1.
    digest_method = staticmethod(hashlib.sha256)

    def __init__(self, app: Flask) -> None:
        self._signer = _Undated(super().get_signing_serializer(app))

    def get_signing_serializer(self, app: Flask) -> Any:
        """What signs the cookie and checks it."""
        return self._signer

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Send the cookie when it changed. Answers that depend on it are never stored: no `Vary` is due."""
        if session.modified:
            super().save_session(app, session, response)
