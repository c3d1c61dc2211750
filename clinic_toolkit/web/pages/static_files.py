"""The style sheets, fonts, icons and scripts, read into memory once.

Their URL contains a hash of all of them, so browsers may cache them for ever and never show an old one. No
name from a request is used as a path on the disk.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

from flask import Flask, Response, abort

ViewDecorator: TypeAlias = Callable[[Callable[..., Any]], Callable[..., Any]]

STATIC_FOLDER = Path(__file__).parent.parent / "static"
CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}
CACHE_FOREVER = "private, max-age=31536000, immutable"


def register_static_files(
    app: Flask, folder: Path = STATIC_FOLDER, *, decorate: ViewDecorator = lambda view: view
) -> None:
    """Add the route of the static files and the template function `static_url`.

    Args:
        decorate: the access decorator for the route, for an app that requires one on every view.
    """
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.suffix in CONTENT_TYPES
    }
    digest = hashlib.sha256()
    for name, content in files.items():
        digest.update(name.encode() + b"\0" + len(content).to_bytes(8, "big") + content)
    version = digest.hexdigest()[:16]

    def static_url(name: str) -> str:
        if name not in files:
            raise LookupError(f"no static file {name!r}")
        return f"/static/{version}/{name}"

    def static(wanted: str, name: str) -> Response:
        if wanted != version or name not in files:
            abort(404)
        return Response(
            files[name],
            content_type=CONTENT_TYPES[Path(name).suffix],
            headers={"Cache-Control": CACHE_FOREVER},
        )

    app.jinja_env.globals["static_url"] = static_url
    app.add_url_rule("/static/<wanted>/<path:name>", "static", decorate(static), methods=["GET"])
