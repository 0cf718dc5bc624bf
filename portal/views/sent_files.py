"""What was sent as a file: read whole, or refused with a sentence at its field."""

from flask import request

from portal.documents import incoming
from portal.errors import InvalidError
from portal.parties.spelling import clean
from portal.wording import say

LARGEST_PDF = 10 * 1024 * 1024


def pdf_complaint(content: bytes, largest: int) -> str:
    """A sentence when these bytes will not do as a PDF that is kept; else the empty string."""
    if len(content) > largest:
        return say("Dit bestand is te groot. Het mag hooguit %(count)s MB zijn.", count=largest // 1024**2)
    if not content:
        return say("Dit bestand is leeg. Kies een ander bestand.")
    if not content.startswith(b"%PDF-"):
        return say("Dit is geen PDF. Sla het bestand op als PDF en kies het opnieuw.")
    return incoming.complaint(content)


def sent_pdf(name: str) -> tuple[bytes, str] | None:
    """The bytes and the name of the PDF in this field; None where no file was chosen."""
    sent = request.files.get(name)
    if sent is None or not sent.filename:
        return None
    content = sent.stream.read(LARGEST_PDF + 1)
    if complaint := pdf_complaint(content, LARGEST_PDF):
        raise InvalidError("", {name: complaint})
    return content, clean(sent.filename)


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
