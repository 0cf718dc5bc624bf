"""The promises that can stand before a report; a product lists which apply, and in which order they are explained."""

from collections.abc import Callable, Iterator, Sequence

from portal.gate import dpia
from portal.gate.facts import Facts, Standing
from portal.gate.judge import Condition, Finding, Remark, Rule
from portal.wording import day, mark

CONDITIONS: dict[str, Condition] = {}
WAIT = mark("niemand: u hoeft alleen te wachten")
PORTAL = mark("het portaal")


def condition(code: str, title: str, unmet: str, lacks: str, remark: Remark | None = None) -> Callable[[Rule], Rule]:
    """Adds a rule to the conditions under a code that never changes, with what is said of it met and unmet."""

    def add(rule: Rule) -> Rule:
        CONDITIONS[code] = Condition(code, title, unmet, lacks, rule, remark)
        return rule

    return add


@condition(
    "account",
    mark("Uw account is in orde"),
    mark("Uw account is niet in orde"),
    mark("account geblokkeerd of niet actief"),
)
def account_in_order(facts: Facts) -> Iterator[Finding]:
    """Active, not blocked."""
    if facts.account_blocked or not facts.account_active:
        yield Finding(
            mark("Uw toegang is geblokkeerd. Mail %(contact)s als u hierover een vraag hebt."),
            fixed_by=mark("de servicedesk"),
            values={"contact": facts.contact},
        )


@condition(
    "block",
    mark("U bent niet geblokkeerd voor dit product"),
    mark("U bent geblokkeerd voor dit product"),
    mark("geblokkeerd voor dit product"),
)
def not_blocked_for_product(facts: Facts) -> Iterator[Finding]:
    """By no rights holder and not by the service desk (R004-07)."""
    for each in facts.blocks:
        yield Finding(
            mark(
                "%(by)s heeft uw toegang geblokkeerd tot en met %(through)s. %(words)s Mail %(contact)s met een vraag."
            )
            if each.through
            else mark("%(by)s heeft uw toegang geblokkeerd. %(words)s Mail %(contact)s met een vraag."),
            fixed_by=each.by,
            values={
                "by": each.by,
                "through": day(each.through, weekday=True) if each.through else "",
                "words": f"“{each.words}”" if each.words else "",
                "contact": facts.contact,
            },
        )


@condition(
    "second_factor",
    mark("Uw account is zo beveiligd als uw rol vraagt"),
    mark("Uw account heeft nog geen tweede stap bij het inloggen"),
    mark("nog geen tweede stap bij het inloggen"),
)
def second_factor_where_asked(facts: Facts) -> Iterator[Finding]:
    """Asked of who can sign, privacy officers and the service desk."""
    if facts.needs_second_factor and not facts.has_second_factor:
        yield Finding(
            mark("Uw rol vraagt om een tweede stap bij het inloggen. Die hebt u nog niet ingesteld."),
            fixed_by=mark("uzelf"),
            page=("accounts.second_factor", {}),
            page_text=mark("Stel de tweede stap in"),
        )


@condition(
    "registered",
    mark("De school doet mee"),
    mark("De school doet nog niet mee"),
    mark("de school doet nog niet mee"),
)
def school_registered(facts: Facts) -> Iterator[Finding]:
    """By a registration of its own, or in the scope of its board's declaration."""
    if facts.school_registered or facts.declaration.standing is Standing.IN_FORCE:
        return
    if not facts.board_registered:
        yield Finding(
            mark("Het schoolbestuur %(board)s is nog niet ingeschreven."),
            fixed_by=mark("het schoolbestuur"),
            page=("registration.begin", {}),
            page_text=mark("Schrijf het schoolbestuur in"),
            values={"board": facts.board_name},
        )
        return
    yield _declaration_missing(facts)


