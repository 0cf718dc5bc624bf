"""The seal: places the signature fields, certifies a document, signs a person's field, and checks the result.

Every signature is made with the portal's own key, bears a time stamp and the proof that no certificate was revoked
(PAdES B-LT); the last one locks the document and adds a time stamp over the whole (B-LTA). What cannot be made
complete is not made at all: without time stamp or revocation list nothing is returned.
"""

import asyncio
import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, cast

import pikepdf
from asn1crypto import cms, core, keys, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_der_private_key
from pyhanko.pdf_utils.content import PdfContent
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import AxisAlignment, BoxConstraints, Margins, SimpleBoxLayoutRule
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign.fields import (
    FieldMDPAction,
    FieldMDPSpec,
    MDPPerm,
    SigFieldSpec,
    SigSeedSubFilter,
    append_signature_field,
    enumerate_sig_fields,
)
from pyhanko.sign.general import SigningError, as_signing_certificate
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.signers.pdf_signer import DSSContentSettings, PdfSigningSession, TimestampDSSContentSettings
from pyhanko.sign.timestamps import DummyTimeStamper, TimeStamper
from pyhanko.sign.timestamps.aiohttp_client import HTTPTimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import InsufficientRevinfoError, PathBuildingError, PathError, ValidationError
from pyhanko_certvalidator.fetchers.aiohttp_fetchers import AIOHttpFetcherBackend
from pyhanko_certvalidator.registry import SimpleCertificateStore
from pyhanko_certvalidator.util import get_pyca_cryptography_hash

from portal.config import Settings
from portal.documents.authority import Authority, Trust, establish
from portal.documents.tagging import nest_widgets
from portal.documents.text import SEAL_FIELD
from portal.documents.verify import Verdict, examine, examine_addition
from portal.errors import PortalError, SettingError, UnavailableError
from portal.wording import mark

if TYPE_CHECKING:  # the seal works where WeasyPrint cannot be loaded
    from portal.documents.render import Place, Rendered

TIME_STAMP_SECONDS = 10


class TimeStampUnavailable(UnavailableError):  # noqa: N818 - the name by which the other rooms know it
    """The time-stamp service gave no usable stamp; trying later can help."""


class RevocationUnavailable(UnavailableError):  # noqa: N818 - the name by which the other rooms know it
    """It could not be proved that the certificates are still valid; trying later can help."""


