"""What article 28 AVG wants to find in a processor agreement, and the numbers that an agreement fills in.

Source: Regulation (EU) 2016/679, articles 28(2) to (4), 28(9) and 33; our own short wording.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from portal.wording import mark

DUTIES: Mapping[str, str] = {
    "subject": mark("onderwerp van de verwerking"),
    "duration": mark("duur van de verwerking"),
    "nature": mark("aard van de verwerking"),
    "purpose": mark("doel van de verwerking"),
    "data": mark("soort persoonsgegevens"),
    "people": mark("van wie de gegevens zijn"),
    "controller": mark("rechten en plichten van de verantwoordelijke"),
    "instructions": mark("alleen op schriftelijke instructie"),
    "transfers": mark("doorgifte naar andere landen"),
    "confidentiality": mark("geheimhouding door personeel"),
    "security": mark("passende beveiliging (artikel 32)"),
    "subprocessor_consent": mark("subverwerkers alleen met toestemming"),
    "subprocessor_notice": mark("bericht over nieuwe subverwerkers, en bezwaar"),
    "subprocessor_duties": mark("dezelfde plichten voor subverwerkers"),
    "subprocessor_liability": mark("verwerker blijft aansprakelijk voor subverwerkers"),
    "rights": mark("hulp bij rechten van betrokkenen"),
    "assistance": mark("hulp bij beveiliging, datalekken en DPIA"),
    "breach": mark("datalek zonder vertraging melden (artikel 33)"),
    "return": mark("teruggeven of wissen aan het einde"),
    "audit": mark("informatie en controle"),
    "infringement": mark("waarschuwen bij een onrechtmatige instructie"),
    "written": mark("schriftelijk vastgelegd, ook elektronisch"),
}


@dataclass(frozen=True)
class Parameter:
    """Something an agreement fills in within its clauses, between braces: a number, a choice or a text."""

    name: str
    label: str
    least: int | None = field(default=None, kw_only=True)
    most: int | None = field(default=None, kw_only=True)
    options: tuple[tuple[str, str], ...] = field(default=(), kw_only=True)

    @property
    def is_number(self) -> bool:
        """Whether it is a whole number within bounds."""
        return self.least is not None


CONSENT = (
    ("general", mark("algemene toestemming, met bericht vooraf")),
    ("specific", mark("toestemming voor elke subverwerker apart")),
)
PARAMETERS: tuple[Parameter, ...] = (
    Parameter("breach_hours", mark("Een datalek melden binnen (uren)"), least=1, most=48),
    Parameter("breach_channel", mark("Een datalek melden via")),
    Parameter("assistance_days", mark("Helpen binnen (werkdagen)"), least=1, most=30),
    Parameter("consent", mark("Toestemming voor subverwerkers"), options=CONSENT),
    Parameter("notice_days", mark("Bericht over een nieuwe subverwerker vooraf (dagen)"), least=14, most=180),
    Parameter("objection_days", mark("Tijd voor bezwaar (dagen)"), least=14, most=180),
    Parameter("audit_days", mark("Een controle aankondigen (dagen)"), least=1, most=90),
    Parameter("audit_costs", mark("Wie de controle betaalt")),
    Parameter("export_days", mark("Gegevens ophalen na het einde (dagen)"), least=1, most=180),
    Parameter("delete_days", mark("Wissen na het einde (dagen)"), least=1, most=365),
    Parameter("backup_days", mark("Reservekopieën verlopen na (dagen)"), least=1, most=365),
)
