"""Where the seal's key is: with the installation's own test authority, in a PKCS#12 file, or on a PKCS#11 token.

A token is spoken to in a child process only: its module cannot be carried across a fork, and a module that hangs or
crashes takes nobody along. A PIN that was refused is not tried again until its file changes, since a token locks
itself after a few wrong ones.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pkcs11
from asn1crypto import keys, x509
from cryptography import x509 as pyca
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_der_private_key
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12
from pkcs11 import Attribute, ObjectClass, PKCS11Error
from pkcs11.exceptions import PinIncorrect, PinInvalid, PinLenRange, PinLocked
from pyhanko.config.pkcs11 import TokenCriteria
from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session
from pyhanko.sign.signers import Signer, SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from portal.config import KeyFile, KeyToken, Settings
from portal.documents import authority
from portal.documents.authority import Authority
from portal.documents.child import in_child
from portal.documents.outside import KeyUnavailable
from portal.errors import PortalError, SettingError
from portal.wording import mark

PIN_REFUSED = ".pin-refused"
TOKEN_FAULTS = (PKCS11Error,)
_SECONDS = 20


class SealKey(Protocol):
    """A key that seals, and the certificates (DER) that go with it."""

    @property
    def certificate(self) -> bytes: ...

    @property
    def chain(self) -> tuple[bytes, ...]: ...

    @property
    def is_test(self) -> bool:
        """Whether only this installation knows it."""

    def signer(self) -> Signer:
        """What pyHanko signs with; to be asked for in the process that signs."""


@dataclass(frozen=True)
class HeldKey:
    """A key that this process holds itself (PKCS#8 DER)."""

    certificate: bytes
    chain: tuple[bytes, ...]
    key: bytes
    is_test: bool = False

    def signer(self) -> Signer:
        return SimpleSigner(
            signing_cert=x509.Certificate.load(self.certificate),
            signing_key=keys.PrivateKeyInfo.load(self.key),
            cert_registry=_store(self.chain),
        )


@dataclass(frozen=True)
class TokenKey:
    """A key that never leaves its token."""

    certificate: bytes
    chain: tuple[bytes, ...]
    place: KeyToken
    refused: Path
    """Where a refused PIN is noted."""
    is_test: bool = False

    def signer(self) -> Signer:
        with _token_faults(self.place):
            session = _session(self.place, self.refused)
            kind = {Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.LABEL: self.place.label}
            if len(list(session.get_objects(kind))) != 1:
                raise KeyUnavailable(
                    mark("Op het token van het zegel staat niet één sleutel met de naam die is ingesteld."),
                    advice=f"token {self.place.token!r} does not hold one private key labelled {self.place.label!r}. "
                    "Check TEKENPOORT_SEAL_PKCS11_KEY.",
                )
            certificate = x509.Certificate.load(self.certificate)
            return PKCS11Signer(
                session,
                key_label=self.place.label,
                signing_cert=certificate,
                # Many a token hashes nothing for an elliptic curve: it is given the hash.
                use_raw_mechanism=certificate.public_key.algorithm == "ec",
                ca_chain=[x509.Certificate.load(each) for each in self.chain],
            )


def key_of(settings: Settings, own: Authority) -> SealKey:
    """The key that these settings name; a SettingError says what to do when it cannot be read.

    The certificate of a key from outside is remembered in the data folder, with its roots.
    """
    if settings.seal_key is None:
        return HeldKey(own.seal_certificate, own.trust.roots[:1], own.seal_key, is_test=True)
    roots, between = _roots(settings.seal_roots)
    if isinstance(settings.seal_key, KeyFile):
        certificate, chain, key = _opened(settings.seal_key)
        found: SealKey = HeldKey(certificate, (*chain, *between, *roots), key)
    else:
        place, refused = settings.seal_key, settings.data / "authority" / PIN_REFUSED
        certificate, chain = _said_at_start(place, refused)
        found = TokenKey(certificate, (*chain, *between, *roots), place, refused)
    authority.remember(settings.data, seal=certificate, roots=roots)
    return found


def unfitness(key: SealKey) -> str | None:
    """Why no seal can be made with this key today, whoever looks at it, and what to do; None when it is fit."""
    certificate, now = pyca.load_der_x509_certificate(key.certificate), dt.datetime.now(dt.UTC)
    try:
        seals = certificate.extensions.get_extension_for_class(pyca.KeyUsage).value.content_commitment
    except pyca.ExtensionNotFound:
        seals = False
    if now < certificate.not_valid_before_utc:
        said = f"its certificate is valid from {certificate.not_valid_before_utc:%d %B %Y} only. Use the one of today."
    elif certificate.not_valid_after_utc <= now:
        said = f"its certificate ended on {certificate.not_valid_after_utc:%d %B %Y}. Put the renewed one in its place."
    elif not seals:
        said = "its certificate lacks the key usage nonRepudiation (contentCommitment). Ask for one for seals."
    elif isinstance(key, HeldKey) and load_der_private_key(key.key, None).public_key() != certificate.public_key():
        said = "its key does not belong to its certificate. Put the two that were issued together in one place."
    else:
        return None
    return f"{said} The certificate is {certificate.subject.rfc4514_string()}."


def _opened(place: KeyFile) -> tuple[bytes, list[bytes], bytes]:
    try:
        found = load_pkcs12(place.path.read_bytes(), _first_line(place.passphrase).encode())
    except OSError as fault:
        raise SettingError(
            f"{fault.filename} cannot be read ({fault.strerror}): the seal's key comes from it."
        ) from fault
    except ValueError as fault:
        raise SettingError(
            f"{place.path} does not open with the passphrase in {place.passphrase}, or is no PKCS#12 file ({fault}). "
            "Try: openssl pkcs12 -info -noout -in FILE"
        ) from fault
    if found.key is None or found.cert is None:
        raise SettingError(f"{place.path} must hold one key and its certificate. Make it anew with openssl pkcs12.")
    key = found.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    chain = _in_der([each.certificate for each in found.additional_certs])
    return found.cert.certificate.public_bytes(Encoding.DER), chain, key


def _roots(path: Path | None) -> tuple[list[bytes], list[bytes]]:
    """The roots in a PEM file, and what stands between them and the seal."""
    assert path is not None, "the settings were checked"
    try:
        found = pyca.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as fault:
        raise SettingError(f"TEKENPOORT_SEAL_ROOTS: {path} holds no certificates in PEM ({fault}).") from fault
    roots = [each for each in found if each.subject == each.issuer]
    if not roots:
        raise SettingError(f"TEKENPOORT_SEAL_ROOTS: none of the certificates in {path} is a root (its own issuer).")
    return _in_der(roots), _in_der([each for each in found if each not in roots])


def _in_der(certificates: list[pyca.Certificate]) -> list[bytes]:
    return [each.public_bytes(Encoding.DER) for each in certificates]


# --- The token ---------------------------------------------------------------------------------------------------


def _said_at_start(place: KeyToken, refused: Path) -> tuple[bytes, list[bytes]]:
    try:
        return in_child(lambda: _certificates(place, refused), seconds=_SECONDS)
    except KeyUnavailable as fault:
        raise SettingError(f"The seal's token cannot be used: {fault.advice}") from fault
    except PortalError as fault:
        raise SettingError(f"The seal's token cannot be used ({fault}). Check TEKENPOORT_SEAL_PKCS11.") from fault


def _certificates(place: KeyToken, refused: Path) -> tuple[bytes, list[bytes]]:
    """The certificate under the label, and the others on the token."""
    with _token_faults(place):
        session = _session(place, refused)
        found = {
            str(each[Attribute.LABEL]): bytes(each[Attribute.VALUE])
            for each in list(session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE}))
        }
        if place.label not in found:
            raise KeyUnavailable(
                mark("Op het token van het zegel staat geen certificaat met de naam die is ingesteld."),
                advice=f"token {place.token!r} holds no certificate labelled {place.label!r}, only "
                f"{sorted(found) or 'none'}. Write the certificate to the token under the label of its key.",
            )
        return found.pop(place.label), list(found.values())


