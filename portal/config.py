"""The settings of one installation: read once, refused with a sentence when they are wrong."""

import json
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from portal import theme
from portal.errors import SettingError

SECRETS = ("session", "password_salt", "totp", "ledger", "link", "trace")
_GATE_SECRET = re.compile(r"[A-Za-z0-9_-]{32,200}")


@dataclass(frozen=True)
class KeyFile:
    """The seal's key and certificate in a PKCS#12 file."""

    path: Path
    passphrase: Path
    """The file whose first line opens it."""


@dataclass(frozen=True)
class KeyToken:
    """The seal's key and certificate on a PKCS#11 token, both under one label."""

    module: Path
    token: str
    label: str
    pin: Path
    """The file whose first line opens it."""


@dataclass(frozen=True)
class Settings:
    """What an operator decides; every field has a default fit for one machine."""

    data: Path
    database_url: str
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = "http://127.0.0.1:8000"
    demo: bool = False
    smtp_url: str | None = None
    sender: str = "Tekenpoort <portaal@tekenpoort.example>"
    time_stamp_url: str | None = None
    time_stamp_url_2: str | None = None
    """Used while the first gives no stamp."""
    seal_key: KeyFile | KeyToken | None = None
    """None for the seal of the installation's own test authority."""
    seal_roots: Path | None = None
    """The roots (PEM) on which the seal's certificate rests, and what stands between where the key lacks it."""
    contact: str = "servicedesk@tekenpoort.example"
    theme: Path | None = None
    gate_secret: str = field(default="", repr=False)
    """What a proxy says with each question at /gate/check; without one that address is not there."""

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "Settings":
        """The settings in TEKENPOORT_* and PORT; raises SettingError with what to change."""
        data = Path(environ.get("TEKENPOORT_DATA", "data")).resolve()
        host = environ.get("TEKENPOORT_HOST", "127.0.0.1")
        port = _port(environ.get("PORT", "8000"))
        settings = cls(
            data=data,
            database_url=_database(environ.get("TEKENPOORT_DATABASE_URL", f"sqlite:///{data / 'tekenpoort.db'}")),
            host=host,
            port=port,
            public_url=environ.get("TEKENPOORT_URL", f"http://{host}:{port}").rstrip("/"),
            demo=_yes_or_no(environ, "TEKENPOORT_DEMO"),
            smtp_url=environ.get("TEKENPOORT_SMTP_URL") or None,
            sender=environ.get("TEKENPOORT_SENDER", cls.sender),
            time_stamp_url=environ.get("TEKENPOORT_TIME_STAMP_URL") or None,
            time_stamp_url_2=environ.get("TEKENPOORT_TIME_STAMP_URL_2") or None,
            seal_key=_seal_key(environ),
            seal_roots=_path(environ, "TEKENPOORT_SEAL_ROOTS"),
            contact=environ.get("TEKENPOORT_CONTACT", cls.contact),
            theme=_path(environ, "TEKENPOORT_THEME"),
            gate_secret=environ.get("TEKENPOORT_GATE_SECRET", ""),
        )
        settings.check()
        return settings

    def check(self) -> None:
        """Refuse what would be unsafe or could not work."""
        public = urlsplit(self.public_url)
        if not _is_address(self.public_url, "http", "https"):
            raise SettingError(f"TEKENPOORT_URL must be an http or https address, not {self.public_url!r}.")
        if self.demo and not (_is_loopback(self.host) and _is_loopback(public.hostname or "")):
            raise SettingError(
                "TEKENPOORT_DEMO makes accounts whose passwords are printed, so it works on a loopback address only: "
                f"set TEKENPOORT_HOST and TEKENPOORT_URL to 127.0.0.1 (now {self.host} and {self.public_url})."
            )
        if public.scheme == "http" and not _is_loopback(public.hostname or ""):
            raise SettingError(
                f"TEKENPOORT_URL must begin with https:// outside this machine, not {self.public_url!r}."
            )
        if self.smtp_url and not _is_address(self.smtp_url, "smtp", "smtps"):
            raise SettingError("TEKENPOORT_SMTP_URL must look like smtp://name:password@host:587 or smtps://host:465.")
        if self.theme:
            theme.load(self.theme)
        if "@" not in self.contact or "@" not in self.sender:
            raise SettingError("TEKENPOORT_CONTACT and TEKENPOORT_SENDER must hold an e-mail address.")
        if any(not _is_address(each, "http", "https") for each in self.time_stamp_urls):
            raise SettingError("TEKENPOORT_TIME_STAMP_URL must be the http or https address of an RFC 3161 service.")
        if self.time_stamp_url_2 and not self.time_stamp_url:
            raise SettingError("TEKENPOORT_TIME_STAMP_URL_2 is the second: set TEKENPOORT_TIME_STAMP_URL as well.")
        if self.gate_secret and not _GATE_SECRET.fullmatch(self.gate_secret):
            raise SettingError(
                "TEKENPOORT_GATE_SECRET must be 32 to 200 letters, digits, dashes and underscores. This makes one: "
                "python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"
            )
        self._check_seal()

    def _check_seal(self) -> None:
        if self.seal_key is None:
            if self.seal_roots:
                raise SettingError("TEKENPOORT_SEAL_ROOTS goes with TEKENPOORT_SEAL_P12 or TEKENPOORT_SEAL_PKCS11.")
            return
        if self.seal_roots is None:
            raise SettingError(
                "A seal of your own needs TEKENPOORT_SEAL_ROOTS: the PEM file with the root certificate on which its "
                "certificate rests. Your certificate authority publishes it."
            )
        if not self.time_stamp_url:
            raise SettingError(
                "A seal of your own needs a time-stamp service that others know: set TEKENPOORT_TIME_STAMP_URL."
            )
        if self.demo:
            raise SettingError("A demonstration is never sealed with a seal of your own: take TEKENPOORT_DEMO away.")

    @property
    def time_stamp_urls(self) -> tuple[str, ...]:
        """The time-stamp services in the order in which they are asked; none means our own."""
        return tuple(each for each in (self.time_stamp_url, self.time_stamp_url_2) if each)

    @property
    def secure(self) -> bool:
        """Whether browsers reach the portal over https."""
        return self.public_url.startswith("https://")

    @property
    def operator(self) -> dict[str, str]:
        """Whose portal this is, as documents say it: its name, whom to ask, and where anyone can check them."""
        return {"name": "Tekenpoort", "contact": self.contact, "verify": f"{self.public_url}/verify"}

    def secret(self, name: str) -> str:
        """A secret of this installation, made at its first start and kept in the data folder."""
        return self._secrets()[name]

    def _secrets(self) -> dict[str, str]:
        path = self.data / "secrets.json"
        if not path.exists():
            self.data.mkdir(parents=True, exist_ok=True)
            made = {name: secrets.token_urlsafe(32) for name in SECRETS}
            draft = path.with_name(f".secrets-{secrets.token_hex(8)}")
            draft.touch(mode=0o600)
            draft.write_text(json.dumps(made))
            try:
                os.link(draft, path)  # the first of two starts at once wins; the other reads its secrets
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        kept: dict[str, str] = json.loads(path.read_text())
        return kept


