"""The time stamps in a file: who gave them, until when they prove anything, and what they stand over."""

from collections.abc import Iterable
from io import BytesIO

from asn1crypto import cms, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from portal.documents.verdicts import Stamp

__all__ = ["Stamp", "last_stamp", "stamp_in", "stamps", "stamps_of"]


def stamps(pdf: bytes) -> list[Stamp]:
    """Every time stamp in the file, in order; what they say is not judged here."""
    return stamps_of(PdfFileReader(BytesIO(pdf)).embedded_signatures)


def stamps_of(embedded: Iterable[EmbeddedPdfSignature]) -> list[Stamp]:
    """The same, of these signatures."""
    return [each for each in map(stamp_in, embedded) if each is not None]


def last_stamp(pdf: bytes) -> Stamp:
    """The last of them; a sealed file has one."""
    return stamps(pdf)[-1]


def stamp_in(embedded: EmbeddedPdfSignature) -> Stamp | None:
    """The time stamp that a signature bears, or that it is."""
    whole = embedded.sig_object_type == "/DocTimeStamp"
    said = (
        embedded.signed_data if whole else next(iter(extract_tst_data_iter(embedded.signer_info, signed=False)), None)
    )
    if said is None:
        return None
    told, certificate = said["encap_content_info"]["content"].parsed, _certificate(said)
    return Stamp(
        by=str(certificate.subject.native.get("common_name") or certificate.subject.human_friendly),
        at=told["gen_time"].native,
        ends=certificate.not_valid_after,
        hash=str(told["message_imprint"]["hash_algorithm"]["algorithm"].native),
        whole=whole,
        length=int(embedded.byte_range[2]) + int(embedded.byte_range[3]),
    )


def _certificate(said: cms.SignedData) -> x509.Certificate:
    """The certificate that signed a stamp, which carries it."""
    wanted = said["signer_infos"][0]["sid"].chosen
    carried = (each.chosen for each in said["certificates"])
    who = wanted["issuer"].dump(), wanted["serial_number"].native
    return next(each for each in carried if (each.issuer.dump(), each.serial_number) == who)
