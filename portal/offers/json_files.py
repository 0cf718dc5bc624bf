"""Texts that come as JSON: read, or refused with a sentence that says where. Pure."""

import json
from typing import Any

from portal.errors import InvalidError
from portal.wording import say

UNREADABLE = "Dit bestand kan niet worden gelezen."


def loaded(text: str) -> Any:
    """What stands in the file, also one that begins with the mark of its encoding."""
    try:
        return json.loads(text.removeprefix("\ufeff"))
    except json.JSONDecodeError as fault:
        sentence = say(
            "Dit is geen goed JSON-bestand. Kijk naar regel %(line)s, teken %(column)s.",
            line=fault.lineno,
            column=fault.colno,
        )
        raise InvalidError(UNREADABLE, {"file": sentence}) from fault
    except (ValueError, RecursionError) as fault:
        raise InvalidError(UNREADABLE, {"file": say("Dit is geen goed JSON-bestand.")}) from fault
