"""The signed login cookie and the form token of its login, which every request reads.

Their signer is made once, and what a browser sends again unchanged is not worked out again.
"""

import hashlib
import hmac
from functools import lru_cache
from itertools import islice
from typing import Any

from flask import Flask, Request, Response, g
from flask import session as cookie
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask_wtf.csrf import generate_csrf

from clinic_toolkit.web.context import LOGIN_ID_KEY

# The key of the cookie in which Flask-WTF looks for the CSRF token.
_CSRF_COOKIE_KEY = "csrf_token"
# Logins of which the form token is remembered; a worker seldom has more than two.
_MAX_TOKENS = 8


def _sha256(string: bytes = b"") -> Any:
    # Typed as Flask types it; the arguments of hashlib's own function differ between Python versions.
    return hashlib.sha256(string)


class _UndatedSigner:
    """A signer without an expiry date: `web/perimeter/timeouts.py` ends logins, on a monotonic clock."""

    def __init__(self, signer: Any) -> None:
        self._signer = signer
        # The cookie that was verified last, and its payload.
        self._last_verified: tuple[bytes, dict[str, str]] = (b"", {})

    def dumps(self, payload: Any) -> Any:
        """Serialize and sign the payload."""
        return self._signer.dumps(payload)

    def loads(self, signed: str, max_age: int | None = None) -> Any:
        """Verify the signature and return the payload, whatever its age; `max_age` is ignored.

        A cookie that is, byte for byte, the one verified last needs no second look at its signature.
        """
        raw, (last, payload) = signed.encode("utf-8", "replace"), self._last_verified
        if last and hmac.compare_digest(raw, last):
            return dict(payload)
        verified = self._signer.loads(signed)
        if isinstance(verified, dict) and all(isinstance(value, str) for value in verified.values()):
            self._last_verified = (raw, dict(verified))
        return verified


class LoginCookie(SecureCookieSessionInterface):
    """Flask's signed cookie, with the key that the worker uses for its whole life."""

    # Flask's own choice is SHA-1.
    digest_method = staticmethod(_sha256)

    def __init__(self, app: Flask) -> None:
        self._signer = _UndatedSigner(super().get_signing_serializer(app))
        self._key = app.secret_key
        self._signed_tokens: dict[str, str] = {}

    def get_signing_serializer(self, app: Flask) -> Any:
        """The serializer that signs and verifies the cookie."""
        return self._signer

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Read the cookie, and put the CSRF token into it.

        The token is derived, not random. With random tokens, two pages requested at the same time (restored
        tabs, a page and its icon) would get different tokens, and only the later form would be accepted.
        """
        cookie = super().open_session(app, request)
        if cookie is not None and _CSRF_COOKIE_KEY not in cookie:
            cookie[_CSRF_COOKIE_KEY] = self._derive_csrf_token(str(cookie.get(LOGIN_ID_KEY, "")))
            cookie.modified = False  # the token is derived again on every request: no cookie has to be sent
        return cookie

    def save_session(self, app: Flask, cookie: SessionMixin, response: Response) -> None:
        """Send the cookie if it changed. No `Vary` header is needed, because no page is cached."""
        if cookie.modified:
            super().save_session(app, cookie, response)

    def form_token(self) -> str:
        """The form token of this login, signed once; the moment in its signature limits nothing."""
        raw = cookie.get(_CSRF_COOKIE_KEY)
        signed = self._signed_tokens.get(raw) if raw else None
        if signed is None:
            # A login that began in this request has a token only from its next request on.
            is_of_cookie = _CSRF_COOKIE_KEY not in g
            signed = str(generate_csrf())
            if raw and is_of_cookie:
                self._signed_tokens = {raw: signed, **dict(islice(self._signed_tokens.items(), _MAX_TOKENS))}
        return signed

    def is_form_token(self, sent: str) -> bool:
        """Whether this is, character for character, the form token of this login."""
        raw = cookie.get(_CSRF_COOKIE_KEY)
        signed = self._signed_tokens.get(raw) if raw else None
        return signed is not None and hmac.compare_digest(sent.encode("utf-8", "replace"), signed.encode())

    def _derive_csrf_token(self, sid: str) -> str:
        key = self._key.encode() if isinstance(self._key, str) else self._key or b""
        return _raw_form_token(key, sid)


@lru_cache(_MAX_TOKENS)
def _raw_form_token(key: bytes, sid: str) -> str:
    return hmac.digest(key, b"clinic form token 1 " + sid.encode(), "sha256").hex()
