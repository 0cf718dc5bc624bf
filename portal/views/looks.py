"""What every page is drawn with: sent small, and kept by the browser for as long as it does not change."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, request
from flask_compress import Compress

LOOKS = frozenset({"static", "appearance.stylesheet", "appearance.logo"})
"""The endpoints of style, scripts, fonts and icons; nothing in it is anybody's own."""
COMPRESSED = ("text/css", "text/javascript", "image/svg+xml")
A_YEAR, A_WEEK = "public, max-age=31536000, immutable", "public, max-age=604800"


def send_small(app: Flask) -> None:
    """Compresses the looks and lets browsers keep them: the address of a file holds the version of its content.

    A page is never compressed: beside what somebody typed it holds a token, which its length would then give away.
    """
    app.config["COMPRESS_REGISTER"] = False
    app.config["COMPRESS_MIMETYPES"] = COMPRESSED
    app.config["COMPRESS_ALGORITHM"] = ("br", "gzip")
    app.extensions["tekenpoort.compress"] = Compress(app)
    app.url_defaults(_add_version)
    app.after_request(_send)


def _add_version(endpoint: str, values: dict[str, Any]) -> None:
    """Fonts have none: the stylesheet names them too, and a browser would load both addresses."""
    if endpoint != "static" or values.get("filename", "").endswith(".woff2"):
        return
    path = Path(current_app.static_folder or "") / values["filename"]
    if path.is_file():
        values.setdefault("v", _version(path, path.stat().st_mtime_ns))


@cache
def _version(path: Path, _changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10]


def _send(response: Response) -> Response:
    if request.endpoint not in LOOKS or response.status_code not in (200, 304):
        return response
    if request.endpoint == "static":
        if "v" in request.args:
            response.headers["Cache-Control"] = A_YEAR
        elif request.path.endswith(".woff2"):
            response.headers["Cache-Control"] = A_WEEK
    if response.mimetype in COMPRESSED:
        response.direct_passthrough = False
        response.make_sequence()  # small, and so the file is closed with the answer
    compress: Compress = current_app.extensions["tekenpoort.compress"]
    return compress.after_request(response)
