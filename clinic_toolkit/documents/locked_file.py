"""A PDF file locked with a password, so that it can be sent."""

import secrets
from io import BytesIO


def lock_file(data: bytes, password: str) -> bytes:
    """Encrypt a file with AES-256 (revision 6 of the standard's security handler).

    Args:
        data: the file.
        password: opens it; ASCII letters and spaces, so that every reader understands it the same.
    """
    # Loaded here and not with the program: it is large, and needed for this alone.
    from pikepdf import Encryption, Pdf, Permissions

    locked = BytesIO()
    with Pdf.open(BytesIO(data)) as pdf:
        # Nobody knows the second password, so what a reader allows depends on nobody's. All is allowed: it
        # would forbid nothing to a person who can open the file.
        lock = Encryption(user=password, owner=secrets.token_urlsafe(32), R=6, allow=Permissions())
        pdf.save(locked, encryption=lock)
    return locked.getvalue()
