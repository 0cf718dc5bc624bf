"""Requests (verzoeken): one small workflow with a kind, answered by the supplier or by the service desk."""

from workflows.vocabulary import (
    ORGANISATIONS,
    Answered,
    Assessor,
    Choice,
    Date,
    LongText,
    OnFile,
    Party,
    Role,
    Text,
    Workflow,
    step,
)

PRODUCT_NAMED = Answered("products.products")
ABOUT_A_PRODUCT = Answered("kind.kind", "bespoke", "quote", "helpdesk", "consultancy", "information", "webinar")


def _no_product_is_named(answers: object) -> bool:
    return not PRODUCT_NAMED(answers)  # type: ignore[arg-type]


WORKFLOW = Workflow(
    name="request",
    title="Verzoek",
    prefix="VZ",
    version="2026-11",
    subject=ORGANISATIONS,
    introduction="U vraagt de leverancier of de servicedesk iets dat niet in een bestelling past.",
    steps=(
        step(
            "kind",
            "Wat wilt u vragen?",
            Choice(
                "kind",
                "Soort verzoek",
                options=(
                    ("bespoke", "Aanbod op maat voor een bestuur of scholengroep"),
                    ("quote", "Offerte voor een overeenkomst met de leverancier zelf"),
                    ("helpdesk", "Uitgebreide ondersteuning door de helpdesk"),
                    ("consultancy", "Advies over de uitkomsten"),
                    ("information", "Informatiebijeenkomst of belangstelling voor een abonnement"),
                    ("webinar", "Aanmelden voor een webinar"),
                    ("objection", "Bezwaar tegen een bestuursverklaring"),
                ),
            ),
        ),
        step(
            "products",
            "Om welk product gaat het?",
            OnFile(
                "products",
                "Product",
                of="products",
                optional=True,
                hint="De leverancier van het product antwoordt u. Kiest u niets, dan antwoordt de servicedesk.",
            ),
            when=ABOUT_A_PRODUCT,
        ),
        step(
            "bespoke",
            "Aanbod op maat",
            Text("schools", "Voor hoeveel scholen?", longest=20),
            LongText("wish", "Wat zoekt u?", longest=2000),
            when=Answered("kind.kind", "bespoke"),
            intro="De leverancier bespreekt met u het aanbod en hoe u begint. Er is geen vaste korting voor een groep.",
        ),
        step(
            "quote",
            "Offerte",
            Text("number", "Hoeveel licenties of gebruikers?", longest=20),
            LongText("wish", "Waarvoor wilt u een offerte?", longest=2000),
            when=Answered("kind.kind", "quote"),
            intro="Neemt u de offerte aan? Dan sluit u een overeenkomst met de leverancier zelf, buiten dit portaal.",
        ),
        step(
            "helpdesk",
            "Uitgebreide ondersteuning",
            Choice(
                "basis",
                "Hoe wilt u betalen?",
                options=(("invoice", "Per keer, op factuur"), ("contract", "Met een contract")),
            ),
            LongText("wish", "Waarbij wilt u hulp?", longest=2000),
            when=Answered("kind.kind", "helpdesk"),
            intro="Gewone vragen aan de helpdesk kosten niets. Uitgebreide hulp begint pas als u samen iets afspreekt.",
        ),
        step(
            "consultancy",
            "Advies over de uitkomsten",
            LongText("wish", "Waarover wilt u advies?", longest=2000),
            when=Answered("kind.kind", "consultancy"),
            intro="Advies huurt u apart in. U krijgt eerst een voorstel.",
        ),
        step(
            "information",
            "Informatie of belangstelling",
            Date("day", "Welke dag past u?", optional=True, not_before_today=True),
            Text("people", "Met hoeveel personen komt u?", longest=20, optional=True),
            LongText("wish", "Wat wilt u weten?", longest=2000, optional=True),
            when=Answered("kind.kind", "information"),
            intro="Een informatiebijeenkomst is gratis. U zit nergens aan vast.",
        ),
        step(
            "webinar",
            "Webinar",
            Text("title", "Welk webinar?"),
            Date("day", "Op welke dag is het?", optional=True, not_before_today=True),
            Text("people", "Hoeveel personen kijken mee?", longest=20, optional=True),
            when=Answered("kind.kind", "webinar"),
            intro="De link krijgt u in het antwoord op dit verzoek. De opname staat klaar binnen drie werkdagen erna.",
        ),
        step(
            "objection",
            "Bezwaar",
            OnFile(
                "declarations",
                "Tegen welke verklaring maakt u bezwaar?",
                of="declarations",
                hint="De verklaring van het bestuur waarin uw school staat. Ziet u niets? Dan geldt er geen.",
            ),
            LongText("reason", "Waarom klopt de verklaring niet?", longest=2000),
            when=Answered("kind.kind", "objection"),
            intro="De servicedesk bekijkt uw bezwaar met het bestuur. De verklaring blijft zolang gelden.",
        ),
    ),
    assessors=(
        Assessor(Role.ADMINISTRATOR, at=Party.SUPPLIER, when=PRODUCT_NAMED),
        Assessor(Role.SERVICE_DESK, at=Party.OPERATOR, when=_no_product_is_named),
    ),
    document="documents/request.html",
    submit="Verzoek versturen",
    afterwards="U krijgt het antwoord per mail. Het staat ook bij deze zaak.",
)
