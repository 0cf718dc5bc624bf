"""The seal: places the signature fields, certifies a document, signs a person's field, and checks the result.

Every signature is made with the portal's own key, bears a time stamp and the proof that no certificate was revoked
(PAdES B-LT); the last one locks the document and adds a time stamp over the whole (B-LTA). What cannot be made
complete is not made at all: without time stamp or revocation list nothing is returned.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import TYPE_CHECKING, cast

import pikepdf
from asn1crypto import keys, x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigFieldSpec, append_signature_field, enumerate_sig_fields
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import (
    InsufficientRevinfoError,
    PathBuildingError,
    PathError,
    RevokedError,
    ValidationError,
)
from pyhanko_certvalidator.fetchers.aiohttp_fetchers import AIOHttpFetcherBackend
from pyhanko_certvalidator.registry import SimpleCertificateStore

from portal.config import Settings
from portal.documents import stamping
from portal.documents.authority import Authority, Trust, establish
from portal.documents.child import in_child
from portal.documents.keys import TOKEN_FAULTS, SealKey, key_of, unfitness
from portal.documents.outside import KeyUnavailable, RevocationUnavailable, TimeStampUnavailable
from portal.documents.renewal import renewed
from portal.documents.stamping import OwnTimeStamper, TimeStampService
from portal.documents.stamps import Stamp
from portal.documents.tagging import nest_widgets
from portal.documents.terms import LockingSigner, look_of, terms_of
from portal.documents.text import SEAL_FIELD
from portal.documents.verify import Verdict, examine, examine_addition
from portal.errors import PortalError, SettingError, UnavailableError
from portal.wording import mark

if TYPE_CHECKING:  # the seal works where WeasyPrint cannot be loaded
    from portal.documents.render import Place, Rendered

WHERE_TO_LOOK = {
    True: "Check the clock of this machine and the folder 'authority' in the data folder; put it back from a backup, "
    "or, only on a test installation, remove it: a new test seal is made at the next start.",
    False: "Check the clock of this machine, the certificate that comes with the key, and that TEKENPOORT_SEAL_ROOTS "
    "holds its root and every certificate between.",
}
NO_PROOF = mark("Er is nu geen bewijs te krijgen dat de certificaten geldig zijn.")


@dataclass(frozen=True)
class Sealer:
    """The portal's seal, as it is used by the worker."""

    authority: Authority
    key: SealKey
    time_stamp_urls: tuple[str, ...] = ()
    """The services that stamp, in the order in which they are asked; none means our own."""
    is_trial: bool = False
    """Only for the test at the start: a seal from outside then needs no proof that it was not revoked."""

    @classmethod
    def open(cls, settings: Settings) -> "Sealer":
        """The seal of this installation; a test seal is made when there is none. SettingError when it is damaged."""
        authority = establish(settings.data)
        key = key_of(settings, authority)
        stamping.rsa_key(authority.time_stamp_key)  # here, so that a child process that seals need not read it
        trusting = establish(settings.data)  # once more: the seal of a key from outside is remembered there by now
        return cls(trusting, key, settings.time_stamp_urls)

    @property
    def is_test(self) -> bool:
        """Whether this seal is only known to this installation."""
        return self.key.is_test

    @property
    def trust(self) -> Trust:
        """Whom to believe when what we sealed is examined."""
        return self.authority.trust

    def self_test(self) -> None:
        """Seal and check an empty page with the key itself; SettingError says what to do when that fails.

        Nothing is asked of the network: the time stamp of this test is our own, and whether a certificate from outside
        was revoked is left to the first seal. An outside service that is down must not stop the start.
        """
        if said := unfitness(self.key):
            raise SettingError(f"The seal cannot be used: {said} {WHERE_TO_LOOK[self.is_test]}")
        try:
            in_child(replace(self, time_stamp_urls=(), is_trial=True)._tested)
        except KeyUnavailable as fault:
            raise SettingError(f"The seal's token cannot be used: {fault.advice}") from fault
        except PortalError as fault:
            raise SettingError(f"The seal cannot be used: {fault}. {WHERE_TO_LOOK[self.is_test]}") from fault

    def _tested(self) -> None:
        with pikepdf.new() as blank:
            blank.add_blank_page()
            page = BytesIO()
            blank.save(page)
        writer = IncrementalPdfFileWriter(page)
        append_signature_field(writer, SigFieldSpec(SEAL_FIELD))
        sealed = self._sign(_written(writer), terms_of(SEAL_FIELD, "self test", certify=True, final=True), stamp=None)
        if self.is_test:
            self.check(sealed, fields=(), final=True)
        else:
            self._refuse_unsound(sealed)

    def _refuse_unsound(self, sealed: bytes) -> None:
        """Raise PortalError unless the first signature is sound and trusted, revocation aside."""
        believing = self._context(None)
        status = asyncio.run(
            async_validate_pdf_signature(
                PdfFileReader(BytesIO(sealed)).embedded_signatures[0],
                signer_validation_context=believing,
                ts_validation_context=believing,
            )
        )
        if not (status.intact and status.valid and status.trusted):
            raise PortalError(mark("Het stuk kon niet worden verzegeld: %(reason)s."), reason=status.summary())

    def prepare(self, rendered: "Rendered") -> bytes:
        """The document with an empty field for the seal and one for each place, nested so that it stays tagged."""
        writer = IncrementalPdfFileWriter(BytesIO(rendered.pdf))
        for place in (rendered.seal, *rendered.places):
            append_signature_field(writer, _field(place))
        return nest_widgets(_written(writer))

    def certify(self, pdf: bytes, *, stamp: bytes, reason: str, final: bool) -> bytes:
        """Fix the text with the portal's seal; after this only the empty fields may be signed, or nothing if final."""
        return self._sign(pdf, terms_of(SEAL_FIELD, reason, certify=True, final=final), stamp=stamp)

    def sign(self, pdf: bytes, *, field: str, stamp: bytes, reason: str, signer_name: str, final: bool) -> bytes:
        """Append one revision in which this field is signed; the final one locks the document, spare fields too."""
        return self._sign(pdf, terms_of(field, reason, name=signer_name, final=final), stamp=stamp)

    def renew(self, pdf: bytes) -> bytes:
        """Append one revision with a new time stamp over the whole file, while the last one still holds."""
        return self._asking(lambda network, stamper: renewed(pdf, stamper=stamper, believing=self._context(network)))

    def check(self, pdf: bytes, *, fields: Sequence[str], final: bool, before: bytes | None = None) -> Stamp:
        """Raise PortalError unless the seal and exactly these fields are signed, and each signature holds fully.

        Gives the last time stamp.
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
        return seen.stamps[-1]

    def check_renewal(self, before: bytes, pdf: bytes) -> tuple[Stamp, Stamp]:
        """Raise PortalError unless only a time stamp over everything was added, and the whole is proved by it.

        Gives the last time stamp of before, and the new one.
        """
        seen, known = examine(pdf, trust=self.trust), examine(before, trust=self.trust)
        problem = None
        if not pdf.startswith(before) or len(seen.stamps) != len(known.stamps) + 1:
            problem = "there is not one time stamp more than before"
        elif seen.verdict is not Verdict.INTACT_AND_COMPLETE:
            problem = seen.problem or seen.verdict.name
        elif [each.field for each in seen.signatures] != [each.field for each in known.signatures]:
            problem = "the signatures are not those of before"
        elif not all(signature.lasting for signature in seen.signatures):
            problem = "a signature cannot be proved in the long term"
        if problem:
            raise PortalError(mark("Het verzegelde stuk is afgekeurd: %(problem)s."), problem=problem)
        return known.stamps[-1], seen.stamps[-1]

    def time_stamp(self, digest: bytes) -> bytes:
        """An RFC 3161 token (DER) over this SHA-256; UnavailableError when no service gives one."""

        async def stamped(_network: AIOHttpFetcherBackend | None, stamper: TimeStamper) -> bytes:
            return bytes((await stamper.async_timestamp(digest, "sha256")).dump())

        return self._asking(stamped)

    def sizes(self, pdf: bytes) -> dict[str, tuple[float, float]]:
        """Width and height in points of every signature field, by its name: what a stamp for it must measure."""
        found = {}
        for name, _value, reference in enumerate_sig_fields(PdfFileReader(BytesIO(pdf))):
            left, bottom, right, top = (float(length) for length in reference.get_object()["/Rect"])
            found[str(name)] = (right - left, top - bottom)
        return found

    def _sign(self, pdf: bytes, terms: PdfSignatureMetadata, *, stamp: bytes | None) -> bytes:
        """Sign under these terms, or raise: never something half-made."""
        key = self.key.signer()

        async def signed(network: AIOHttpFetcherBackend | None, stamper: TimeStamper) -> bytes:
            kind = LockingSigner if terms.use_pades_lta and not terms.certify else PdfSigner
            signer = kind(
                replace(terms, validation_context=self._context(network)),
                signer=key,
                timestamper=stamper,
                stamp_style=look_of(stamp) if stamp else None,
            )
            output = await signer.async_sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), existing_fields_only=True)
            return bytes(output.getvalue())

        return self._asking(signed)

    def _asking(self, work: "Work") -> bytes:
        """Do this with the first time-stamp service that does its part: one service for the whole of one revision."""
        fault: PortalError
        cause: Exception
        for url in self.time_stamp_urls or (None,):
            try:
                return asyncio.run(self._asked(work, url))
            except TimestampRequestError as why:
                said = mark("De tijdstempeldienst gaf geen tijdstempel (%(reason)s).")
                fault, cause = TimeStampUnavailable(said, reason=_reason(why)), why
            except (SigningError, PathError, ValidationError, TimeoutError, AssertionError, *TOKEN_FAULTS) as why:
                fault, cause = _translated(why), why
                if not isinstance(fault, UnavailableError):
                    break
        raise fault from cause

    async def _asked(self, work: "Work", url: str | None) -> bytes:
        network = AIOHttpFetcherBackend(per_request_timeout=stamping.SECONDS) if url else None
        try:
            if url:
                return await work(network, TimeStampService(url, believing=self._context(network)))
            return await work(network, self._own_stamper())
        finally:
            if network:
                await network.close()  # type: ignore[no-untyped-call]

    def _own_stamper(self) -> TimeStamper:
        return OwnTimeStamper(
            x509.Certificate.load(self.authority.time_stamp_certificate),
            keys.PrivateKeyInfo.load(self.authority.time_stamp_key),
            certs_to_embed=SimpleCertificateStore.from_certs(_certificates(self.trust.roots[:1])),  # type: ignore[no-untyped-call]
        )

    def _context(self, network: AIOHttpFetcherBackend | None) -> ValidationContext:
        """Every certificate must be proved not revoked."""
        return ValidationContext(
            trust_roots=_certificates(dict.fromkeys((*self.trust.roots, *self.trust.time_stamp_roots))),
            other_certs=_certificates(self.key.chain),
            crls=list(self.trust.revoked),
            allow_fetching=network is not None,
            fetcher_backend=network,
            revocation_mode="soft-fail" if self.is_trial and not self.is_test else "require",
        )


Work = Callable[[AIOHttpFetcherBackend | None, TimeStamper], Awaitable[bytes]]
"""What is done with what fetches revocation data, and with what stamps the time."""


def _field(place: "Place") -> SigFieldSpec:
    # pyHanko says whole points; it takes, and writes, parts of them as well.
    box = cast("tuple[int, int, int, int]", place.box)
    return SigFieldSpec(place.field, on_page=place.page, box=box, readable_field_name=place.label)


def _written(writer: IncrementalPdfFileWriter) -> bytes:
    output = BytesIO()
    writer.write(output)  # type: ignore[no-untyped-call]
    return output.getvalue()


def _certificates(items: Iterable[bytes]) -> list[x509.Certificate]:
    return [x509.Certificate.load(item) for item in items]


def _translated(fault: Exception) -> PortalError:
    """The fault in our words, by what lies at the bottom of it."""
    causes = list(_causes(fault))
    # A list or an answer that was signed with another kind of key than its issuer's: pyHanko asserts that it was not.
    if any(isinstance(cause, InsufficientRevinfoError | TimeoutError | AssertionError) for cause in causes):
        return RevocationUnavailable(NO_PROOF)
    if any(isinstance(cause, RevokedError) for cause in causes):
        return RevocationUnavailable(
            mark("Een certificaat is ingetrokken (%(reason)s). De servicedesk moet een ander instellen."),
            reason=_reason(fault),
        )
    if any(isinstance(cause, TOKEN_FAULTS) for cause in causes):
        return KeyUnavailable(mark("Het token van het zegel zet geen zegel (%(reason)s)."), reason=_reason(fault))
    if any(isinstance(cause, PathBuildingError) for cause in causes):
        return TimeStampUnavailable(mark("De tijdstempeldienst gebruikt een certificaat dat het portaal niet kent."))
    return PortalError(mark("Het stuk kon niet worden verzegeld: %(reason)s."), reason=_reason(fault))


def _causes(fault: BaseException | None) -> Iterable[BaseException]:
    while fault is not None:
        yield fault
        fault = fault.__cause__ or fault.__context__


def _reason(fault: Exception) -> str:
    return " - ".join(dict.fromkeys(str(cause).strip(" .") for cause in _causes(fault)))[:400]
