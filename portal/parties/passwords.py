"""What makes a password too easy to guess: length, common words, patterns; no rules about kinds of characters.

The list is our own: the words that Dutch schools and their portals see most. A password is common when hardly anything
is left of it once those words, the person's own name, digits and punctuation are taken out.
"""

import re
from collections.abc import Iterable

from portal.wording import mark

SHORTEST = 15
LONGEST = 128
LETTERS_LEFT = 4
"""How many letters of its own a password must keep once the common words are out."""

COMMON = """
acht admin administrator ajax almere amsterdam april augustus autumn baseball basisschool batman beheerder breda
changeme december demo denhaag dinsdag directeur donderdag dragon drie een eindhoven februari feyenoord football gast
gebruiker geheim groep groningen hallo hello herfst holland ikhouvanje ikhouvanjou iloveyou inloggen januari juli juni
klas leerkracht leerling lente leraar letmein liefde login maandag maart mei mijn minecraft monkey motdepasse
mypassword nederland negen new nieuw nijmegen november oktober onderwijs oranje password passwort pokemon portaal
portal princess rotterdam schatje scholen school schoolbestuur secret september spring starwars summer sunshine
superman tekenpoort test tien tilburg trustno twee utrecht vier vijf voetbal vrijdag wachtwoord welcome welkom winter
woensdag zaterdag zes zeven zomer zondag
"""
WORDS = tuple(COMMON.split())
ROWS = (
    "qwertyuiopasdfghjklzxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "qazwsxedcrfvtgbyhnujmikolp",
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "1q2w3e4r5t6y7u8i9o0p",
)
STRETCH = 4
"""So many neighbours on the keyboard or in the alphabet count as one pattern, not as letters of one's own."""

_LOOKALIKES = str.maketrans("013457@$!", "oleastasi")


def fault_of(password: str, *, own_words: Iterable[str] = ()) -> str | None:
    """Why this password is refused, as a Dutch sentence marked for translation, or None when it will do.

    `own_words` are what others know of this person (name, address): they count as common words.
    Length is in characters, 15 to 128 (OWASP ASVS 5.0, 6.2.1 and 6.2.9; common ones 6.2.4).
    """
    if len(password) < SHORTEST:
        return mark("Kies een wachtwoord van 15 tekens of meer. Een korte zin is makkelijk te onthouden.")
    if len(password) > LONGEST:
        return mark("Kies een wachtwoord van hoogstens 128 tekens.")
    typed = password.casefold()
    if _is_one_piece_repeated(typed):
        return mark("Dit wachtwoord herhaalt steeds hetzelfde. Kies een ander wachtwoord.")
    own = {word for text in own_words for word in re.split(r"[\W\d_]+", text.casefold()) if len(word) > 2}
    common = sorted({*WORDS, *own}, key=len, reverse=True)
    if min(_letters_left(typed, common), _letters_left(typed.translate(_LOOKALIKES), common)) < LETTERS_LEFT:
        return mark("Dit wachtwoord is te makkelijk te raden. Kies een zin die alleen u kent.")
    return None


def _is_one_piece_repeated(typed: str) -> bool:
    if len(set(typed)) < STRETCH or re.fullmatch(r"(.{1,7}?)\1+.{0,6}", typed, re.DOTALL):
        return True
    return re.fullmatch(r"(.+?)\1+", re.sub(r"[\W_]+", "", typed)) is not None


def _letters_left(typed: str, common: Iterable[str]) -> int:
    for word in common:
        typed = typed.replace(word, " ")
    for row in (*ROWS, *(row[::-1] for row in ROWS)):
        typed = _without_stretches(typed, row)
    return sum(character.isalpha() for character in typed)


def _without_stretches(typed: str, row: str) -> str:
    """The text without each piece of four or more characters that stand side by side in this row."""
    kept, at = [], 0
    while at < len(typed):
        length = 0
        while at + length < len(typed) and typed[at : at + length + 1] in row:
            length += 1
        if length < STRETCH:
            kept.append(typed[at])
            at += 1
        else:
            at += length
    return "".join(kept)
