"""What a web address is, in a name or in a sentence that we mail."""

import pytest

from portal.parties.spelling import has_web_address


@pytest.mark.parametrize(
    "text",
    ["https://kwaad.example", "zie www.kwaad.nl", "WWW.kwaad.nl", "log in op tekenpoort-login.nl/x", "kwaad.example",
     "Ga naar kwaad.NL.", "kwaad.Nl", "(a.b-c.co)", "é.nl", "kwaad.Museum/x"],
)  # fmt: skip
def test_what_a_mail_program_makes_a_link_of_is_seen(text: str) -> None:
    assert has_web_address(text)


@pytest.mark.parametrize(
    "text",
    ["Anna de Vries", "Mr. dr. J.P. van Dam-Bakker", "Scholen B.V.", "o.a. de raad d.w.z. allen", "jan@school.nl",
     "Dit is klaar.Dan gaan we", "St.Jozef", "artikel 5.1", "10.30 uur", "", "einde. Een", "1,5 fte"],
)  # fmt: skip
def test_a_name_and_a_sentence_are_no_address(text: str) -> None:
    assert not has_web_address(text)
