"""The pages and states that browsers look at: whose they are, and how one comes there in a full house."""

from collections.abc import Callable
from urllib.parse import urlencode

from playwright.sync_api import FilePayload

from tests.builders import (
    A_PDF,
    ANN,
    BAS,
    EVA,
    IRIS,
    LOTTE,
    NOOR,
    OURS,
    PASSWORD,
    PRODUCT,
    SANNE,
    SCHOOL,
    START,
    THEIR_SCHOOL,
    TOM,
    Someone,
)
from tests.chromium import Visit
from tests.full_house import PIA, House
from tests.shares import TOKEN
from tests.suppliers import KIM
from tests.test_two_sides import SAM

Opens = Callable[[Visit, House], object]
Page = str | Opens


def sent(address: str, button: str, **typed: str) -> Opens:
    """The page that comes when this form is sent."""
    return lambda visit, house: visit.open(address.format(**house)).fill(**typed).press(button)


def at_the_code(visit: Visit, _house: House) -> Visit:
    """Halfway signing in: the password was right, the code is still asked."""
    return visit.open("/inloggen").fill(email=ANN.email, password=PASSWORD).press("Inloggen")


def checked(change: Callable[[bytes], bytes], name: str, *, of: str = "pdf") -> Opens:
    """The verdict on the file of a declaration, after somebody was at it."""

    def opens(visit: Visit, house: House) -> None:
        file: FilePayload = {"name": name, "mimeType": "application/pdf", "buffer": change(house[of])}
        visit.open("/verify").page.locator("#file").set_input_files(file)
        visit.press("Controleer dit bestand")

    return opens


def looked_back(visit: Visit, _house: House) -> Visit:
    """What the gate said of Tom on the first day."""
    day = {"first-day": str(START.day), "first-month": str(START.month), "first-year": str(START.year)}
    typed = {"person": TOM.email, "school": SCHOOL, "product": PRODUCT, **day}
    return visit.open(f"/gate/history?{urlencode(typed)}")


def without_a_file(visit: Visit, _house: House) -> None:
    """A draft of an agreement from a file that was not chosen."""
    agreements = visit.open(f"/leverancier/{PRODUCT}/overeenkomsten")
    agreements.unfold("Begin met een bestand").press("Bestand inlezen")


def printed(address: str) -> Opens:
    """The page as it is printed."""

    def opens(visit: Visit, house: House) -> None:
        visit.open(address.format(**house)).page.emulate_media(media="print")

    return opens