def _session(place: KeyToken, refused: Path) -> "pkcs11.Session":
    pin, stamp = _first_line(place.pin), str(place.pin.stat().st_mtime_ns)
    with suppress(OSError):
        if refused.read_text() == stamp:
            raise _pin_refused(place)
    try:
        return open_pkcs11_session(str(place.module), token_criteria=TokenCriteria(label=place.token), user_pin=pin)
    except (PinIncorrect, PinInvalid, PinLenRange) as fault:
        refused.write_text(stamp)
        raise _pin_refused(place) from fault


def _pin_refused(place: KeyToken) -> KeyUnavailable:
    return KeyUnavailable(
        mark("Het token van het zegel weigert de pincode. Er wordt niet opnieuw geprobeerd tot de pincode verandert."),
        advice=f"token {place.token!r} refused the PIN in {place.pin}. Put the right one in that file; until the file "
        "changes the PIN is not tried again, since a token locks itself.",
    )


@contextmanager
def _token_faults(place: KeyToken) -> Iterator[None]:
    """Whatever a module does wrong, in our words."""
    try:
        yield
    except KeyUnavailable:
        raise
    except OSError as fault:
        raise KeyUnavailable(
            mark("De pincode van het zegel is niet te lezen."), advice=f"{fault.filename}: {fault.strerror}."
        ) from fault
    except PinLocked as fault:
        raise KeyUnavailable(
            mark("Het token van het zegel is geblokkeerd. De beheerder van het token moet het vrijgeven."),
            advice=f"token {place.token!r} is locked after wrong PINs. Unblock it with its SO PIN or PUK.",
        ) from fault
    except (PKCS11Error, RuntimeError) as fault:
        said = f"{type(fault).__name__} {fault}".strip()
        raise KeyUnavailable(
            mark("Het token van het zegel is niet te bereiken (%(reason)s)."),
            advice=f"no token {place.token!r} can be reached through {place.module} ({said}). Check that it is plugged "
            "in or that its server answers, and TEKENPOORT_SEAL_PKCS11 and _TOKEN.",
            reason=said[:200],
        ) from fault


def _first_line(path: Path) -> str:
    return path.read_text().partition("\n")[0].rstrip("\r")


def _store(items: tuple[bytes, ...]) -> SimpleCertificateStore:
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register_multiple([x509.Certificate.load(each) for each in items])
    return store
