"""The world outside a seal, on this machine: a certificate authority that answers, time-stamp services, and how they lie.

`a_world()` starts one small server. What it says is honest until a test has it say something else.
"""

import contextlib
import datetime as dt
import http.server
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from asn1crypto import keys, tsp
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
PASSPHRASE = "drie witte zwanen"


@dataclass(frozen=True)
class Holder:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: Key

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@dataclass
class World:
    """Everybody outside: who they are, and what they say today."""

    port: int
    ocsp: str = "good"
    """good, dead, slow, revoked, stale, stranger (signed by somebody else) or nonsense"""
    lists: str = "good"
    """good, dead, revoked, stale or stranger"""
    stampers: dict[str, str] = field(default_factory=lambda: {"one": "good", "two": "good"})
    """Each good, dead, slow, busy, imprint, nonce, clock, stranger, turncoat, forged or nonsense"""
    asked: list[str] = field(default_factory=list)
    lists_last: dt.timedelta = 7 * DAY
    patience: float = 3.0
    """Seconds that the slow take."""

    # --- Who they are

    @cached_property
    def root(self) -> Holder:
        return issue("Wortel van buiten", None, ca=True)

    @cached_property
    def issuer(self) -> Holder:
        return issue("Uitgever van buiten", self.root, ca=True, lists=self.url("root.crl"))

    @cached_property
    def seal(self) -> Holder:
        return self.a_seal()

    @cached_property
    def stamp_root(self) -> Holder:
        return issue("Wortel van de tijd", None, ca=True)

    @cached_property
    def stamper(self) -> dict[str, Holder]:
        return {
            name: issue(f"Tijdstempel {name}", self.stamp_root, stamps=True, lists=self.url("time.crl"))
            for name in ("one", "two")
        }

    @cached_property
    def stranger(self) -> Holder:
        """Somebody with a certificate of their own making."""
        return issue("Vreemde", None, stamps=True)

    def a_seal(self, name: str = "Zegel van buiten", **other: Any) -> Holder:
        return issue(name, self.issuer, answers=self.url("ocsp"), **other)

    # --- What an operator has of them

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}/{path}"

    def roots(self, folder: Path) -> Path:
        return written(folder / "roots.pem", self.root.pem + self.issuer.pem)

    def p12(self, folder: Path, seal: Holder | None = None) -> Path:
        """A PKCS#12 file; where the key is not the certificate's, the two merely lie in one file."""
        holder = seal or self.seal
        own = holder.key.public_key() == holder.certificate.public_key()
        content = pkcs12.serialize_key_and_certificates(
            b"zegel",
            holder.key,
            holder.certificate if own else None,
            None if own else [holder.certificate],
            BestAvailableEncryption(PASSPHRASE.encode()),
        )
        return written(folder / "seal.p12", content)

    def passphrase(self, folder: Path, text: str = PASSPHRASE) -> Path:
        return written(folder / "passphrase", text.encode() + b"\n")

    # --- What they say

    def answer(self, path: str, question: bytes) -> tuple[int, str, bytes]:
        self.asked.append(path)
        if path == "ocsp":
            return self._kind(self.ocsp, "application/ocsp-response", lambda: self._ocsp(question))
        if path.endswith(".crl"):
            issuer = {"root.crl": self.root, "issuer.crl": self.issuer, "time.crl": self.stamp_root}[path]
            return self._kind(self.lists, "application/pkix-crl", lambda: self._list(issuer))
        said = self.stampers[path]
        return self._kind(said, "application/timestamp-reply", lambda: self._stamp(path, said, question))

    def _kind(self, said: str, kind: str, honest: Any) -> tuple[int, str, bytes]:
        match said:
            case "dead" | "busy":
                return 503, "text/plain", b""
            case "nonsense":
                return 200, kind, b"<html>welkom</html>"
            case "slow":
                time.sleep(self.patience)
        return 200, kind, honest()

    def _ocsp(self, question: bytes) -> bytes:
        asked = ocsp.load_der_ocsp_request(question)
        now = dt.datetime.now(dt.UTC)
        since = now - 30 * DAY if self.ocsp == "stale" else now - HOUR
        revoked = self.ocsp == "revoked"
        signer = self.stranger if self.ocsp == "stranger" else self.issuer
        known = next(each for each in ISSUED if each.certificate.serial_number == asked.serial_number)
        built = (
            ocsp.OCSPResponseBuilder()
            .add_response(
                cert=known.certificate,
                issuer=self.issuer.certificate,
                algorithm=asked.hash_algorithm,
                cert_status=ocsp.OCSPCertStatus.REVOKED if revoked else ocsp.OCSPCertStatus.GOOD,
                this_update=since,
                next_update=since + DAY,
                revocation_time=now - 2 * HOUR if revoked else None,
                revocation_reason=x509.ReasonFlags.key_compromise if revoked else None,
            )
            .responder_id(ocsp.OCSPResponderEncoding.HASH, signer.certificate)
        )
        for extension in asked.extensions:
            built = built.add_extension(extension.value, critical=False)
        return built.sign(signer.key, hashes.SHA256()).public_bytes(Encoding.DER)

    def _list(self, issuer: Holder) -> bytes:
        now = dt.datetime.now(dt.UTC)
        since = now - 30 * DAY if self.lists == "stale" else now - HOUR
        built = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(issuer.certificate.subject)
            .last_update(since)
            .next_update(since + self.lists_last)
            .add_extension(x509.CRLNumber(1), critical=False)
        )
        if self.lists == "revoked":
            for each in ISSUED:
                if each.certificate.issuer == issuer.certificate.subject:
                    serial = each.certificate.serial_number
                    gone = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(now - 2 * HOUR)
                    built = built.add_revoked_certificate(gone.build())
        signer = self.stranger if self.lists == "stranger" else issuer
        return built.sign(signer.key, hashes.SHA256()).public_bytes(Encoding.DER)

    def _stamp(self, name: str, said: str, question: bytes) -> bytes:
        asked = tsp.TimeStampReq.load(question).copy()
        is_turned = said == "turncoat" and self.asked.count(name) > 1
        holder = self.stranger if said == "stranger" or is_turned else self.stamper[name]
        if said == "imprint":
            asked["message_imprint"]["hashed_message"] = bytes(32)
        if said == "nonce":
            asked["nonce"] = 7
        moment = dt.datetime.now(dt.UTC) + HOUR if said == "clock" else None
        made = DummyTimeStamper(
            asn1.Certificate.load(holder.der),
            keys.PrivateKeyInfo.load(holder.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())),
            certs_to_embed=SimpleCertificateStore.from_certs([asn1.Certificate.load(self.stamp_root.der)]),
            fixed_dt=moment,
        ).request_tsa_response(asked)
        if said == "forged":
            signer = made["time_stamp_token"]["content"]["signer_infos"][0]
            signer["signature"] = bytes(reversed(signer["signature"].native))
        return made.dump(force=True)