@dataclass(frozen=True)
class Sealer:
    """The portal's seal, as it is used by the worker."""

    authority: Authority
    time_stamp_url: str | None = None

    @classmethod
    def open(cls, settings: Settings) -> "Sealer":
        """The seal of this installation; a test seal is made when there is none. SettingError when it is damaged."""
        authority = establish(settings.data)
        if not settings.time_stamp_url:
            _rsa_key(authority.time_stamp_key)  # here, so that a child process that seals need not read it
        return cls(authority, settings.time_stamp_url)

    @property
    def is_test(self) -> bool:
        """Whether this seal is only known to this installation."""
        return self.authority.is_test

    @property
    def trust(self) -> Trust:
        """Whom to believe when what we sealed is examined."""
        return self.authority.trust

    def self_test(self) -> None:
        """Seal and check an empty page; SettingError says what to do when that fails.

        The time stamp of this test is our own: an outside service that is down must not stop the start.
        """
        seal = Sealer(self.authority)
        try:
            with pikepdf.new() as blank:
                blank.add_blank_page()
                page = BytesIO()
                blank.save(page)
            writer = IncrementalPdfFileWriter(page)
            append_signature_field(writer, SigFieldSpec(SEAL_FIELD))
            sealed = seal._sign(_written(writer), _terms(SEAL_FIELD, "self test", certify=True, final=True), stamp=None)
            seal.check(sealed, fields=(), final=True)
        except Exception as fault:
            raise SettingError(
                f"The seal cannot be used: {_reason(fault)}. Check the clock of this machine and the folder "
                "'authority' in the data folder; put it back from a backup, or, only on a test installation, "
                "remove it: a new test seal is made at the next start."
            ) from fault

    def prepare(self, rendered: "Rendered") -> bytes:
        """The document with an empty field for the seal and one for each place, nested so that it stays tagged."""
        writer = IncrementalPdfFileWriter(BytesIO(rendered.pdf))
        for place in (rendered.seal, *rendered.places):
            append_signature_field(writer, _field(place))
        return nest_widgets(_written(writer))

    def certify(self, pdf: bytes, *, stamp: bytes, reason: str, final: bool) -> bytes:
        """Fix the text with the portal's seal; after this only the empty fields may be signed, or nothing if final."""
        return self._sign(pdf, _terms(SEAL_FIELD, reason, certify=True, final=final), stamp=stamp)

    def sign(self, pdf: bytes, *, field: str, stamp: bytes, reason: str, signer_name: str, final: bool) -> bytes:
        """Append one revision in which this field is signed; the final one locks the document, spare fields too."""
        return self._sign(pdf, _terms(field, reason, name=signer_name, final=final), stamp=stamp)

    def check(self, pdf: bytes, *, fields: Sequence[str], final: bool, before: bytes | None = None) -> None:
        """Raise PortalError unless the seal and exactly these fields are signed, and each signature holds fully.

        With the revision before, which was checked when it was made, only what came after it is judged again.
        """
        seen = examine_addition(before, pdf, trust=self.trust) if before else examine(pdf, trust=self.trust)
        signed = [*seen.already, *(signature.field for signature in seen.signatures)]
        expected = Verdict.INTACT_AND_COMPLETE if final else Verdict.INTACT_IN_PROGRESS
        problem = None
        if seen.verdict is not expected:
            problem = seen.problem or seen.verdict.name
        elif sorted(signed) != sorted((SEAL_FIELD, *fields)):
            problem = f"signed are {', '.join(signed)}"
        elif not all(signature.lasting for signature in seen.signatures):
            problem = "a signature cannot be proved in the long term"
        if problem:
            raise PortalError(mark("Het verzegelde stuk is afgekeurd: %(problem)s."), problem=problem)

    def sizes(self, pdf: bytes) -> dict[str, tuple[float, float]]:
        """Width and height in points of every signature field, by its name: what a stamp for it must measure."""
        found = {}
        for name, _value, reference in enumerate_sig_fields(PdfFileReader(BytesIO(pdf))):
            left, bottom, right, top = (float(length) for length in reference.get_object()["/Rect"])
            found[str(name)] = (right - left, top - bottom)
        return found

    def _sign(self, pdf: bytes, terms: PdfSignatureMetadata, *, stamp: bytes | None) -> bytes:
        """Sign under these terms, or raise: never something half-made."""
        try:
            return asyncio.run(self._signed(pdf, terms, _shown(stamp) if stamp else None))
        except TimestampRequestError as fault:
            raise TimeStampUnavailable(
                mark("De tijdstempeldienst gaf geen tijdstempel. Het portaal probeert het later opnieuw.")
            ) from fault
        except (SigningError, PathError, ValidationError) as fault:
            raise _translated(fault) from fault

    async def _signed(self, pdf: bytes, terms: PdfSignatureMetadata, look: StaticStampStyle | None) -> bytes:
        network = AIOHttpFetcherBackend(per_request_timeout=TIME_STAMP_SECONDS) if self.time_stamp_url else None
        kind = _LockingSigner if terms.use_pades_lta and not terms.certify else PdfSigner
        signer = kind(
            replace(terms, validation_context=self._context(network)),
            signer=self._signer(),
            timestamper=self._time_stamper(),
            stamp_style=look,
        )
        try:
            output = await signer.async_sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), existing_fields_only=True)
        finally:
            if network:
                await network.close()  # type: ignore[no-untyped-call]
        return bytes(output.getvalue())

    def _signer(self) -> SimpleSigner:
        return SimpleSigner(
            signing_cert=x509.Certificate.load(self.authority.seal_certificate),
            signing_key=keys.PrivateKeyInfo.load(self.authority.seal_key),
            cert_registry=_store(self.trust.roots),
        )

    def _time_stamper(self) -> TimeStamper:
        if self.time_stamp_url:
            return _TimeStampService(self.time_stamp_url, timeout=TIME_STAMP_SECONDS)
        return _OwnTimeStamper(
            x509.Certificate.load(self.authority.time_stamp_certificate),
            keys.PrivateKeyInfo.load(self.authority.time_stamp_key),
            certs_to_embed=_store(self.trust.roots),
        )

    def _context(self, network: AIOHttpFetcherBackend | None) -> ValidationContext:
        """Every certificate must be proved not revoked; only an outside service's proof is fetched."""
        return ValidationContext(
            trust_roots=_certificates(dict.fromkeys((*self.trust.roots, *self.trust.time_stamp_roots))),
            crls=list(self.trust.revoked),
            allow_fetching=network is not None,
            fetcher_backend=network,
            revocation_mode="require",
        )


