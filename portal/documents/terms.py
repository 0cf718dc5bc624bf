"""Under which terms a signature is made: what it says, how it looks, and what it forbids afterwards."""

import uuid
from dataclasses import replace
from io import BytesIO

from pyhanko.pdf_utils.content import PdfContent
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.layout import AxisAlignment, BoxConstraints, Margins, SimpleBoxLayoutRule
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign.fields import FieldMDPAction, FieldMDPSpec, MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.signers.pdf_signer import DSSContentSettings, PdfSigningSession, TimestampDSSContentSettings
from pyhanko.stamp import StaticStampStyle


class LockingSigner(PdfSigner):
    """Signs such that no field may be signed after it (FieldMDP over all fields).

    pyHanko takes this from the field's own dictionary, which is fixed before anybody knows who signs last, so it is
    said here instead. The seal of a document without signatories has a plainer way: DocMDP without any change.
    """

    def init_signing_session(self, pdf_out: BasePdfFileWriter, existing_fields_only: bool = False) -> PdfSigningSession:
        session = super().init_signing_session(pdf_out, existing_fields_only=existing_fields_only)
        rules = session._apply_locking_rules
        all_fields = FieldMDPSpec(FieldMDPAction.ALL)
        session._apply_locking_rules = lambda: replace(rules(), field_lock=all_fields)  # type: ignore[method-assign]
        return session


class _StampPage(PdfContent):
    """A page of PDF, in memory, drawn as the look of a signature."""

    def __init__(self, pdf: bytes) -> None:
        self._pdf = pdf
        super().__init__()

    def render(self) -> bytes:
        page = self._ensure_writer.import_page_as_xobject(PdfFileReader(BytesIO(self._pdf)), page_ix=0)
        name = f"/Stamp{uuid.uuid4().hex}"
        self.resources.xobject[pdf_name(name)] = page
        left, bottom, right, top = page.get_object()["/BBox"]
        self.box = BoxConstraints(width=abs(right - left), height=abs(top - bottom))
        return name.encode() + b" Do"


def terms_of(
    field: str, reason: str, *, certify: bool = False, name: str | None = None, final: bool
) -> PdfSignatureMetadata:
    """What a signature in this field says, and what may follow it."""
    return PdfSignatureMetadata(
        field_name=field,
        name=name,
        reason=reason,
        certify=certify,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        docmdp_permissions=MDPPerm.NO_CHANGES if final else MDPPerm.FILL_FORMS,
        embed_validation_info=True,
        use_pades_lta=final,
        # Nothing may follow the last time stamp, so that it covers the file to its last byte.
        dss_settings=DSSContentSettings(next_ts_settings=TimestampDSSContentSettings(include_vri=False)),
    )


def look_of(stamp: bytes) -> StaticStampStyle:
    """A page of PDF as what is seen of a signature."""
    return StaticStampStyle(
        border_width=0,
        background=_StampPage(stamp),
        background_opacity=1,
        background_layout=SimpleBoxLayoutRule(
            x_align=AxisAlignment.ALIGN_MID, y_align=AxisAlignment.ALIGN_MID, margins=Margins(0, 0, 0, 0)
        ),
    )
