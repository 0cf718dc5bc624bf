"""A text that was sent as a file: read whole, or refused with a sentence at its field."""

from flask import request

from portal.errors import InvalidError
from portal.wording import say


def sent_text(largest: int) -> str:
    """What stands in the field `file`, as text."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise InvalidError("", {"file": say("Kies eerst een bestand.")})
    content = sent.stream.read(largest + 1)
    if len(content) > largest:
        raise InvalidError("", {"file": say("Dit bestand is te groot: hooguit 2 MB.")})
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise InvalidError("", {"file": say("Dit bestand is geen gewone tekst (UTF-8).")}) from fault
