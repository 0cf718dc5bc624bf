"""Ways to tamper with a sealed document, each a function from its bytes to what a forger would hand in."""

import io
import re
from collections.abc import Callable, Mapping

import pikepdf
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.writer import PageObject

from tests.papers import a_certified, a_rendered, with_another_page_text

Tamper = Callable[[bytes], bytes]


def with_one_bit_flipped_in_its_text(pdf: bytes) -> bytes:
    return _flipped(pdf, len(pdf) // 10)


def with_one_bit_flipped_in_a_signature(pdf: bytes) -> bytes:
    return _flipped(pdf, pdf.index(b"/Contents <") + 900)


def with_a_page_added(pdf: bytes) -> bytes:
    writer = _writer(pdf)
    writer.insert_page(PageObject(writer.add_object(generic.StreamObject(stream_data=b"q Q")), (0, 0, 595, 842)))
    return _written(writer)


def with_its_pages_turned_round(pdf: bytes) -> bytes:
    writer = _writer(pdf)
    pages = writer.root["/Pages"]
    order = [pages["/Kids"].raw_get(at) for at in reversed(range(len(pages["/Kids"])))]
    pages["/Kids"] = generic.ArrayObject(order)
    writer.update_container(pages)
    return _written(writer)


def with_another_title(pdf: bytes) -> bytes:
    writer = _writer(pdf)
    described = writer.root["/Metadata"]
    described._data = described.data.replace(b"Tekenpoort", b"Stempelpoort")
    described._encoded_data = None
    writer.update_container(described)
    return _written(writer)


def with_other_facts_attached(pdf: bytes) -> bytes:
    writer = _writer(pdf)
    attached = writer.root["/Names"]["/EmbeddedFiles"]["/Names"][1]["/EF"]["/F"]
    attached._data, attached._encoded_data = b'{"organisation":{"name":"Stichting Vals"}}', None
    writer.update_container(attached)
    return _written(writer)


def with_another_picture_of_a_signature(pdf: bytes) -> bytes:
    writer = _writer(pdf)
    field = writer.root["/AcroForm"]["/Fields"][-1]
    looks = generic.StreamObject({pdf_name("/Subtype"): pdf_name("/Form")}, stream_data=b"q Q")
    looks[pdf_name("/BBox")] = generic.ArrayObject([generic.NumberObject(each) for each in (0, 0, 9, 9)])
    field[pdf_name("/AP")] = generic.DictionaryObject({pdf_name("/N"): writer.add_object(looks)})
    writer.update_container(field)
    return _written(writer)


def without_its_signatures(pdf: bytes) -> bytes:
    writer = _writer(pdf)
    del writer.root["/AcroForm"]
    writer.update_root()
    return _written(writer)


def saved_anew(pdf: bytes) -> bytes:
    output = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        opened.save(output)
    return output.getvalue()


def with_a_signature_moved_to_another_text(pdf: bytes) -> bytes:
    """Another document of the same portal, with the signature of this one pasted into its place."""
    ours, theirs = _signature_in(pdf), _signature_in(a_certified())
    start, end = theirs.span(1)
    return a_certified()[:start] + ours[1][: end - start].ljust(end - start, b"0") + a_certified()[end:]


def another_text_with_our_end(pdf: bytes) -> bytes:
    """A document that nobody signed, with everything after the first end of ours pasted behind it."""
    return a_rendered().pdf + pdf[pdf.index(b"%%EOF") + 6 :]


TAMPERED: Mapping[str, Tamper] = {
    each.__name__: each
    for each in (
        with_one_bit_flipped_in_its_text,
        with_one_bit_flipped_in_a_signature,
        with_another_page_text,
        with_a_page_added,
        with_its_pages_turned_round,
        with_another_title,
        with_other_facts_attached,
        with_another_picture_of_a_signature,
        without_its_signatures,
        saved_anew,
        with_a_signature_moved_to_another_text,
        another_text_with_our_end,
    )
}


def _flipped(pdf: bytes, position: int) -> bytes:
    return pdf[:position] + bytes([pdf[position] ^ 1]) + pdf[position + 1 :]


def _signature_in(pdf: bytes) -> re.Match[bytes]:
    found = re.search(rb"/Contents <([0-9a-fA-F]{1000,})>", pdf)
    assert found is not None
    return found


def _writer(pdf: bytes) -> IncrementalPdfFileWriter:
    return IncrementalPdfFileWriter(io.BytesIO(pdf))


def _written(writer: IncrementalPdfFileWriter) -> bytes:
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()
