"""WeasyPrint and pyHanko alone in a process of their own, warm: what the portal's papers are measured beside.

Run as a program it takes one piece of work after the other from its standard input and says what came of it; the
portal is not loaded in it. Styles, fonts and certificates are read once.
"""

import asyncio
import pickle
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from asn1crypto import crl, keys, x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter, enumerate_sig_fields
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko.sign.validation import ades
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.policy_decl import (
    LocalKnowledge,
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleCertificateStore, SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

HOUSE = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Letter:
    """An HTML document to be printed as PDF/A-3a with this style sheet."""

    html: str
    folder: Path
    style: str

    def done(self) -> bytes:
        """The PDF."""
        style, fonts = _style(self.folder / self.style)
        page = HTML(string=self.html, base_url=f"{self.folder.as_uri()}/")
        return bytes(page.write_pdf(stylesheets=[style], font_config=fonts, pdf_variant="pdf/a-3a"))


@dataclass(frozen=True)
class Keys:
    """The same keys, certificates and revocation lists as the portal's seal has; all in DER."""

    certificate: bytes
    key: bytes
    stamp_certificate: bytes
    stamp_key: bytes
    roots: tuple[bytes, ...]
    revoked: tuple[bytes, ...]


@dataclass(frozen=True)
class Signing:
    """The first empty field of a PDF to be signed as the last one: PAdES B-LTA, with two time stamps."""

    pdf: bytes
    keys: Keys
    checked: bool = False
    """Whether every signature is then judged by the long-term rules, as the portal does before it calls it done."""

    def done(self) -> bytes:
        """The signed PDF; it bears no picture of the signature."""
        signer, stamper, roots = _signer(self.keys)
        writer = IncrementalPdfFileWriter(BytesIO(self.pdf))
        terms = PdfSignatureMetadata(
            field_name=_empty_field(self.pdf),
            name="Bas Jansen",
            md_algorithm="sha256",
            subfilter=SigSeedSubFilter.PADES,
            docmdp_permissions=MDPPerm.NO_CHANGES,
            embed_validation_info=True,
            use_pades_lta=True,
            validation_context=ValidationContext(
                trust_roots=roots, crls=list(self.keys.revoked), allow_fetching=False, revocation_mode="require"
            ),
        )
        made = PdfSigner(terms, signer=signer, timestamper=stamper).sign_pdf(writer, existing_fields_only=True)
        signed = bytes(made.getvalue())
        if self.checked:
            _refuse_unsound(signed, roots)
        return signed


@cache
def _style(path: Path) -> tuple[CSS, FontConfiguration]:
    fonts = FontConfiguration()
    return CSS(filename=path, font_config=fonts), fonts


@cache
def _signer(given: Keys) -> tuple[SimpleSigner, DummyTimeStamper, list[x509.Certificate]]:
    roots = [x509.Certificate.load(each) for each in given.roots]
    store = SimpleCertificateStore()
    store.register_multiple(roots)
    signer = SimpleSigner(
        signing_cert=x509.Certificate.load(given.certificate),
        signing_key=keys.PrivateKeyInfo.load(given.key),
        cert_registry=store,
    )
    stamper = DummyTimeStamper(
        x509.Certificate.load(given.stamp_certificate),
        keys.PrivateKeyInfo.load(given.stamp_key),
        certs_to_embed=store,
    )
    return signer, stamper, roots


def _refuse_unsound(pdf: bytes, roots: list[x509.Certificate]) -> None:
    """Raise unless every signature passes pyHanko's own long-term validation, offline, with proof of validity."""
    reader = PdfFileReader(BytesIO(pdf))
    store = DocumentSecurityStore.read_dss(reader)
    believing = CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build(trust_roots=roots), revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO)
    )
    known = LocalKnowledge(
        known_certs=list(store.load_certs()),
        known_crls=[CRLContainer(crl.CertificateList.load(each.get_object().data)) for each in store.crls],
    )
    rules = SignatureValidationSpec(
        cert_validation_policy=believing,
        revinfo_gathering_policy=RevocationInfoGatheringSpec(RevinfoOnlineFetchingRule.LOCAL_ONLY),
        local_knowledge=known,
    )
    for each in reader.embedded_regular_signatures:
        judged = asyncio.run(ades.ades_lta_validation(each, PdfSignatureValidationSpec(rules)))
        if judged.ades_subindic is not ades.AdESPassed.OK:
            raise RuntimeError(f"{each.field_name}: {judged.ades_subindic}")


def _empty_field(pdf: bytes) -> str:
    fields = enumerate_sig_fields(PdfFileReader(BytesIO(pdf)))
    return next(str(name) for name, value, _ in fields if value is None)


# --- Between the two processes -----------------------------------------------------------------------------------


class Bare:
    """The other process, as one speaks to it."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.process = process

    def do(self, work: Letter | Signing) -> bytes:
        """Have this done there."""
        assert self.process.stdin and self.process.stdout
        pickle.dump(work, self.process.stdin)
        self.process.stdin.flush()
        made: Any = pickle.load(self.process.stdout)
        if not isinstance(made, bytes):
            raise RuntimeError(f"it could not be done bare: {made}")
        return made


@contextmanager
def bare() -> Iterator[Bare]:
    """The process, until one is done with it."""
    command = [sys.executable, "-c", "from tests.bench.bench_bare import main; main()"]
    with subprocess.Popen(command, cwd=HOUSE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:  # fmt: skip
        try:
            yield Bare(process)
        finally:
            process.terminate()


def main() -> None:
    """One piece of work after the other, until there is nobody to speak to."""
    while True:
        try:
            work = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        try:
            said: object = work.done()
        except Exception as fault:
            said = f"{type(fault).__name__}: {fault}"
        pickle.dump(said, sys.stdout.buffer)
        sys.stdout.buffer.flush()
