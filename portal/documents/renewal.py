"""Renews the proof in a file: one more time stamp over everything, while the last one still holds.

A stamp proves nothing by itself once its certificate has ended, or its hash can be broken. Before that, a new one over
everything, with the proof that the last one still held, carries the whole on (PAdES B-LTA).
"""

from io import BytesIO
from typing import Any

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.signers.pdf_signer import PdfTimeStamper, TimestampDSSContentSettings
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator import ValidationContext

WEAK = ("md5", "sha1")
"""Hashes that somebody could forge: a stamp with one is renewed whatever its certificate says."""
HASH = "sha256"


async def renewed(pdf: bytes, *, stamper: TimeStamper, believing: ValidationContext) -> bytes:
    """The same bytes with one more stamp over them, and the proof that the last one still holds."""
    output = BytesIO()
    await _OverEverything(stamper).async_update_archival_timestamp_chain(
        PdfFileReader(BytesIO(pdf)), believing, in_place=False, output=output
    )
    return output.getvalue()


class _OverEverything(PdfTimeStamper):
    """Puts the proof before the stamp, so that the stamp covers the file to its last byte, and never a weak hash."""

    async def async_timestamp_pdf(self, pdf_out: Any, md_algorithm: Any, *args: Any, **more: Any) -> Any:  # noqa: ARG002
        settings = TimestampDSSContentSettings(include_vri=False, update_before_ts=True)
        return await super().async_timestamp_pdf(pdf_out, HASH, *args, dss_settings=settings, **more)