ISSUED: list[Holder] = []


def issue(
    name: str,
    by: Holder | None,
    *,
    ca: bool = False,
    stamps: bool = False,
    answers: str | None = None,
    lists: str | None = None,
    begins: dt.timedelta = -2 * DAY,
    lasts: dt.timedelta = 900 * DAY,
    seals: bool = True,
) -> Holder:
    """A certificate with a new key: of an authority, of a time stamper, or of a seal."""
    key: Key = rsa.generate_private_key(65537, 2048) if stamps else ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "NL"), x509.NameAttribute(NameOID.COMMON_NAME, name)])
    begin = dt.datetime.now(dt.UTC).replace(microsecond=0) + begins
    above = by.certificate if by else None
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(above.subject if above else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + lasts)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(usage(ca=ca, seals=seals and not stamps and not ca), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(above.public_key() if above else key.public_key()),  # type: ignore[arg-type]
            critical=False,
        )
    )
    if stamps:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    if answers:
        where = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(answers))
        builder = builder.add_extension(x509.AuthorityInformationAccess([where]), critical=False)
    if lists:
        place = x509.DistributionPoint([x509.UniformResourceIdentifier(lists)], None, None, None)
        builder = builder.add_extension(x509.CRLDistributionPoints([place]), critical=False)
    made = Holder(builder.sign(by.key if by else key, hashes.SHA256()), key)
    ISSUED.append(made)
    return made


def usage(*, ca: bool, seals: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca,
        content_commitment=seals,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )


def written(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


@contextmanager
def a_world() -> Iterator[World]:
    """The server, until one is done with it."""

    class Desk(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(b"")

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers["Content-Length"])))

        def _answer(self, question: bytes) -> None:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # who asked may have given up
                status, kind, body = world.answer(self.path.strip("/"), question)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *words: object) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Desk)
    server.daemon_threads = True
    world = World(server.server_port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield world
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
