"""How text is written: cleaned as it comes in, folded for searching, with capitals where a publisher shouts."""

import re
import unicodedata
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

_LOWER = frozenset(
    [
        "aan",
        "aen",
        "bij",
        "de",
        "den",
        "der",
        "die",
        "en",
        "gem",
        "het",
        "het",
        "in",
        "of",
        "on",
        "onder",
        "op",
        "over",
        "te",
        "ten",
        "ter",
        "tot",
        "uit",
        "van",
        "voor",
    ]
)
_PROVINCES = {
    "dr": "(Dr)", "fr": "(Fr)", "gld": "(Gld)", "gn": "(Gn)", "lb": "(Lb)", "nb": "(NB)", "nh": "(NH)", "ov": "(Ov)",
    "ut": "(Ut)", "zh": "(ZH)",
}  # fmt: skip
# What no rule of ours gets right, as the municipalities write it themselves.
_AS_THEY_WRITE_IT = {
    "BERGEN LB": "Bergen (L.)",
    "BERGEN NH": "Bergen (NH.)",
    "NOARDEAST-FRYSLAN": "Noardeast-Fryslân",
    "NUENEN CA": "Nuenen c.a.",
    "REUSEL-DE MIERDEN": "Reusel-De Mierden",
    "SUDWEST-FRYSLAN": "Súdwest-Fryslân",
}
_LETTERS_THAT_DO_NOT_FOLD = str.maketrans({"ø": "o", "đ": "d", "ł": "l", "ß": "ss", "æ": "ae", "œ": "oe", "ĳ": "ij"})
_WITHOUT_WIDTH = "\u00ad\u200b\u2060\ufeff"  # not the joiners: scripts and pictures need those
_BEFORE_A_NAME = re.compile(r"^('?[st])([ -])(?=\w)", re.IGNORECASE)
_NO_CHARACTERS = "\ufdd0-\ufdef" + "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
_UNSEEN = re.compile(rf"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069{_WITHOUT_WIDTH}{_NO_CHARACTERS}]")
"""Control and half characters, the marks that turn text around, spaces without width, and what no page may hold."""
_WORD = re.compile(r"(?<!\d)[^\W\d_]+(?:['’][^\W\d_]+)*")
_WEB_ADDRESS = re.compile(
    r"""://|\b(?i:www)\.
    |(?<![\w@.-])(?:[\w-]+\.)+(?:(?i:[a-z]{2})|[a-z]{3,}|[A-Z]{3,})(?![\w@])   # example.nl, but not "klaar.Dan gaan we"
    |\w\.[a-zA-Z]{2,}/
    """,
    re.VERBOSE,
)


def folded(text: str) -> str:
    """Lower case, without accents, with one space for everything that is neither a letter nor a digit.

    >>> folded("Basisschool 't Zwanenést, 's-Gravenhage")
    'basisschool t zwanenest s gravenhage'
    """
    small = unicodedata.normalize("NFKD", text).casefold().translate(_LETTERS_THAT_DO_NOT_FOLD)
    plain = unicodedata.normalize("NFKD", small)  # what folding made may come apart once more
    kept = "".join(letter if letter.isalnum() else " " for letter in plain if not unicodedata.combining(letter))
    return " ".join(kept.split())


@lru_cache(maxsize=8192)
def place_name(shouted: str) -> str:
    """A place or municipality as it is written in running text.

    DUO writes them in capitals ("CAPELLE AAN DEN IJSSEL", "'S-GRAVENHAGE", and as a municipality "S GRAVENHAGE").
    A name that already has small letters is left as it is.

    >>> place_name("ALTEVEER GEM NOORDENVELD")
    'Alteveer gem. Noordenveld'
    """
    if shouted != shouted.upper():
        return shouted
    if shouted in _AS_THEY_WRITE_IT:
        return _AS_THEY_WRITE_IT[shouted]
    text = _BEFORE_A_NAME.sub(_with_its_apostrophe, shouted)
    words = [_written(word) for word in re.split(r"([ /(-])", text)]
    *body, last = [word if position == 0 else _small(word) for position, word in enumerate(words)]
    ends_in_a_province = len(body) > 1 and body[-1] == " " and last.lower() in _PROVINCES
    name = "".join(body) + (_PROVINCES[last.lower()] if ends_in_a_province else last)
    name = re.sub(r" gem\.? (\w)", lambda found: f" gem. {found[1].upper()}", name, flags=re.IGNORECASE)
    return name.replace(" Ad IJssel", " a/d IJssel").removesuffix(" Ca")


def _with_its_apostrophe(found: re.Match[str]) -> str:
    # "S GRAVENHAGE" is 's-Gravenhage, but "'T HARDE" is 't Harde
    letter = found[1].strip("'").lower()
    return f"'{letter}{'-' if letter == 's' else found[2]}"


def _written(word: str) -> str:
    lower = word.lower()
    if lower.startswith("ij"):
        return "IJ" + lower[2:]
    for short in ("d'", "l'", "'s", "'t"):
        if lower.startswith(short):
            return short + lower[len(short) :].capitalize()
    return _WORD.sub(lambda found: found[0].capitalize(), lower)


def _small(word: str) -> str:
    return word.lower() if word.lower() in _LOWER else word


def address(email: str) -> str:
    """An e-mail address as it is kept: one spelling for each mailbox, also where a domain has letters of its own."""
    try:
        return validate_email(email, check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        return email.strip().lower()


def has_web_address(text: str) -> bool:
    """Whether a mail program would make a link of something in it; an e-mail address is none."""
    return bool(_WEB_ADDRESS.search(text))


def clean(text: str | None) -> str:
    """One line as typed: no spaces around it, no line ends, nothing unseen that makes two names look the same."""
    return " ".join(_seen(text, besides="\n\t").splitlines()).replace("\t", " ").strip()


def clean_lines(text: str | None) -> str:
    """Several lines as typed, cleaned in the same way."""
    return _seen((text or "").replace("\r\n", "\n"), besides="\n\t").strip()


def _seen(text: str | None, *, besides: str) -> str:
    kept = _UNSEEN.sub(lambda found: found[0] if found[0] in besides else "", text or "")
    return unicodedata.normalize("NFC", kept)