class _OwnTimeStamper(DummyTimeStamper):
    """Stamps with our own key, which it reads once: that takes longer than all the rest of a stamp."""

    def _sign_tst_info(self, content: bytes, digest: str, moment: dt.datetime) -> tuple[bytes, cms.CMSAttributes]:
        algorithm = get_pyca_cryptography_hash(digest)
        hashed = hashes.Hash(algorithm)
        hashed.update(content)
        attributes = {
            "content_type": "tst_info",
            "signing_time": cms.Time({"utc_time": core.UTCTime(moment)}),
            "signing_certificate": as_signing_certificate(self.tsa_cert),
            "message_digest": hashed.finalize(),
        }
        said = cms.CMSAttributes({"type": name, "values": (value,)} for name, value in attributes.items())
        return _rsa_key(self.tsa_key.dump()).sign(said.dump(), PKCS1v15(), algorithm), said


@cache
def _rsa_key(key: bytes) -> RSAPrivateKey:
    loaded = load_der_private_key(key, password=None)
    if not isinstance(loaded, RSAPrivateKey):
        raise SettingError("The key of the time stamp is not an RSA key.")
    return loaded


class _TimeStampService(HTTPTimeStamper):
    """An RFC 3161 service on the network; whatever it does wrong, it gave no stamp."""

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        try:
            stamp = await super().async_timestamp(message_digest, md_algorithm)
            content = stamp["content"]["encap_content_info"]["content"].parsed
            stamped = content["message_imprint"]["hashed_message"].native
        except Exception as fault:
            raise TimestampRequestError(f"no usable time stamp: {fault}") from fault
        if stamped != message_digest:  # pyHanko compares the number of the question, but not what was stamped
            raise TimestampRequestError("the service stamped something else")
        return stamp


class _LockingSigner(PdfSigner):
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


def _terms(
    field: str, reason: str, *, certify: bool = False, name: str | None = None, final: bool
) -> PdfSignatureMetadata:
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


def _field(place: "Place") -> SigFieldSpec:
    # pyHanko says whole points; it takes, and writes, parts of them as well.
    box = cast("tuple[int, int, int, int]", place.box)
    return SigFieldSpec(place.field, on_page=place.page, box=box, readable_field_name=place.label)


def _shown(stamp: bytes) -> StaticStampStyle:
    return StaticStampStyle(
        border_width=0,
        background=_StampPage(stamp),
        background_opacity=1,
        background_layout=SimpleBoxLayoutRule(
            x_align=AxisAlignment.ALIGN_MID, y_align=AxisAlignment.ALIGN_MID, margins=Margins(0, 0, 0, 0)
        ),
    )


def _written(writer: IncrementalPdfFileWriter) -> bytes:
    output = BytesIO()
    writer.write(output)  # type: ignore[no-untyped-call]
    return output.getvalue()


def _certificates(items: Iterable[bytes]) -> list[x509.Certificate]:
    return [x509.Certificate.load(item) for item in items]


def _translated(fault: Exception) -> PortalError:
    """The fault in our words, by what lies at the bottom of it."""
    causes = list(_causes(fault))
    if any(isinstance(cause, InsufficientRevinfoError) for cause in causes):
        return RevocationUnavailable(
            mark("Er is nu geen bewijs te krijgen dat de certificaten geldig zijn. Het portaal probeert het opnieuw.")
        )
    if any(isinstance(cause, PathBuildingError) for cause in causes):
        return TimeStampUnavailable(mark("De tijdstempeldienst gebruikt een certificaat dat het portaal niet kent."))
    return PortalError(mark("Het stuk kon niet worden verzegeld: %(reason)s."), reason=_reason(fault))


def _store(items: Iterable[bytes]) -> SimpleCertificateStore:
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register_multiple(_certificates(items))
    return store


def _causes(fault: BaseException | None) -> Iterable[BaseException]:
    while fault is not None:
        yield fault
        fault = fault.__cause__ or fault.__context__


def _reason(fault: Exception) -> str:
    return " - ".join(dict.fromkeys(str(cause).strip(" .") for cause in _causes(fault)))[:400]
