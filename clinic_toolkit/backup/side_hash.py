"""SHA-256 in a thread of its own: a piece is hashed while it is written or compared."""

import hashlib
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType


class SideHash:
    """The hash of everything that was added, in this order; at most one piece waits."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self._thread = ThreadPoolExecutor(max_workers=1)
        self._last: Future[None] | None = None

    def __enter__(self) -> "SideHash":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.shutdown()

    def add(self, piece: bytes) -> None:
        """Add a piece, once the one before it was hashed."""
        self._wait()
        self._last = self._thread.submit(self._digest.update, piece)

    def digest(self) -> bytes:
        """The hash of all pieces."""
        self._wait()
        return self._digest.digest()

    def _wait(self) -> None:
        if self._last is not None:
            self._last.result()
