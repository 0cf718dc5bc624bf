"""The codes that the database and the ledger keep, in words that the person they are about can read."""

from collections.abc import Mapping

from portal.wording import mark, say

STATES: Mapping[str, str] = {
    "active": mark("actief"),
    "invited": mark("uitgenodigd"),
    "ended": mark("beëindigd"),
    "blocked": mark("geblokkeerd"),
    "draft": mark("nog niet verstuurd"),
    "assessing": mark("wordt beoordeeld"),
    "advising": mark("wacht op advies"),
    "preparing": mark("stuk wordt klaargezet"),
    "signing": mark("wacht op handtekeningen"),
    "decided": mark("rond"),
    "refused": mark("geweigerd"),
    "declined": mark("niet akkoord"),
    "withdrawn": mark("ingetrokken"),
    "lapsed": mark("vervallen"),
    "page": mark("pagina"),
    "pdf": mark("PDF-bestand"),
}
ACTS: Mapping[str, str] = {
    "accept": mark("akkoord gegeven"),
    "advise": mark("advies gegeven"),
    "ask": mark("vraag gesteld"),
    "refuse": mark("geweigerd"),
    "start": mark("zaak begonnen"),
    "submit": mark("zaak verstuurd"),
    "decide": mark("besluit genomen"),
    "comment": mark("opmerking geplaatst"),
    "settle": mark("opmerking afgehandeld"),
    "remind": mark("herinnering gestuurd"),
    "sent_back": mark("zaak teruggestuurd"),
    "declined": mark("niet akkoord gegaan"),
    "withdrawn": mark("zaak ingetrokken"),
    "lapsed": mark("zaak vervallen"),
    "handed_over": mark("zaak overgedragen"),
    "taken_back": mark("akkoord ingetrokken"),
    "moved": mark("zaak naar nieuwe versie"),
    "certify": mark("stuk vastgesteld"),
    "sign": mark("getekend"),
    "seal": mark("handtekening verzegeld"),
    "renew": mark("tijdstempel vernieuwd"),
    "retry": mark("opnieuw geprobeerd"),
    "reissue": mark("stuk opnieuw gemaakt"),
    "head": mark("stand van het logboek bewaard"),
    "export": mark("dossier gevraagd"),
    "register": mark("organisatie ingeschreven"),
    "declare": mark("bestuursverklaring in werking"),
    "revoke": mark("bestuursverklaring ingetrokken"),
    "mandates": mark("tekenbevoegdheid gewijzigd"),
    "change": mark("organisatie gewijzigd"),
    "end": mark("geldigheid beëindigd"),
    "invite": mark("collega uitgenodigd"),
    "invite_again": mark("collega opnieuw uitgenodigd"),
    "end_role": mark("rol beëindigd"),
    "change_acts": mark("rechten gewijzigd"),
    "publish": mark("tekst gepubliceerd"),
    "product": mark("product gewijzigd"),
    "block": mark("geblokkeerd"),
    "unblock": mark("blokkade opgeheven"),
    "agree": mark("verwerkersovereenkomst van kracht"),
    "announce": mark("subverwerker aangekondigd"),
    "withdraw_notice": mark("aankondiging van een subverwerker ingetrokken"),
    "consent": mark("akkoord met een subverwerker"),
    "object": mark("bezwaar tegen een subverwerker"),
    "answer_objection": mark("bezwaar beantwoord"),
    "close_objection": mark("bezwaar afgesloten"),
    "take_in": mark("elders getekende overeenkomst vastgelegd"),
    "end_elsewhere": mark("elders getekende overeenkomst beëindigd"),
    "send_again": mark("mail opnieuw verstuurd"),
    "erase": mark("account gewist"),
    "signed_in": mark("ingelogd"),
    "sign_in_failed": mark("inloggen mislukt"),
    "code_failed": mark("verkeerde code"),
    "invitation_accepted": mark("uitnodiging aangenomen"),
    "password_changed": mark("wachtwoord gewijzigd"),
    "password_reset": mark("nieuw wachtwoord gekozen"),
    "password_reset_asked": mark("nieuw wachtwoord gevraagd"),
    "recovery_code_used": mark("herstelcode gebruikt"),
    "recovery_codes_made": mark("herstelcodes gemaakt"),
    "second_factor_set": mark("app voor codes gekoppeld"),
    "second_factor_dropped": mark("app voor codes losgekoppeld"),
    "session_ended": mark("op één apparaat uitgelogd"),
    "sessions_ended": mark("overal uitgelogd"),
    "other_sessions_ended": mark("op andere apparaten uitgelogd"),
    "details_changed": mark("eigen gegevens gewijzigd"),
    "calendar_address_made": mark("agenda-adres gemaakt"),
    "calendar_address_ended": mark("agenda-adres ingetrokken"),
}


def act_in_words(code: str) -> str:
    """An act of the ledger; one without words of its own is still an act."""
    return say(ACTS.get(code, mark("andere handeling")))


def state_in_words(code: str) -> str:
    """A state of a case, a role or a reading."""
    return say(STATES.get(code, mark("andere stand")))