STRANGER: dict[str, Page] = {
    "welcome": "/",
    "shared-with-me": f"/gedeeld-met-u/{TOKEN}",
    "shared-with-me-fault": sent(f"/gedeeld-met-u/{TOKEN}", "Open het rapport (PDF)"),
    "register": "/register",
    "register-hits": "/register?q=hoofddorp",
    "register-nothing": "/register?q=xyzzyxyzzy",
    "register-board": "/register/bestuur/13622",
    "register-location": "/register/vestiging/00AP00",
    "begin": "/inschrijven",
    "begin-fault": sent("/inschrijven", "Mail mij de link", email="naam"),
    "begin-sent": sent("/inschrijven", "Mail mij de link", email="iemand@elders.example"),
    "sign-in": "/inloggen",
    "sign-in-fault": sent("/inloggen", "Inloggen", email="x@y.nl", password="z"),
    "forgotten": "/wachtwoord-vergeten",
    "forgotten-fault": sent("/wachtwoord-vergeten", "Stuur mij een link", email="naam"),
    "forgotten-sent": sent("/wachtwoord-vergeten", "Stuur mij een link", email="x@y.nl"),
    "reset": "{reset}",
    "reset-fault": sent("{reset}", "Wachtwoord opslaan", password="kort", password_confirm="kort"),
    "invitation": "{invitation}",
    "invitation-fault": sent("{invitation}", "Account maken", password="kort", password_confirm="anders"),
    "invitation-unknown": "/uitnodiging/klopt-niet",
    "not-found": "/bestaat-niet",
    "expired-link": "/inschrijven/verder/klopt-niet",
    "components": "/onderdelen",
    "components-duin": "/onderdelen?thema=duin",
    "mailbox": "/postvak",
    "mailbox-nothing": "/postvak?q=xyzzy",
    "mail": "/postvak/{mail}",
    "privacy": "/privacy",
    "accessibility": "/toegankelijkheid",
    "weakness": "/zwakke-plek-melden",
    "check": "/verify",
    "check-fault": sent("/verify", "Controleer dit bestand"),
    "check-by-code": "/verify/{code}",
    "check-unknown-code": "/verify/ABCD-EFGH-2345",
    "check-receipt": "/verify/logboek?size=1&head=0000000000000000",
    "check-receipt-good": "{receipt}",
    "check-on-paper": "/verify/{paper_code}",
    "check-in-progress": checked(lambda pdf: pdf, "stuk.pdf", of="unfinished_pdf"),
    "check-whole": checked(lambda pdf: pdf, "stuk.pdf"),
    "check-changed": checked(lambda pdf: pdf.replace(b"/Title", b"/Titel", 1), "anders.pdf"),
    "check-not-ours": checked(lambda _: A_PDF, "iets.pdf"),
    "code": at_the_code,
    "code-fault": lambda visit, house: at_the_code(visit, house).fill(code="000000").press("Inloggen"),
    "recovery": lambda visit, house: at_the_code(visit, house).open("/tweede-factor/herstelcode"),
    "draft-by-link": "{go_on}",
    "draft-answered": "/zaken/{begun}/details",
    "draft-fault": sent("/zaken/{begun}/you", "Opslaan en verder", name=""),
    "draft-authority": "/zaken/{begun}/authority",
    "draft-check": "/zaken/{begun}/nakijken",
}
TEACHER: dict[str, Page] = {
    "permission-conditions": "/zaken/{permission}/voorwaarden",
    "permission-conditions-fault": sent("/zaken/{permission}/voorwaarden", "Ik ga akkoord met deze voorwaarden"),
    "permission-begin": f"/zaken/begin/disclosure_permission?product={PRODUCT}",
    "tasks": "/",
    "reports": "/rapporten",
    "report": "{report}",
    "report-trend": "{report}/driejaarstrend",
    "report-position": "{report}/positie",
    "report-by-subject": "{report}/referentieniveaus",
    "report-pupils": "{report}/leerlingen",
    "report-teachers": "{report}/personeel",
    "gate-open": "{report}/poort",
    "own-reports": "{report}/eigen",
    "own-report": "{report}/eigen/{own_report}",
    "share": "{report}/schoolkaart/delen",
    "share-fault": sent("{report}/schoolkaart/delen", "Maak het klaar"),
    "shared-mine": "/gedeeld",
    "shared-nothing": "/gedeeld?q=xyzzy",
    "shared-one": "/gedeeld/{share}",
    "shared-recall": "/gedeeld/{share}/terugvragen",
    "shared-recall-fault": sent("/gedeeld/{share}/terugvragen", "Terugvragen"),
    "terms-begin": f"/zaken/begin/usage_terms?product={PRODUCT}",
    "terms-accepted": "/zaken/{accepted}",
    "terms-confirmed": "/zaken/{accepted}/ontvangen",
    "terms-take-back": "/zaken/{accepted}/akkoord-intrekken",
    "school": "/organisaties/{school}",
    "account": "/account",
    "account-change": "/account/wijzigen",
    "account-change-fault": sent("/account/wijzigen", "Opslaan", name=""),
    "second-factor": "/tweede-factor",
    "password": "/wachtwoord-wijzigen",
    "password-fault": sent("/wachtwoord-wijzigen", "Wachtwoord opslaan", password="x", new_password="y"),
    "prove": "/bevestigen",
    "my-data": "/account/gegevens",
    "request-begin": "/zaken/begin/request?organisation={school}",
}
NEWCOMER: dict[str, Page] = {
    "tasks-none": "/",
    "cases-none": "/zaken",
    "deadlines-none": "/agenda",
    "waiting-none": "/wacht-op-anderen",
    "in-force-none": "/van-kracht",
    "several-none": "/tekenen",
    "gate-terms": "{report}",
}
SIGNATORY: dict[str, Page] = {
    "claimed": "/organisaties/{their_board}/overeenkomsten/{claimed}",
    "claimed-confirm": "/organisaties/{their_board}/overeenkomsten/{claimed}/bevestigen",
    "claimed-confirm-fault": sent("/organisaties/{their_board}/overeenkomsten/{claimed}/bevestigen", "Vastleggen"),
    "tasks": "/",
    "deadlines": "/agenda",
    "several-not-read": "/tekenen",
    "sign": "/tekenen/{to_read}",
    "sign-fault": sent("/tekenen/{to_read}", "Teken nu", typed_name="Iemand anders"),
    "several": "/tekenen",
    "several-fault": sent("/tekenen", "Teken nu"),
    "case-to-sign": "/zaken/{to_sign}",
    "case-waits-for-time-stamp": "/zaken/{stuck}",
    "send-back": "/zaken/{to_sign}/terugsturen",
    "send-back-fault": sent("/zaken/{to_sign}/terugsturen", "Ja, terugsturen"),
    "decline": "/zaken/{to_sign}/afwijzen",
    "withdraw": "/zaken/{to_sign}/intrekken",
    "document-to-sign": "/stukken/{to_read}",
    "gate-not-declared": f"/rapporten/{PRODUCT}/{THEIR_SCHOOL}",
}
DIRECTOR: dict[str, Page] = {
    "agreement-questions": "/zaken/{agreement_case}/content/opmerkingen",
    "agreement": "/zaken/{agreement_case}",
    "agreement-whole": "/zaken/{agreement_case}/tekst",
    "ambition": "{report}/ambitie",
    "ambition-fault": sent("{report}/ambitie", "Opslaan", target="veel"),
    "board-overview": f"/rapporten/{PRODUCT}/bestuur/{OURS}/overzicht",
    "board-overview-nothing": f"/rapporten/{PRODUCT}/bestuur/{OURS}/overzicht?q=xyzzy",
    "board-position": f"/rapporten/{PRODUCT}/bestuur/{OURS}/positie",
    "board-pupils": f"/rapporten/{PRODUCT}/bestuur/{OURS}/leerlingen",
    "board-teachers": f"/rapporten/{PRODUCT}/bestuur/{OURS}/personeel",
    "board-share": f"/rapporten/{PRODUCT}/bestuur/{OURS}/overzicht/delen",
    "who-sees-what": "/wie-mag-wat",
    "who-sees-what-nothing": "/wie-mag-wat?q=xyzzy",
    "who-sees-what-school": f"/wie-mag-wat/{SCHOOL}",
    "who-sees-what-school-nothing": f"/wie-mag-wat/{SCHOOL}?q=xyzzy",
    "who-sees-what-person": f"/wie-mag-wat/{SCHOOL}/{{pia}}/{PRODUCT}",
    "reminder": f"/wie-mag-wat/herinneren/{PRODUCT}/{SCHOOL}/terms?wie={{pia}}",
    "tasks": "/",
    "tasks-nothing": "/?q=xyzzy",
    "organisations": "/organisaties",
    "organisation": "/organisaties/{board}",
    "people": "/organisaties/{board}/mensen",
    "people-nothing": "/organisaties/{board}/mensen?q=xyzzy",
    "people-fault": sent("/organisaties/{board}/mensen", "Uitnodigen"),
    "end-role": "/organisaties/{school}/rollen/{membership}/einde",
    "office-rights": "/organisaties/{board}/rollen/{office}/rechten",
    "documents": "/organisaties/{board}/stukken",
    "organisation-cases": "/organisaties/{board}/zaken",
    "schools": "/organisaties/{board}/scholen",
    "schools-nothing": "/organisaties/{board}/scholen?q=xyzzy",
    "school-acted-for": "/organisaties/{school}",
    "waiting": "/wacht-op-anderen",
    "in-force": "/van-kracht",
    "in-force-nothing": "/van-kracht?q=xyzzy",
    "cases": "/zaken",
    "document": "/stukken/{document}",
    "declared": "/zaken/{declared}",
    "declared-confirmed": "/zaken/{declared}/ontvangen",
    "draft": "/zaken/{draft}",
    "draft-scope": "/zaken/{draft}/scope",
    "draft-actors": "/zaken/{draft}/actors",
    "draft-licence": "/zaken/{draft}/licence",
    "draft-start": "/zaken/{draft}/start",
    "draft-start-fault": sent("/zaken/{draft}/start", "Opslaan en verder", since__day="31", since__month="2"),
    "draft-check": "/zaken/{draft}/nakijken",
    "comments": "/zaken/{draft}/scope/opmerkingen",
    "comments-fault": sent("/zaken/{draft}/scope/opmerkingen", "Plaatsen"),
    "hand-over": "/zaken/{draft}/overdragen",
    "hand-over-fault": sent("/zaken/{draft}/overdragen", "Overdragen"),
    "declaration-again": "/zaken/begin/board_declaration?organisation={board}",
    "dossier": "/dossiers/{dossier}",
    "dossier-asked": "/dossiers/{dossier_asked}",
    "register": "/organisaties/{board}/overeenkomsten",
    "register-nothing": "/organisaties/{board}/overeenkomsten?q=xyzzy",
    "living": "/organisaties/{board}/overeenkomsten/{living}",
    "told": "/organisaties/{board}/subverwerkers",
    "told-nothing": "/organisaties/{board}/subverwerkers?q=xyzzy",
    "told-of": "/organisaties/{board}/subverwerkers/{notice}",
    "told-of-fault": sent("/organisaties/{board}/subverwerkers/{notice}", "Bezwaar maken"),
    "recovery-codes": "/herstelcodes",
    "not-for-me": "/servicedesk",
}
BLOCKED: dict[str, Page] = {"gate-blocked": "{report}"}
SECRETARY: dict[str, Page] = {
    "board-report-shut": f"/rapporten/{PRODUCT}/bestuur/{OURS}/overzicht",
    "terms-group": "/zaken/{reading}/group",
    "terms-read": "/zaken/{reading}/read",
    "shared-of-schools": "/gedeeld/scholen",
}
RIGHTS_HOLDER: dict[str, Page] = {
    "products": "/rechthebbenden",
    "readers": f"/rechthebbenden/{PRODUCT}",
    "readers-nothing": f"/rechthebbenden/{PRODUCT}?q=xyzzy",
    "permissions": f"/rechthebbenden/{PRODUCT}/toestemmingen",
    "permissions-nothing": f"/rechthebbenden/{PRODUCT}/toestemmingen?q=xyzzy",
    "block": f"/blokkades/{PRODUCT}/{{tom}}",
    "block-fault": sent(f"/blokkades/{PRODUCT}/{{tom}}", "Blokkeren"),
    "lift": "/blokkades/{block}/opheffen",
    "shared": f"/gedeeld/product/{PRODUCT}",
    "trace": "/rechthebbenden/herkomst",
    "trace-fault": sent("/rechthebbenden/herkomst", "Zoek op"),
}
DESK: dict[str, Page] = {
    "queue": "/servicedesk",
    "queue-nothing": "/servicedesk?q=xyzzy",
    "assess": "/servicedesk/{queued}",
    "assess-fault": sent("/servicedesk/{queued}", "Weigeren"),
    "open-cases": "/servicedesk/zaken",
    "open-cases-nothing": "/servicedesk/zaken?q=xyzzy",
    "look-back": "/gate/history",
    "look-back-fault": f"/gate/history?person=e&school=school&product={PRODUCT}&first-day=31&first-month=2&first-year=2026",
    "look-back-answer": looked_back,
    "persons": "/servicedesk/personen",
    "persons-nothing": "/servicedesk/personen?q=xyzzy",
    "person": "/servicedesk/personen/{tom}",
    "block-account": "/blokkades/account/{tom}",
    "organisations": "/servicedesk/organisaties",
    "organisation": "/servicedesk/organisaties/{board}",
    "health": "/servicedesk/gezondheid",
    "products": "/servicedesk/producten",
    "product": "{product}",
    "product-change": "{product}/wijzigen",
    "product-new": "/servicedesk/producten/nieuw",
    "product-new-fault": sent("/servicedesk/producten/nieuw", "Opslaan"),
    "concept": "/servicedesk/concepten/{concept}",
    "concept-preview": "/servicedesk/concepten/{concept}/voorbeeld",
    "concept-discard": "/servicedesk/concepten/{concept}/weggooien",
    "publication": "/servicedesk/publicaties/{newer}",
    "campaign": "/servicedesk/publicaties/{newer}/campagne",
    "campaign-organisations": "/servicedesk/publicaties/{newer}/campagne/organisaties",
    "campaign-remind": "/servicedesk/publicaties/{newer}/campagne/herinneren",
    "supplier": "/leverancier",
    "agreements": f"/leverancier/{PRODUCT}/overeenkomsten",
    "agreements-fault": without_a_file,
    "agreement-text": "/overeenkomsten/{agreement}",
    "agreement-difference": "/overeenkomsten/{later_agreement}/verschil?met={agreement}",
    "agreement-concept": "/leverancier/concepten/{agreement_concept}",
    "agreement-clauses": "/leverancier/concepten/{agreement_concept}/clauses",
    "agreement-data-fault": sent(
        "/leverancier/concepten/{agreement_concept}/leaflet-data", "Bewaren", row__0__which=""
    ),
    "agreement-deviations": "/leverancier/concepten/{agreement_concept}/deviations",
    "agreement-frameworks": "/leverancier/concepten/{agreement_concept}/security-frameworks",
    "agreement-preview": "/leverancier/concepten/{agreement_concept}/voorbeeld",
    "agreement-discard": "/leverancier/concepten/{agreement_concept}/weggooien",
    "working-copy": "/servicedesk/werkexemplaar",
    "working-copy-fault": sent("/servicedesk/werkexemplaar", "Sjabloon gebruiken"),
    "moving": "/servicedesk/verplaatsen",
    "move": "/servicedesk/verplaatsen/{reading}",
    "endings": "/servicedesk/wat-wanneer-afloopt",
    "elsewhere-end": "/elders-getekend/{living}/beeindigen",
    "elsewhere-end-fault": sent("/elders-getekend/{living}/beeindigen", "Ja, beëindig"),
    "ended-agreements": "/servicedesk/opgezegd",
    "ended-agreements-nothing": "/servicedesk/opgezegd?q=xyzzy",
    "paper": "/servicedesk/papier",
    "paper-nothing": "/servicedesk/papier?q=xyzzy",
    "paper-enter": "/servicedesk/papier/{to_read}",
    "paper-enter-fault": sent("/servicedesk/papier/{to_read}", "Leg vast en vraag een collega"),
    "paper-confirm": "/servicedesk/papier/{on_paper}/bevestigen",
    "judge-not-here": "/zaken/{queued}/oordeel",
}
IN_ENGLISH: dict[str, Page] = {
    "tasks": "/?taal=en",
    "organisation": "/organisaties/{board}",
    "declared": "/zaken/{declared}",
    "draft-licence": "/zaken/{draft}/licence",
    "not-found": "/bestaat-niet",
}
IN_ANOTHER_THEME: dict[str, Page] = {
    "tasks": "/?thema=duin",
    "organisation": "/organisaties/{board}?thema=duin",
    "declared": "/zaken/{declared}?thema=duin",
    "draft-check": "/zaken/{draft}/nakijken?thema=duin",
}
ON_PAPER: dict[str, Page] = {
    "board-overview-printed": printed(f"/rapporten/{PRODUCT}/bestuur/{OURS}/overzicht"),
    "organisation": printed("/organisaties/{board}"),
    "declared": printed("/zaken/{declared}"),
    "document": printed("/stukken/{document}"),
    "in-force": printed("/van-kracht"),
}


