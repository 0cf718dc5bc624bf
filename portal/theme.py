"""Themes: an operator's own colours, letters and corners on our tokens, refused when somebody could not read them.

A theme is a TOML file: `name`, perhaps `logo` (an SVG or PNG beside it), and `[tokens]` with the names of
static/tokens.css without `--basis-`. What it leaves out stays as it is.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from portal.errors import SettingError

TOKENS = Path(__file__).resolve().parent.parent / "static" / "tokens.css"
PREFIX = "--basis-"
LARGEST_LOGO = 200_000
LOGO_KINDS = {".svg": "image/svg+xml", ".png": "image/png"}
TEXT, LARGE = 4.5, 3.0
"""The least contrast of text, and of what is large or no text: WCAG 2.2, 1.4.3 and 1.4.11, level AA."""

_COLOUR = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)
_LENGTH = re.compile(r"(?:0|[0-9]{1,3}(?:\.[0-9]{1,3})?(?:px|rem))")
_FAMILY = re.compile(r"[A-Za-z][A-Za-z0-9 -]{0,60}")
_GROUNDS = ("default-bg-document", "default-bg-subtle", "accent-1-bg-subtle")
_PALE = ("positive-bg-subtle", "negative-bg-subtle", "warning-bg-subtle", "info-bg-subtle")

PAIRS: tuple[tuple[str, tuple[str, ...], float], ...] = (
    (
        "color-default-color-document",
        (*_GROUNDS, *_PALE, "default-bg-default", "default-bg-hover", "accent-2-bg-subtle", "highlight-bg-default"),
        TEXT,
    ),
    ("color-default-color-document", ("accent-2-inverse-bg-default",), TEXT),
    ("color-default-color-subtle", (*_GROUNDS, *_PALE, "default-bg-default"), TEXT),
    ("color-accent-1-color-default", _GROUNDS, TEXT),
    ("color-accent-1-inverse-color-default", ("accent-1-inverse-bg-default", "accent-1-inverse-bg-hover"), TEXT),
    ("color-accent-2-color-default", ("default-bg-document", "accent-2-bg-subtle"), TEXT),
    ("color-action-1-color-default", (*_GROUNDS, *_PALE, "action-1-bg-hover", "accent-2-bg-subtle"), TEXT),
    ("color-action-1-color-hover", (*_GROUNDS, *_PALE, "action-1-bg-hover"), TEXT),
    ("color-action-1-inverse-bg-default", (*_GROUNDS, "positive-bg-subtle"), TEXT),
    ("color-action-1-inverse-color-default", ("action-1-inverse-bg-default", "action-1-inverse-bg-hover"), TEXT),
    ("color-positive-color-default", ("positive-bg-subtle", "default-bg-document"), TEXT),
    ("color-positive-inverse-color-default", ("positive-inverse-bg-default",), TEXT),
    ("color-negative-color-default", ("negative-bg-subtle", "default-bg-document", "default-bg-subtle"), TEXT),
    ("color-negative-inverse-color-default", ("negative-inverse-bg-default", "negative-inverse-bg-hover"), TEXT),
    ("color-warning-color-default", ("warning-bg-subtle", "default-bg-document"), TEXT),
    ("color-info-color-default", ("info-bg-subtle", "default-bg-document"), TEXT),
    ("color-disabled-color-default", ("disabled-bg-default",), TEXT),
    ("color-default-border-default", _GROUNDS, LARGE),
    ("color-accent-1-border-default", ("default-bg-document", "accent-1-bg-default"), LARGE),
    ("color-accent-1-inverse-bg-default", _GROUNDS, LARGE),
    ("color-accent-2-border-default", ("default-bg-document",), LARGE),
    ("color-accent-2-inverse-bg-default", ("accent-1-inverse-bg-default",), LARGE),
    ("color-accent-3-border-default", ("default-bg-document",), LARGE),
    ("color-accent-4-border-default", ("default-bg-document",), LARGE),
    ("color-positive-border-default", ("positive-bg-subtle", "default-bg-document"), LARGE),
    ("color-positive-inverse-bg-default", ("positive-bg-subtle",), LARGE),
    ("color-negative-border-default", ("negative-bg-subtle", "default-bg-document"), LARGE),
    ("color-warning-border-default", ("warning-bg-subtle",), LARGE),
    ("color-info-border-default", ("info-bg-subtle",), LARGE),
    ("focus-outline-color", ("default-bg-document",), LARGE),
)
"""What lies on what, and the least contrast: each use that portal.css and reports.css make of two colours together."""


IN_MAIL: Mapping[str, str] = {
    "page": "color-default-bg-document",
    "tint": "color-default-bg-subtle",
    "line": "color-default-border-subtle",
    "ink": "color-default-color-document",
    "soft": "color-default-color-subtle",
    "house": "color-accent-1-inverse-bg-default",
    "link": "color-action-1-color-default",
    "act": "color-action-1-inverse-bg-default",
    "on_act": "color-action-1-inverse-color-default",
    "highlight": "color-highlight-bg-default",
}


@dataclass(frozen=True)
class Theme:
    """A theme that may be shown: the tokens in which it differs, and its logo."""

    name: str
    changes: Mapping[str, str] = field(default_factory=dict)
    logo: bytes | None = None
    logo_kind: str = ""

    @property
    def tokens(self) -> Mapping[str, str]:
        """Every token with its value in this theme."""
        return {**shipped_tokens(), **self.changes}

    def colour(self, token: str) -> str:
        """A colour of this theme by the name of its token."""
        return self.tokens[token]

    def for_mail(self) -> Mapping[str, str]:
        """The colours of a mail, which has no stylesheet to fetch, by the names its template has for them."""
        return {name: self.tokens[token] for name, token in IN_MAIL.items()}

    def css(self) -> str:
        """The stylesheet that comes after tokens.css."""
        lines = "".join(f"  {PREFIX}{token}: {value};\n" for token, value in sorted(self.changes.items()))
        return f":root {{\n{lines}}}\n"


OURS = Theme("Tekenpoort")


@cache
def load(path: Path | None) -> Theme:
    """The theme of this file, or ours where none is named; raises SettingError with what is wrong and where."""
    if path is None:
        return OURS
    try:
        text, folder = path.read_text(encoding="utf-8"), path.parent
    except (OSError, UnicodeDecodeError) as fault:
        raise SettingError(f"The theme {path} cannot be read: {fault}.") from fault
    theme = read(text, where=str(path))
    logo = tomllib.loads(text).get("logo")
    return theme if logo is None else _with_logo(theme, folder, logo, where=str(path))


def read(text: str, *, where: str = "the theme") -> Theme:
    """The theme that this TOML text describes, without its logo; raises SettingError with what is wrong."""
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise SettingError(f"{where} is no TOML: {fault}.") from fault
    unknown = sorted(set(given) - {"name", "logo", "tokens"})
    if unknown:
        raise SettingError(f"{where} says {unknown[0]!r}; it can say name, logo and [tokens].")
    name, tokens = given.get("name"), given.get("tokens", {})
    if not isinstance(name, str) or not name.strip() or not isinstance(tokens, dict):
        raise SettingError(f'{where} needs a name, as in name = "Duin", and a table [tokens].')
    theme = Theme(name.strip(), {token: _value(token, value, where) for token, value in tokens.items()})
    faults = list(too_pale(theme.tokens))
    if faults:
        raise SettingError(f"{where} cannot be read by everybody: " + "; ".join(faults) + ".")
    return theme


def too_pale(tokens: Mapping[str, str]) -> Iterator[str]:
    """Each pair of colours with less contrast than it needs: which, how much, and how much it should be."""
    for token, grounds, least in PAIRS:
        for name in grounds:
            ground = f"color-{name}"
            ratio = contrast(tokens[token], tokens[ground])
            if ratio < least:
                yield f"{token} ({tokens[token]}) on {ground} ({tokens[ground]}) is {ratio:.2f} : 1, needs {least} : 1"


def contrast(one: str, other: str) -> float:
    """The contrast of two colours (#rgb or #rrggbb), from 1 to 21: WCAG 2.2, "contrast ratio"."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """How light a colour is, from 0 to 1: WCAG 2.2, "relative luminance". Raises ValueError for what is no colour."""
    if not _COLOUR.fullmatch(colour):
        raise ValueError(f"{colour!r} is no colour like #0b3f7c")
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    red, green, blue = (_linear(int(digits[at : at + 2], 16) / 255) for at in (0, 2, 4))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


@cache
def shipped_tokens() -> Mapping[str, str]:
    """Every token of static/tokens.css with its value, by its name without the prefix."""
    return dict(re.findall(rf"^\s*{PREFIX}([a-z0-9-]+):\s*([^;]+);", TOKENS.read_text(encoding="utf-8"), re.MULTILINE))


def _value(token: str, value: object, where: str) -> str:
    """A token's new value as CSS; only colours, letter families and corners may be changed."""
    if token not in shipped_tokens():
        raise SettingError(f"{where} names the token {token!r}, which static/tokens.css does not have.")
    if token.startswith("color-") or token in ("focus-outline-color", "focus-background-color"):
        if isinstance(value, str) and _COLOUR.fullmatch(value):
            return value.lower()
        raise SettingError(f"{where}: {token} must be a colour like #0b3f7c, not {value!r}.")
    if token.startswith("text-font-family-"):
        named = isinstance(value, list) and all(isinstance(each, str) and _FAMILY.fullmatch(each) for each in value)
        if isinstance(value, list) and value and named:
            return ", ".join(each if each in GENERIC else f'"{each}"' for each in value)
        raise SettingError(f'{where}: {token} must be a list of families, as in ["Source Sans 3", "sans-serif"].')
    if token.startswith("border-radius-"):
        if isinstance(value, str) and _LENGTH.fullmatch(value):
            return value
        raise SettingError(f"{where}: {token} must be a length like 4px or 0.5rem, not {value!r}.")
    raise SettingError(f"{where}: {token} is not for a theme to change; colours, font families and radii are.")


GENERIC = frozenset({"serif", "sans-serif", "monospace", "system-ui", "ui-monospace", "ui-sans-serif", "ui-serif"})


def _with_logo(theme: Theme, folder: Path, logo: object, *, where: str) -> Theme:
    path = folder / str(logo)
    kind = LOGO_KINDS.get(path.suffix.lower())
    if not isinstance(logo, str) or kind is None or path.resolve().parent != folder.resolve():
        raise SettingError(f"{where}: logo must be the name of an SVG or PNG file in the same folder, not {logo!r}.")
    try:
        content = path.read_bytes()
    except OSError as fault:
        raise SettingError(f"{where}: the logo cannot be read: {fault}.") from fault
    if len(content) > LARGEST_LOGO:
        raise SettingError(f"{where}: the logo is larger than {LARGEST_LOGO // 1000} kB.")
    return Theme(theme.name, theme.changes, content, kind)