def _declaration_missing(facts: Facts) -> Finding:
    paper = facts.declaration
    signatories = _names(facts.board_signatories) or mark("een tekenbevoegde van het bestuur")
    show = ("cases.show", {"case_id": paper.case}) if paper.may_start else None
    match paper.standing:
        case Standing.COMING:
            return Finding(
                mark("De bestuursverklaring gaat in op %(since)s. Tot die dag blijft de poort dicht."),
                fixed_by=WAIT,
                values={"since": day(paper.since) if paper.since else ""},
            )
        case Standing.SIGNING:
            return Finding(
                mark("De bestuursverklaring is getekend door %(signed)s van %(needed)s. Nog nodig: %(names)s."),
                fixed_by=_names(paper.waits_for) or signatories,
                page=show,
                page_text=mark("Bekijk de verklaring"),
                values={
                    "signed": paper.signed,
                    "needed": paper.needed,
                    "names": _names(paper.waits_for) or signatories,
                },
            )
        case Standing.PREPARING:
            return Finding(
                mark("De bestuursverklaring wordt klaargezet. Daarna kunnen de tekenbevoegden tekenen."),
                fixed_by=PORTAL,
                page=show,
                page_text=mark("Bekijk de verklaring"),
            )
        case Standing.DRAFT:
            return Finding(
                mark("De bestuursverklaring is begonnen, maar nog niet klaar."),
                fixed_by=signatories,
                page=show,
                page_text=mark("Ga verder met de verklaring"),
            )
    return Finding(
        mark("Het schoolbestuur %(board)s heeft nog niet verklaard dat deze school onder het bestuur valt."),
        fixed_by=signatories,
        page=("cases.begin", {"workflow_name": "board_declaration", "organisation": facts.board_id})
        if paper.may_start
        else None,
        page_text=mark("Begin met de bestuursverklaring"),
        values={"board": facts.board_name},
    )


@condition(
    "agreement",
    mark("De verwerkersovereenkomst is getekend"),
    mark("De verwerkersovereenkomst is nog niet in orde"),
    mark("verwerkersovereenkomst nog niet in orde"),
)
def agreement_in_force(facts: Facts) -> Iterator[Finding]:
    """For this school, in the current version or the one before it within its grace (AVG, article 28)."""
    if facts.agreement.suffices:
        return
    if not facts.agreement.published:
        yield Finding(
            mark("Er is nog geen verwerkersovereenkomst gepubliceerd voor %(product)s."),
            fixed_by=facts.supplier or mark("de leverancier"),
            values={"product": facts.product_title},
        )
        return
    yield _agreement_missing(facts)


