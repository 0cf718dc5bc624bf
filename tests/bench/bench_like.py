"""A bare search: each word in a LIKE, boards and locations, one line a hit; what the register's search is beside."""

import os
import sqlite3
import threading
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

MOST = 25
BOARDS = "select number, name, place from register_board where ended_on is null and {words} order by name limit ?"
LOCATIONS = "select code, name, place from register_location where ended_on is null and {words} order by name limit ?"
_own = threading.local()


def application(environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    """The hits for ?q=…"""
    words = parse_qs(environ.get("QUERY_STRING", "")).get("q", [""])[0].lower().split()
    where = " and ".join(["search like ?"] * len(words)) or "0"
    patterns = [*(f"%{word}%" for word in words), MOST]
    rows = [row for query in (BOARDS, LOCATIONS) for row in _database().execute(query.format(words=where), patterns)]
    body = "\n".join(" ".join(str(each) for each in row) for row in rows).encode()
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))])
    return [body]


def _database() -> sqlite3.Connection:
    """The connection of this thread, kept open."""
    if not hasattr(_own, "database"):
        _own.database = sqlite3.connect(f"file:{os.environ['BENCH_DATABASE']}?mode=ro", uri=True)
    return _own.database  # type: ignore[no-any-return]
