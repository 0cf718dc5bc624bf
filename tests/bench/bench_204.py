"""A bare WSGI application that says 204 to everything: what the gate's answer to a proxy is measured beside."""

from collections.abc import Callable, Iterable
from typing import Any


def application(_environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    """No content."""
    start_response("204 No Content", [("Cache-Control", "no-store")])
    return []