def _port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise SettingError(f"PORT must be a number from 1 to 65535, not {text!r}.")
    return int(text)


def _yes_or_no(environ: Mapping[str, str], name: str) -> bool:
    text = environ.get(name, "0")
    if text not in ("0", "1"):
        raise SettingError(f"{name} must be 0 or 1, not {text!r}.")
    return text == "1"


def _path(environ: Mapping[str, str], name: str) -> Path | None:
    return Path(environ[name]).resolve() if environ.get(name) else None


def _seal_key(environ: Mapping[str, str]) -> KeyFile | KeyToken | None:
    """Where the seal's key is; said wholly, and in one way."""
    file, token = (f"TEKENPOORT_SEAL_{kind}" for kind in ("P12", "PKCS11"))
    parts = {
        file: (file, f"{file}_PASSPHRASE_FILE"),
        token: (token, f"{token}_TOKEN", f"{token}_KEY", f"{token}_PIN_FILE"),
    }
    begun = {kind: [each for each in names if environ.get(each)] for kind, names in parts.items()}
    if all(begun.values()):
        raise SettingError(f"The seal has one key: set {file} or {token}, not both.")
    for kind, said in begun.items():
        missing = [each for each in parts[kind] if each not in said]
        if said and missing:
            raise SettingError(f"{said[0]} is set, but not {', '.join(missing)}. See docs/keys.md.")
    if begun[file]:
        path, passphrase = (Path(environ[each]).resolve() for each in parts[file])
        return KeyFile(path, passphrase)
    if begun[token]:
        module, label, key, pin = (environ[each] for each in parts[token])
        return KeyToken(Path(module).resolve(), label, key, Path(pin).resolve())
    return None


def _database(url: str) -> str:
    if url.startswith("postgresql://"):
        return "postgresql+psycopg://" + url.removeprefix("postgresql://")
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise SettingError("TEKENPOORT_DATABASE_URL must begin with sqlite:/// or postgresql://.")
    return url


def _is_address(text: str, *schemes: str) -> bool:
    """Whether this is an address with a host and, where one is given, a port that can be."""
    try:
        parts = urlsplit(text)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