def offered_to_all(visit: Visit, house: House) -> None:
    """What offering to all boards with the product will do."""
    visit.open("/aanbod/{agreement}/aanbieden".format(**house)).page.locator("label[for=whom-2]").click()
    visit.press("Bekijk wat er gebeurt")


SUPPLIER: dict[str, Page] = {
    "supplier-tasks": "/",
    "progress": "/aanbod/{agreement}",
    "progress-nothing": "/aanbod/{agreement}?q=xyzzy",
    "offer": "/aanbod/{agreement}/aanbieden",
    "offer-fault": sent("/aanbod/{agreement}/aanbieden", "Bekijk wat er gebeurt"),
    "offer-confirm": offered_to_all,
    "offer-round": "/aanbod/ronde/{round}",
    "offer-case": "/aanbod/zaak/{agreement_case}",
    "offer-case-fault": sent("/aanbod/zaak/{agreement_case}", "Antwoord plaatsen"),
    "offer-withdraw": "/aanbod/{agreement}/intrekken",
    "offer-withdraw-fault": sent("/aanbod/zaak/{agreement_case}/intrekken", "Ja, intrekken"),
    "offer-withdraw-one": "/aanbod/zaak/{agreement_case}/intrekken",
    "offer-remind": "/aanbod/{agreement}/herinneren",
    "register": "/organisaties/{supplier}/overeenkomsten",
    "living": "/organisaties/{supplier}/overeenkomsten/{living}",
    "announced": "/organisaties/{supplier}/subverwerkers",
    "announce": "/organisaties/{supplier}/subverwerkers/nieuw",
    "announce-fault": sent("/organisaties/{supplier}/subverwerkers/nieuw", "Melden"),
    "announced-progress": "/organisaties/{supplier}/subverwerkers/{notice}",
    "announced-progress-nothing": "/organisaties/{supplier}/subverwerkers/{notice}?q=xyzzy",
    "announced-withdraw": "/organisaties/{supplier}/subverwerkers/{notice}/intrekken",
    "announced-board": "/organisaties/{supplier}/subverwerkers/{notice}/besturen/{board}",
}
SUPPLIERS_ADMINISTRATOR: dict[str, Page] = {
    "living-end": "/organisaties/{supplier}/overeenkomsten/{living}/opzeggen",
    "living-end-fault": sent("/organisaties/{supplier}/overeenkomsten/{living}/opzeggen", "Ja, zeg op"),
    "elsewhere": "/elders-getekend",
    "elsewhere-nothing": "/elders-getekend?q=xyzzy",
    "elsewhere-hand-in": "/elders-getekend/nieuw",
    "elsewhere-hand-in-fault": sent("/elders-getekend/nieuw", "Nakijken"),
    "elsewhere-take-in": "/elders-getekend/nieuw/{upload}",
    "agreement-concept-announced": "/leverancier/concepten/{agreement_concept}/leaflet-subprocessors",
}
PRIVACY_OFFICER: dict[str, Page] = {
    "models": "/modellen",
    "models-nothing": "/modellen?q=xyzzy",
    "model": "/modellen/{model}",
    "model-difference": "/modellen/{later_model}/verschil?met={model}",
    "dpias": "/organisaties/{board}/dpia",
    "dpias-nothing": "/organisaties/{board}/dpia?q=xyzzy",
    "measures": "/organisaties/{board}/maatregelen",
    "measures-nothing": "/organisaties/{board}/maatregelen?q=xyzzy",
    "measure": "/organisaties/{board}/maatregelen/{measure}",
    "measure-fault": sent("/organisaties/{board}/maatregelen/{measure}", "Bewijs aanleveren"),
    "dpia": "/zaken/{dpia}",
    "dpia-again": "/zaken/{dpia}/opnieuw-beoordelen",
    "dpia-draft": "/zaken/{dpia_draft}",
    "dpia-so-far": "/zaken/{dpia_draft}/tot-nu-toe",
    "dpia-comparison": "/zaken/{dpia_draft}/comparison",
    "dpia-measures": "/zaken/{dpia_draft}/measures",
    "dpia-measures-fault": sent("/zaken/{dpia_draft}/measures", "Opslaan en verder"),
    "dpia-comments": "/zaken/{dpia_draft}/comparison/opmerkingen",
}
MODEL_PUBLISHER: dict[str, Page] = {
    "own-overview": f"/leverancier/{PRODUCT}/rapporten",
    "own-nothing": f"/leverancier/{PRODUCT}/rapporten?q=xyzzy",
    "own-choose": f"/leverancier/{PRODUCT}/rapporten/nieuw",
    "own-choose-fault": sent(f"/leverancier/{PRODUCT}/rapporten/nieuw", "Nakijken"),
    "own-publish": "/leverancier/rapporten/klaar/{own_file}",
    "own-publish-fault": sent("/leverancier/rapporten/klaar/{own_file}", "Publiceren"),
    "own-one": "/leverancier/rapporten/{own_report}",
    "own-next": "/leverancier/rapporten/{own_report}/nieuwe-versie",
    "own-withdraw": "/leverancier/rapporten/{own_report}/intrekken",
    "own-withdraw-fault": sent("/leverancier/rapporten/{own_report}/intrekken", "Ja, intrekken"),
    "model-versions": f"/leverancier/{PRODUCT}/modellen",
    "model-draft": "/leverancier/modellen/concepten/{model_draft}",
    "model-about": "/leverancier/modellen/concepten/{model_draft}/about",
    "model-modules": "/leverancier/modellen/concepten/{model_draft}/modules",
    "model-conditions": "/leverancier/modellen/concepten/{model_draft}/conditions",
    "model-dimensions": "/leverancier/modellen/concepten/{model_draft}/dimensions",
    "model-risks-fault": sent("/leverancier/modellen/concepten/{model_draft}/risks", "Bewaren", row__0__text=""),
    "model-measures": "/leverancier/modellen/concepten/{model_draft}/measures",
    "model-lowers": "/leverancier/modellen/concepten/{model_draft}/lowers",
    "model-draft-discard": "/leverancier/modellen/concepten/{model_draft}/weggooien",
    "model-withdraw": "/modellen/{model}/intrekken",
    "model-withdraw-fault": sent("/modellen/{model}/intrekken", "Ja, intrekken"),
}
VISITORS: dict[str, tuple[Someone | None, dict[str, Page]]] = {
    "stranger": (None, STRANGER),
    "teacher": (TOM, TEACHER),
    "newcomer": (NOOR, NEWCOMER),
    "signatory": (IRIS, SIGNATORY),
    "director": (ANN, DIRECTOR),
    "blocked": (BAS, BLOCKED),
    "secretary": (EVA, SECRETARY),
    "rights-holder": (LOTTE, RIGHTS_HOLDER),
    "desk": (SANNE, DESK),
    "supplier": (SAM, SUPPLIER),
    "suppliers-administrator": (KIM, SUPPLIERS_ADMINISTRATOR),
    "privacy-officer": (PIA, PRIVACY_OFFICER),
    "model-publisher": (SANNE, MODEL_PUBLISHER),
    "english": (ANN, IN_ENGLISH),
    "duin": (ANN, IN_ANOTHER_THEME),
    "paper": (ANN, ON_PAPER),
}
