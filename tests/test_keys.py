"""Where the seal's key is: a PKCS#12 file or a token of the operator's own; whatever is wrong with it is a sentence."""

import os
import stat
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pkcs11
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pkcs11.exceptions import PinLocked

from portal.config import KeyFile, KeyToken, Settings
from portal.documents import authority, keys
from portal.documents.child import in_child
from portal.documents.keys import HeldKey
from portal.documents.outside import KeyUnavailable
from portal.documents.seal import Sealer
from portal.documents.verify import Verdict, examine
from portal.errors import SettingError
from tests.outside import DAY, Holder, World, a_world, issue, written
from tests.papers import a_prepared, a_stamp, settings_in

SOFTHSM = Path("/usr/lib/softhsm/libsofthsm2.so")
TOKEN, LABEL, PIN = "tekenpoort", "zegel", "28463951"


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with a_world() as world:
        yield world


def settings_for(world: World, folder: Path, *, seal: Holder | None = None, **other: Any) -> Settings:
    """An installation whose seal is in a PKCS#12 file, and that knows the time-stamp services of the world."""
    keep_stamp_root(world, folder)
    key = KeyFile(world.p12(folder / "keys", seal), world.passphrase(folder / "keys"))
    return settings_in(
        folder, **{"seal_key": key, "seal_roots": world.roots(folder), "time_stamp_url": world.url("one"), **other}
    )


def keep_stamp_root(world: World, folder: Path) -> None:
    authority.establish(folder)
    written(folder / "authority" / authority.OTHERS / "time.pem", world.stamp_root.pem)


def certified(sealer: Sealer) -> bytes:
    """A document with nothing but the seal, complete with that; made as the worker does, in a child."""
    return in_child(
        lambda: sealer.certify(a_prepared(), stamp=a_stamp("Tekenpoort", "seal"), reason="Vastgesteld", final=True)
    )


# --- A PKCS#12 file ----------------------------------------------------------------------------------------------


def test_a_key_of_ones_own_seals_and_everybody_who_knows_its_root_can_check(world: World, tmp_path: Path) -> None:
    sealer = Sealer.open(settings_for(world, tmp_path))
    sealer.self_test()
    pdf = certified(sealer)

    sealer.check(pdf, fields=[], final=True)
    seen = examine(pdf, trust=authority.trust_of(tmp_path))
    assert not sealer.is_test
    assert seen.verdict is Verdict.INTACT_AND_COMPLETE and "Zegel van buiten" in seen.signatures[0].certificate
    assert {"ocsp", "root.crl", "time.crl"} <= set(world.asked), "nothing was taken for not revoked"


def test_what_was_sealed_is_believed_after_the_settings_have_changed(world: World, tmp_path: Path) -> None:
    pdf = certified(Sealer.open(settings_for(world, tmp_path)))
    again = Sealer.open(settings_in(tmp_path))

    assert again.is_test
    assert examine(pdf, trust=again.trust).verdict is Verdict.INTACT_AND_COMPLETE


def test_another_seal_under_the_same_root_is_not_ours(world: World, tmp_path: Path) -> None:
    """A public root certifies many: their papers are real, and not from this portal."""
    ours = Sealer.open(settings_for(world, tmp_path / "ours"))
    theirs = Sealer.open(settings_for(world, tmp_path / "theirs", seal=world.a_seal("Zegel van een ander")))

    assert examine(certified(theirs), trust=theirs.trust).verdict is Verdict.INTACT_AND_COMPLETE
    assert examine(certified(theirs), trust=ours.trust).verdict is Verdict.NOT_OURS


def without(path: str) -> Callable[[Settings], None]:
    return lambda settings: getattr(settings.seal_key, path).unlink()


def holding(path: str, content: bytes) -> Callable[[Settings], None]:
    return lambda settings: getattr(settings.seal_key, path).write_bytes(content)


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (without("path"), r"seal\.p12 cannot be read \(No such file"),
        (holding("path", b""), "is no PKCS#12 file"),
        (holding("path", b"\x30\x03\x02\x01\x02"), "is no PKCS#12 file"),
        (without("passphrase"), "passphrase cannot be read"),
        (holding("passphrase", b"iets anders\n"), "does not open with the passphrase"),
        (lambda settings: settings.seal_roots.unlink(), "holds no certificates in PEM"),
        (lambda settings: settings.seal_roots.write_bytes(b"x"), "holds no certificates in PEM"),
    ],
)  # fmt: skip
@pytest.mark.row(10, "a key file that cannot be used stops the start")
def test_a_file_that_cannot_be_used_stops_the_start(
    world: World, tmp_path: Path, spoil: Callable[[Settings], None], sentence: str
) -> None:
    settings = settings_for(world, tmp_path)
    spoil(settings)
    with pytest.raises(SettingError, match=sentence):
        Sealer.open(settings).self_test()


