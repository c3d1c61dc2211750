"""The session cookie: signed, and read by every request, so its signer is made once."""

import hashlib
import hmac
from typing import Any

from flask import Flask, Request, Response
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin

from clinic_toolkit.web.context import SESSION_ID_KEY

# Where Flask-WTF looks for it.
_CSRF_SESSION_KEY = "csrf_token"


class _UndatedSigner:
    """A signer that asks no date: `web/perimeter/timeouts.py` ends sessions, by a clock nobody can set."""

    def __init__(self, signer: Any) -> None:
        self._signer = signer

    def dumps(self, payload: Any) -> Any:
        """Sign it."""
        return self._signer.dumps(payload)

    def loads(self, signed: str, max_age: int | None = None) -> Any:
        """Check it and read it, however old the date says it is."""
        return self._signer.loads(signed)


class SessionCookie(SecureCookieSessionInterface):
    """Flask's signed cookie, under the key that the worker has for life."""

    # Flask's own choice is SHA-1.
    digest_method = staticmethod(hashlib.sha256)

    def __init__(self, app: Flask) -> None:
        self._signer = _UndatedSigner(super().get_signing_serializer(app))
        self._key = app.secret_key

    def get_signing_serializer(self, app: Flask) -> Any:
        """What signs the cookie and checks it."""
        return self._signer

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Read the cookie, and give the session its form token.

        The token is derived, not drawn: of two pages that are asked for at once (a browser that opens
        its tabs again, a page and its icon) each would else get one of its own, and only the form that
        came last would be believed.
        """
        session = super().open_session(app, request)
        if session is not None and _CSRF_SESSION_KEY not in session:
            session[_CSRF_SESSION_KEY] = self._derive_csrf_token(str(session.get(SESSION_ID_KEY, "")))
            session.modified = False  # nothing that the cookie would have to tell
        return session

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Send the cookie when it changed. Answers that depend on it are never stored: no `Vary` is due."""
        if session.modified:
            super().save_session(app, session, response)

    def _derive_csrf_token(self, sid: str) -> str:
        key = self._key.encode() if isinstance(self._key, str) else self._key or b""
        return hmac.digest(key, b"clinic form token 1 " + sid.encode(), "sha256").hex()
