"""References and versions stay in one piece on a page: they are never broken at a hyphen, and copied as they are."""

import re

from markupsafe import Markup, escape

REFERENCE = re.compile(r"(?<![\w-])([A-Z]{2,4}-[0-9]{4}-[0-9]{4,}|[0-9]{4}-[0-9]{2})(?![\w-])")


def whole(text: object) -> object:
    """A text in which each reference is kept on one line; what is HTML already, or no text, stays as it is."""
    if not isinstance(text, str) or hasattr(text, "__html__") or not REFERENCE.search(text):
        return text
    pieces = REFERENCE.split(text)  # every second one is a reference
    marked = (
        Markup('<span class="whole">%s</span>') % each if place % 2 else escape(each)
        for place, each in enumerate(pieces)
    )
    return Markup().join(marked)