@pytest.mark.parametrize(
    ("certificate", "sentence"),
    [
        ({"lasts": DAY}, "its certificate ended on .* Put the renewed one in its place"),
        ({"begins": DAY}, "is valid from .* only"),
        ({"seals": False}, "lacks the key usage nonRepudiation"),
    ],
)
def test_a_certificate_that_cannot_seal_today_stops_the_start(
    world: World, tmp_path: Path, certificate: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(SettingError, match=sentence):
        Sealer.open(settings_for(world, tmp_path, seal=world.a_seal(**certificate))).self_test()


def test_a_key_beside_the_certificate_of_another_stops_the_start(world: World, tmp_path: Path) -> None:
    settings = settings_for(world, tmp_path)
    world.p12(tmp_path / "keys", Holder(world.seal.certificate, world.a_seal().key))
    with pytest.raises(SettingError, match="must hold one key and its certificate"):
        Sealer.open(settings)
    strange = HeldKey(
        world.seal.der, (), world.a_seal().key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    )
    assert "does not belong" in (keys.unfitness(strange) or "")


def test_a_root_of_somebody_else_stops_the_start(world: World, tmp_path: Path) -> None:
    settings = settings_for(world, tmp_path)
    written(tmp_path / "roots.pem", issue("Een andere wortel", None, ca=True).pem)
    with pytest.raises(SettingError, match="TEKENPOORT_SEAL_ROOTS holds its root"):
        Sealer.open(settings).self_test()


def test_a_file_of_intermediates_alone_stops_the_start(world: World, tmp_path: Path) -> None:
    settings = settings_for(world, tmp_path)
    written(tmp_path / "roots.pem", world.issuer.pem)
    with pytest.raises(SettingError, match="is a root"):
        Sealer.open(settings)


def test_the_self_test_needs_nobody_outside(world: World, tmp_path: Path) -> None:
    """A service that is down must not keep the portal from starting: nothing is sealed then, but everything else works."""
    settings = settings_for(world, tmp_path)
    world.asked.clear()
    Sealer.open(settings).self_test()
    assert world.asked == []


# --- A token -----------------------------------------------------------------------------------------------------


@pytest.fixture
def token(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A real token of SoftHSM, with the seal on it."""
    monkeypatch.setenv("SOFTHSM2_CONF", str(written(tmp_path / "softhsm.conf", b"")))
    (tmp_path / "tokens").mkdir()
    written(tmp_path / "softhsm.conf", f"directories.tokendir = {tmp_path / 'tokens'}\nlog.level = ERROR\n".encode())
    softhsm("--init-token", "--free", "--label", TOKEN, "--so-pin", "99999999", "--pin", PIN)
    key = written(tmp_path / "key.pem", world.seal.key_pem)
    softhsm("--import", str(key), "--token", TOKEN, "--label", LABEL, "--id", "01", "--pin", PIN)
    in_child(lambda: put_certificate(world.seal.der))
    place = KeyToken(SOFTHSM, TOKEN, LABEL, written(tmp_path / "pin", PIN.encode()))
    return settings_for(world, tmp_path, seal_key=place)


def softhsm(*words: str) -> None:
    subprocess.run(["softhsm2-util", *words], check=True, capture_output=True)


def put_certificate(content: bytes) -> None:
    """Store a certificate on the token, beside its key; in a child, since a module does not survive a fork."""
    with pkcs11.lib(str(SOFTHSM)).get_token(token_label=TOKEN).open(user_pin=PIN, rw=True) as session:
        session.create_object(
            {
                pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE,
                pkcs11.Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
                pkcs11.Attribute.TOKEN: True,
                pkcs11.Attribute.LABEL: LABEL,
                pkcs11.Attribute.ID: b"\x01",
                pkcs11.Attribute.SUBJECT: b"\x30\x00",
                pkcs11.Attribute.VALUE: content,
            }
        )


def placed(settings: Settings, **other: Any) -> Settings:
    assert isinstance(settings.seal_key, KeyToken)
    return replace(settings, seal_key=replace(settings.seal_key, **other))


def test_a_token_seals_and_never_gives_its_key(token: Settings) -> None:
    sealer = Sealer.open(token)
    sealer.self_test()
    pdf = certified(sealer)

    sealer.check(pdf, fields=[], final=True)
    assert not sealer.is_test and not hasattr(sealer.key, "key")


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"token": "elders"}, "no token 'elders' can be reached"),
        ({"module": Path("/nonexistent.so")}, "no token 'tekenpoort' can be reached through /nonexistent.so"),
        ({"module": Path("/bin/true")}, "no token 'tekenpoort' can be reached through /bin/true"),
        ({"label": "anders"}, "holds no certificate labelled 'anders', only"),
        ({"pin": Path("/nonexistent")}, "/nonexistent: No such file"),
    ],
)
@pytest.mark.row(10, "a token that cannot be used stops the start")
def test_a_token_that_cannot_be_used_stops_the_start(token: Settings, wrong: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SettingError, match=sentence):
        Sealer.open(placed(token, **wrong))


def test_a_wrong_pin_is_tried_once_until_its_file_changes(token: Settings, tmp_path: Path) -> None:
    """Each try counts: a portal that is started again and again would lock the token."""
    pin = written(tmp_path / "pin", b"11111111")
    for _ in range(3):
        with pytest.raises(SettingError, match="refused the PIN"):
            Sealer.open(token)
    noted = (tmp_path / "authority" / keys.PIN_REFUSED).read_text()
    assert noted == str(pin.stat().st_mtime_ns)
    written(pin, PIN.encode())
    os.utime(pin, ns=(1, 1))  # whatever the clock of the disk makes of it
    Sealer.open(token).self_test()


@pytest.mark.row(10, "a key that is gone while the portal runs")
def test_a_key_that_is_gone_while_the_portal_runs_is_waited_for(token: Settings) -> None:
    sealer = Sealer.open(token)
    softhsm("--delete-token", "--token", TOKEN)
    with pytest.raises(KeyUnavailable, match="niet te bereiken"):
        certified(sealer)


def test_a_locked_token_says_who_can_unlock_it(token: Settings) -> None:
    """SoftHSM never locks itself, so what a real token says is said here."""
    assert isinstance(token.seal_key, KeyToken)
    with pytest.raises(KeyUnavailable, match="geblokkeerd") as told, keys._token_faults(token.seal_key):
        raise PinLocked
    assert "SO PIN" in told.value.advice


def test_what_is_remembered_of_a_seal_is_for_our_eyes_only(token: Settings) -> None:
    Sealer.open(token)
    kept = [
        *(token.data / "authority" / authority.SEALS).iterdir(),
        *(token.data / "authority" / authority.SEAL_ROOTS).iterdir(),
    ]
    assert len(kept) == 2
    assert {stat.S_IMODE(each.stat().st_mode) for each in kept} == {0o600}


# --- The settings ------------------------------------------------------------------------------------------------

P12 = {"TEKENPOORT_SEAL_P12": "/k.p12", "TEKENPOORT_SEAL_P12_PASSPHRASE_FILE": "/p"}
PKCS11 = {
    "TEKENPOORT_SEAL_PKCS11": "/m.so", "TEKENPOORT_SEAL_PKCS11_TOKEN": "t", "TEKENPOORT_SEAL_PKCS11_KEY": "k",
    "TEKENPOORT_SEAL_PKCS11_PIN_FILE": "/pin",
}  # fmt: skip
OUTSIDE = {"TEKENPOORT_SEAL_ROOTS": "/r.pem", "TEKENPOORT_TIME_STAMP_URL": "https://tsa.example"}


def test_a_key_is_named_in_the_environment() -> None:
    assert Settings.from_environ({**P12, **OUTSIDE}).seal_key == KeyFile(Path("/k.p12"), Path("/p"))
    found = Settings.from_environ({**PKCS11, **OUTSIDE, "TEKENPOORT_TIME_STAMP_URL_2": "https://two.example"})
    assert found.seal_key == KeyToken(Path("/m.so"), "t", "k", Path("/pin"))
    assert found.time_stamp_urls == ("https://tsa.example", "https://two.example")


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({**P12, **PKCS11, **OUTSIDE}, "not both"),
        ({"TEKENPOORT_SEAL_P12": "/k.p12", **OUTSIDE}, "but not TEKENPOORT_SEAL_P12_PASSPHRASE_FILE"),
        ({**OUTSIDE, "TEKENPOORT_SEAL_PKCS11_TOKEN": "t"}, "but not TEKENPOORT_SEAL_PKCS11,"),
        ({**P12, "TEKENPOORT_TIME_STAMP_URL": "https://tsa.example"}, "needs TEKENPOORT_SEAL_ROOTS"),
        ({**P12, "TEKENPOORT_SEAL_ROOTS": "/r.pem"}, "set TEKENPOORT_TIME_STAMP_URL"),
        (OUTSIDE, "TEKENPOORT_SEAL_ROOTS goes with"),
        ({**P12, **OUTSIDE, "TEKENPOORT_DEMO": "1"}, "never sealed with a seal of your own"),
        ({"TEKENPOORT_TIME_STAMP_URL_2": "https://two.example"}, "is the second"),
        ({"TEKENPOORT_TIME_STAMP_URL": "https://tsa.example", "TEKENPOORT_TIME_STAMP_URL_2": "two"}, "RFC 3161"),
    ],
)
def test_half_a_seal_is_refused_with_a_sentence(environ: dict[str, str], sentence: str) -> None:
    with pytest.raises(SettingError, match=sentence):
        Settings.from_environ(environ)