def _agreement_missing(facts: Facts) -> Finding:
    agreement, paper = facts.agreement, facts.agreement.paper
    signatories = _names(facts.board_signatories) or mark("een tekenbevoegde van het bestuur")
    waits_for = _names(paper.waits_for) or signatories
    show = ("cases.show", {"case_id": paper.case}) if paper.may_start and paper.case else None
    values: dict[str, object] = {
        "board": facts.board_name,
        "product": facts.product_title,
        "version": agreement.version,
        "held": _names(agreement.held),
        "names": waits_for,
    }
    look = mark("Bekijk de overeenkomst")
    match paper.standing:
        case Standing.COMING:
            said = mark("De verwerkersovereenkomst voor %(product)s gaat in op %(since)s.")
            return Finding(
                said, fixed_by=WAIT, values={**values, "since": day(paper.since, weekday=True) if paper.since else ""}
            )
        case Standing.SIGNING:
            said = mark("De verwerkersovereenkomst voor %(product)s ligt klaar om te tekenen. Nog nodig: %(names)s.")
            return Finding(said, fixed_by=waits_for, page=show, page_text=look, values=values)
        case Standing.PREPARING:
            said = mark("De verwerkersovereenkomst voor %(product)s wordt klaargezet. Daarna kan er worden getekend.")
            return Finding(said, fixed_by=PORTAL, page=show, page_text=look, values=values)
        case Standing.DRAFT:
            said = mark("Het schoolbestuur %(board)s beoordeelt de verwerkersovereenkomst voor %(product)s nog.")
            return Finding(said, fixed_by=waits_for, page=show, page_text=mark("Ga verder"), values=values)
    if agreement.claimed:
        answer = ("agreement_confirming.answer", {"organisation_id": facts.board_id, "agreement_id": agreement.claimed})
        return Finding(
            mark("%(board)s moet nog zeggen of het de overeenkomst voor %(product)s elders heeft getekend."),
            fixed_by=signatories,
            page=answer if paper.may_start and facts.board_id else None,
            page_text=mark("Zeg of dit klopt"),
            values=values,
        )
    if agreement.only_elsewhere:
        said = mark("De verwerkersovereenkomst van %(board)s voor %(product)s geldt niet voor deze school.")
    elif agreement.held:
        said = mark("Versie %(held)s van de verwerkersovereenkomst is niet meer genoeg: versie %(version)s is nodig.")
    elif agreement.ended:
        said = mark(
            "De verwerkersovereenkomst van %(board)s voor %(product)s is opgezegd en geldt niet meer sinds %(ended)s."
        )
        values["ended"] = day(agreement.ended, weekday=True)
    else:
        said = mark("Het schoolbestuur %(board)s heeft de verwerkersovereenkomst voor %(product)s niet getekend.")
    begin = {"workflow_name": "processor_agreement", "organisation": facts.board_id, "product": facts.product}
    return Finding(
        said,
        fixed_by=signatories,
        page=("cases.begin", begin) if paper.may_start and facts.board_id else None,
        page_text=mark("Begin met de overeenkomst"),
        values=values,
    )


condition(
    "dpia",
    mark("Het bestuur heeft besloten over de DPIA"),
    mark("De DPIA is nog niet in orde"),
    mark("DPIA nog niet in orde"),
    dpia.notices,
)(dpia.decision_in_force)


@condition(
    "member",
    mark("U hoort bij deze school"),
    mark("U hoort nog niet bij deze school"),
    mark("nog geen rol bij deze school"),
)
def member_or_acting(facts: Facts) -> Iterator[Finding]:
    """A role at the school, or acting for it under a declaration in force."""
    if not facts.member and not facts.acting:
        yield Finding(
            mark("U hebt (nog) geen rol bij %(school)s."),
            fixed_by=_names(facts.inviters) or mark("een beheerder of tekenbevoegde van het bestuur"),
            values={"school": facts.school_name},
        )


@condition(
    "terms",
    mark("U bent akkoord met de gebruiksvoorwaarden"),
    mark("U bent nog niet akkoord met de gebruiksvoorwaarden"),
    mark("nog niet akkoord met de voorwaarden"),
)
def usage_terms_accepted(facts: Facts) -> Iterator[Finding]:
    """By this person, in the current version or one that still suffices (R004)."""
    if not facts.terms_published:
        yield Finding(
            mark("De gebruiksvoorwaarden van %(product)s zijn nog niet gepubliceerd."),
            fixed_by=mark("de leverancier"),
            values={"product": facts.product_title},
        )
    elif not set(facts.terms_accepted) & set(facts.terms_sufficing):
        yield Finding(
            mark("U bent nog niet akkoord met de voorwaarden van %(product)s (versie %(version)s)."),
            fixed_by=mark("uzelf"),
            page=("cases.begin", {"workflow_name": "usage_terms", "product": facts.product}),
            page_text=mark("Lees de voorwaarden"),
            values={"product": facts.product_title, "version": facts.terms_version},
        )


def asked_by_default() -> tuple[str, ...]:
    """What stands before the reports of a new product: everything but a DPIA, which not every product needs."""
    return tuple(code for code in CONDITIONS if code != "dpia")


def listed(codes: Sequence[str]) -> tuple[Condition, ...]:
    """The conditions with these codes, in this order; an unknown code is a KeyError, so that it stops the start."""
    return tuple(CONDITIONS[code] for code in codes)


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(names)
