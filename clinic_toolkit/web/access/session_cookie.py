"""The signed session cookie. Every request reads it, so its signer is made only once."""

import hashlib
import hmac
from typing import Any

from flask import Flask, Request, Response
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin

from clinic_toolkit.web.context import SESSION_ID_KEY

# The session key in which Flask-WTF looks for the CSRF token.
_CSRF_SESSION_KEY = "csrf_token"


def _sha256(string: bytes = b"") -> Any:
    # Typed as Flask types it; the arguments of hashlib's own function differ between Python versions.
    return hashlib.sha256(string)


class _UndatedSigner:
    """A signer without an expiry date: `web/perimeter/timeouts.py` ends sessions, on a monotonic clock."""

    def __init__(self, signer: Any) -> None:
        self._signer = signer

    def dumps(self, payload: Any) -> Any:
        """Serialize and sign the payload."""
        return self._signer.dumps(payload)

    def loads(self, signed: str, max_age: int | None = None) -> Any:
        """Verify the signature and return the payload, whatever its age; `max_age` is ignored."""
        return self._signer.loads(signed)


class SessionCookie(SecureCookieSessionInterface):
    """Flask's signed cookie, with the key that the worker uses for its whole life."""

    # Flask's own choice is SHA-1.
    digest_method = staticmethod(_sha256)

    def __init__(self, app: Flask) -> None:
        self._signer = _UndatedSigner(super().get_signing_serializer(app))
        self._key = app.secret_key

    def get_signing_serializer(self, app: Flask) -> Any:
        """The serializer that signs and verifies the cookie."""
        return self._signer

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Read the cookie, and put the CSRF token into the session.

        The token is derived, not random. With random tokens, two pages requested at the same time (restored
        tabs, a page and its icon) would get different tokens, and only the later form would be accepted.
        """
        session = super().open_session(app, request)
        if session is not None and _CSRF_SESSION_KEY not in session:
            session[_CSRF_SESSION_KEY] = self._derive_csrf_token(str(session.get(SESSION_ID_KEY, "")))
            session.modified = False  # the token is derived again on every request: no cookie has to be sent
        return session

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Send the cookie if it changed. No `Vary` header is needed, because no page is cached."""
        if session.modified:
            super().save_session(app, session, response)

    def _derive_csrf_token(self, sid: str) -> str:
        key = self._key.encode() if isinstance(self._key, str) else self._key or b""
        return hmac.digest(key, b"clinic form token 1 " + sid.encode(), "sha256").hex()
