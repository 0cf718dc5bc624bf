"""The authority of one installation: the certificates, keys and revocation lists that its seal rests on.

A fresh machine makes itself a local authority in its data folder, so that the whole chain (seal, time stamp,
revocation list) works without a network. It is clearly a test: nobody outside this installation knows it.
These certificates follow the machine's own clock and not `portal.clock`, because the seals made with them do.
"""

import contextlib
import datetime as dt
import hashlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from portal.errors import SettingError

ORGANISATION = "Tekenpoort testzegel"
ROOT, SEAL, TIME_STAMP = "root", "seal", "time_stamp"
REVOKED = "revoked.crl"
OTHERS = "time_stamp_roots"
"""The folder in which an operator puts the root certificates (PEM) of an outside time-stamp service."""
SEALS, SEAL_ROOTS = "seals", "seal_roots"
"""The folders in which every seal that came from outside is remembered, and the roots it rests on."""

_YEAR = dt.timedelta(days=365)
_CLOCKS_DIFFER = dt.timedelta(hours=1)
_RENEW_AFTER = dt.timedelta(days=20)

_Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True)
class Trust:
    """Whom a reader of our documents believes; every item is one certificate or list in DER."""

    roots: tuple[bytes, ...]
    time_stamp_roots: tuple[bytes, ...]
    revoked: tuple[bytes, ...] = ()
    seals: tuple[bytes, ...] = ()
    """The certificates we ever sealed with: under a public root there are others, and theirs are not our papers."""

    @property
    def fingerprints(self) -> list[str]:
        """SHA-256 of each certificate, by which a reader elsewhere knows that these are ours."""
        every = dict.fromkeys((*self.seals, *self.roots, *self.time_stamp_roots))
        return [hashlib.sha256(each).hexdigest() for each in every]


@dataclass(frozen=True)
class Authority:
    """What is needed to seal: certificates (DER), unencrypted keys (PKCS#8 DER) and whom to believe."""

    seal_certificate: bytes
    seal_key: bytes
    time_stamp_certificate: bytes
    time_stamp_key: bytes
    trust: Trust


@dataclass(frozen=True)
class Certificate:
    """One certificate of this installation, and until when it can be used."""

    name: str
    """ROOT, SEAL or TIME_STAMP."""
    subject: str
    ends: dt.datetime
    fingerprint: str
    """SHA-256 in hexadecimal."""


def certificates(data: Path, *, is_test: bool = True) -> list[Certificate]:
    """The certificates that a seal of today rests on: of our own authority, or of the seal that came from outside."""
    folder = data / "authority"
    if is_test:
        paths = [(name, folder / f"{name}.crt") for name in (ROOT, SEAL, TIME_STAMP)]
    else:
        used = sorted((folder / SEALS).glob("*.pem"), key=lambda path: path.stat().st_mtime)
        roots = [(ROOT, path) for path in sorted((folder / SEAL_ROOTS).glob("*.pem"))]
        paths = [*roots, *((SEAL, path) for path in used[-1:])]
    found = [(name, x509.load_pem_x509_certificate(path.read_bytes())) for name, path in paths if path.exists()]
    return [
        Certificate(name, each.subject.rfc4514_string(), each.not_valid_after_utc, _fingerprint(each))
        for name, each in found
    ]


def remember(data: Path, *, seal: bytes, roots: Iterable[bytes]) -> None:
    """Keep the certificate of a seal from outside, and its roots (DER): what it seals is ours, also after its time.

    They stand in the data folder, so that papers can be judged without the key and after the settings have changed.
    """
    for name, items in ((SEALS, (seal,)), (SEAL_ROOTS, tuple(roots))):
        folder = data / "authority" / name
        folder.mkdir(mode=0o700, exist_ok=True)
        for item in items:
            certificate = x509.load_der_x509_certificate(item)
            path = folder / f"{_fingerprint(certificate)[:32]}.pem"
            _replace(path, certificate.public_bytes(Encoding.PEM))


def establish(data: Path) -> Authority:
    """The authority in this data folder, made at the first call; raises SettingError when it is damaged.

    Safe when several processes begin at once: each prepares a whole folder, the first to put it in place wins.
    """
    folder = data / "authority"
    if not folder.exists():
        data.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".authority-", dir=data))
        try:
            _make(draft)
            with contextlib.suppress(OSError):  # another process was first: its authority is ours too
                draft.rename(folder)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    try:
        _renew(folder)
        return _read(folder)
    except (OSError, ValueError) as fault:
        raise SettingError(
            f"The certificates in {folder} cannot be read ({fault}). Put back the folder from a backup. "
            "Only on a test installation: remove the folder, and a new test seal is made at the next start."
        ) from fault


def trust_of(data: Path) -> Trust:
    """Whom to believe when a document of this installation is examined."""
    return establish(data).trust


