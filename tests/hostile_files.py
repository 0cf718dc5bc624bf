"""Files that nobody should be able to hand in as evidence, and a few that are only named strangely."""

import io
import zipfile
import zlib
from functools import cache

import pikepdf
from pikepdf import Array, Dictionary, Encryption, Name, ObjectStreamMode, Pdf, Stream, StreamDecodeLevel

from tests.builders import A_PDF

ENTITY = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'
DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/><script>alert(1)</script></svg>'
A_PICTURE = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64
MEGABYTE = 1 << 20


@cache
def hostile_files() -> dict[str, tuple[bytes, str]]:
    """By what each is: its content, and words of the sentence with which it is refused."""
    another, kind, broken, swells = "ook iets anders", "geen PDF", "beschadigd of niet compleet", "te zwaar"
    bomb = zlib.compress(b"0" * 200 * MEGABYTE, 9)
    return {
        "nothing": (b"", "leeg"),
        "zip bomb": (_zipped("0.txt", b"0" * 100 * MEGABYTE), kind),
        "document with a macro": (_zipped("word/vbaProject.bin", b"Sub AutoOpen()"), kind),
        "old document with a macro": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504, kind),
        "XML with an entity": (ENTITY, kind),
        "SVG with a script": (DRAWING, kind),
        "picture": (A_PICTURE, kind),
        "program": (b"MZ" + A_PDF, kind),
        "cut off": (A_PDF[:-40], broken),
        "cut off and closed again": (A_PDF[:60] + b"\n%%EOF", broken),
        "only a head": (b"%PDF-1.7\n%%EOF", broken),
        "nested a hundred thousand deep": (A_PDF.replace(b"/Resources", b"/X " + b"[" * 10**5 + b"/Resources"), broken),
        "PDF and ZIP": (A_PDF + _zipped("a", b"b"), another),
        "ZIP inside": (A_PDF.replace(b"trailer", _zipped("a", b"b") + b"\ntrailer"), another),
        "PDF and HTML": (A_PDF.replace(b"%%EOF", b" " * 2048 + b"%%EOF") + b"<html></html>", broken),
        "HTML inside": (A_PDF.replace(b"\n", b" <html><script>alert(1)</script>\n", 1), another),
        "200 MB of text": (_swelling(bomb, 1), swells),
        "200 MB, packed twice": (_swelling(zlib.compress(bomb, 9), 2), swells),
        "1 GB of text": (_swelling(_gigabyte(), 1), swells),
        "locked": (_saved(Pdf.new(), encryption=Encryption(user="x", owner="y")), "wachtwoord"),
        "with a script": (_acting(Dictionary(S=Name.JavaScript, JS="app.alert(1)")), "programma"),
        "with a hidden script": (_acting(Dictionary(S=Name.JavaScript, JS="app.alert(1)"), hidden=True), "programma"),
        "that starts a program": (_acting(Dictionary(S=Name.Launch, F="calc.exe")), "programma"),
        "11 MB": (A_PDF + b" " * 11 * MEGABYTE, "te groot"),
        "24 MB": (A_PDF + b" " * 24 * MEGABYTE, "te groot"),
    }


STRANGE_NAMES = ("../../etc/passwd", f"{'x' * 5000}.pdf", "%s {{7*7}}.pdf", "a.pdf\u202efdp.exe", "<b>.pdf", ".")


def _zipped(name: str, content: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(name, content)
    return written.getvalue()


def _gigabyte() -> bytes:
    packer = zlib.compressobj(9)
    return b"".join([*(packer.compress(b"0" * MEGABYTE) for _ in range(1024)), packer.flush()])


def _swelling(packed: bytes, times: int) -> bytes:
    pdf = Pdf.new()
    pdf.add_blank_page()
    stream = Stream(pdf, packed)
    stream.Filter = Array([Name.FlateDecode] * times)
    pdf.pages[0].Contents = pdf.make_indirect(stream)
    return _saved(pdf, compress_streams=False, stream_decode_level=StreamDecodeLevel.none)


def _acting(action: pikepdf.Object, *, hidden: bool = False) -> bytes:
    pdf = Pdf.new()
    pdf.add_blank_page()
    pdf.Root.OpenAction = pdf.make_indirect(action)
    return _saved(pdf, object_stream_mode=ObjectStreamMode.generate if hidden else ObjectStreamMode.disable)


def _saved(pdf: Pdf, **how: object) -> bytes:
    written = io.BytesIO()
    if not pdf.pages:
        pdf.add_blank_page()
    pdf.save(written, **how)
    return written.getvalue()