def _make(folder: Path) -> None:
    beginning = dt.datetime.now(dt.UTC).replace(microsecond=0) - _CLOCKS_DIFFER
    root_key = ec.generate_private_key(ec.SECP256R1())
    # Certificates and lists find each other by name, so two installations must not have the same.
    name = f"Tekenpoort testzegel {secrets.token_hex(4)}"
    root = _certificate(f"{name} - wortel", root_key, beginning, years=20)
    seal_key = ec.generate_private_key(ec.SECP256R1())
    seal = _certificate(name, seal_key, beginning, years=10, issuer=root, issuer_key=root_key)
    # The time stamper that runs inside the portal can only work with an RSA key.
    stamp_key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    stamp = _certificate(
        f"{name} - tijdstempel",
        stamp_key,
        beginning,
        years=15,
        issuer=root,
        issuer_key=root_key,
        stamps_time=True,
    )
    for name, certificate, key in ((ROOT, root, root_key), (SEAL, seal, seal_key), (TIME_STAMP, stamp, stamp_key)):
        _write(folder / f"{name}.crt", certificate.public_bytes(Encoding.PEM))
        _write(folder / f"{name}.key", key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    _write(folder / REVOKED, _revocation_list(root, root_key))
    (folder / OTHERS).mkdir(mode=0o700)


def _certificate(
    name: str,
    key: _Key,
    beginning: dt.datetime,
    *,
    years: int,
    issuer: x509.Certificate | None = None,
    issuer_key: ec.EllipticCurvePrivateKey | None = None,
    stamps_time: bool = False,
) -> x509.Certificate:
    is_root = issuer is None
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "NL"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANISATION),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    above = key.public_key() if issuer is None else issuer.public_key()
    assert isinstance(above, ec.EllipticCurvePublicKey)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if issuer is None else issuer.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(beginning)
        .not_valid_after(beginning + years * _YEAR)
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=0 if is_root else None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not is_root,
                content_commitment=not is_root and not stamps_time,  # non-repudiation: a seal needs it
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=is_root,
                crl_sign=is_root,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(above), critical=False)
    )
    if stamps_time:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    return builder.sign(issuer_key or key, hashes.SHA256())


def _revocation_list(root: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> bytes:
    """An empty list, in DER; it lasts as long as the root, so that a document can be checked years later."""
    moment = dt.datetime.now(dt.UTC).replace(microsecond=0)
    issued = max(moment - _CLOCKS_DIFFER, root.not_valid_before_utc)
    made = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(root.subject)
        .last_update(issued)
        .next_update(root.not_valid_after_utc)
        .add_extension(x509.CRLNumber(int(moment.timestamp())), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(Encoding.DER)


def _renew(folder: Path) -> None:
    """Issue the revocation list again when it is old, or when the clock ran ahead at the time."""
    kept = x509.load_der_x509_crl((folder / REVOKED).read_bytes())
    age = dt.datetime.now(dt.UTC) - kept.last_update_utc
    if dt.timedelta() <= age < _RENEW_AFTER:
        return
    key = load_pem_private_key((folder / f"{ROOT}.key").read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError(f"{ROOT}.key is not the key of this authority")
    root = x509.load_pem_x509_certificate((folder / f"{ROOT}.crt").read_bytes())
    _replace(folder / REVOKED, _revocation_list(root, key))


def _read(folder: Path) -> Authority:
    root, seal = (_certificate_in(folder / f"{name}.crt") for name in (ROOT, SEAL))
    return Authority(
        seal_certificate=seal,
        seal_key=_key_in(folder / f"{SEAL}.key"),
        time_stamp_certificate=_certificate_in(folder / f"{TIME_STAMP}.crt"),
        time_stamp_key=_key_in(folder / f"{TIME_STAMP}.key"),
        trust=Trust(
            roots=(root, *_certificates_in(folder / SEAL_ROOTS)),
            time_stamp_roots=(root, *_certificates_in(folder / OTHERS)),
            revoked=((folder / REVOKED).read_bytes(),),
            seals=(seal, *_certificates_in(folder / SEALS)),
        ),
    )


def _certificates_in(folder: Path) -> Iterator[bytes]:
    """Every certificate in the files of a folder; nothing where there is no such folder."""
    for path in sorted(folder.glob("[!.]*")):
        for certificate in x509.load_pem_x509_certificates(path.read_bytes()):
            yield certificate.public_bytes(Encoding.DER)


def _certificate_in(path: Path) -> bytes:
    return x509.load_pem_x509_certificate(path.read_bytes()).public_bytes(Encoding.DER)


def _fingerprint(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA256()).hex()


def _key_in(path: Path) -> bytes:
    key = load_pem_private_key(path.read_bytes(), password=None)
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def _write(path: Path, content: bytes) -> None:
    """Write a file that only we can read, and wait until the disk has it."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _replace(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}-{os.getpid()}")
    _write(draft, content)
    draft.replace(path)
