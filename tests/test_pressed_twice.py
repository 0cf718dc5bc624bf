"""Pressed twice, fifty times at once, or from an old tab: one effect, the same answer, and nothing overwritten."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, select

from portal.database import Base, reader
from portal.record.ledger import Entry
from tests.browser import Browser
from tests.builders import (
    ANN,
    BAS,
    EVA,
    LOTTE,
    OURS,
    PASSWORD,
    PRODUCT,
    SANNE,
    SCHOOL,
    TOM,
    Portal,
    Someone,
    a_declaration,
    a_rights_holder,
    a_submitted_registration,
    accepted_terms,
)
from tests.conftest import Installation, Tell
from tests.crowd import at_once, posted
from tests.test_publishing import at_preview, on
from tests.test_signing_together import read_both, two_for_omar
from tests.walker import SAVE

PIA = Someone("Pia Groen", "pia@ons.example")
OMAR = Someone("Omar Yilmaz", "omar@hun.example")
WHY = "De Jozefschool hoort er nog bij."
TIMES, MOST, FEW = 20, 50, 8

At = Callable[[Portal], Browser]


@dataclass(frozen=True)
class Press:
    """One button: who stands before it, on a portal that has come so far."""

    stage: str
    at: At
    button: str
    acts: Counter[str]
    """What one press writes in the ledger."""
    times: int = TIMES


def case(someone: Someone, workflow: str = "board_declaration", page: str = "", **filled: str) -> At:
    """This person at (a page of) the newest case of a workflow."""
    return lambda portal: portal.sign_in(someone).open(f"/zaken/{portal.case(workflow)}{page}").fill(**filled)


def after(deed: Callable[[Portal], Any], at: At) -> At:
    """The same once something was done."""

    def then(portal: Portal) -> Browser:
        deed(portal)
        return at(portal)

    return then


def people_of(someone: Someone, organisation: str = OURS) -> At:
    return lambda portal: portal.sign_in(someone).open(f"/organisaties/{portal.organisation(organisation)}/mensen")


def at_invitation(portal: Portal) -> Browser:
    """Tom, who has an account, is invited to another role."""
    people_of(EVA)(portal).fill(name=TOM.name, email=TOM.email).choose("role", "financial_contact").press("Uitnodigen")
    return portal.sign_in(TOM).open(portal.mailed_link(TOM.email, "Uitnodiging"))


def at_several(portal: Portal) -> Browser:
    omar = read_both(portal, portal.sign_in(OMAR), two_for_omar(portal))
    return omar.fill(typed_name=OMAR.name, code=portal.code(OMAR))


def at_block(portal: Portal) -> Browser:
    a_rights_holder(portal)
    accepted_terms(portal, TOM)
    tom = portal.visitor(TOM).person_id
    return portal.sign_in(LOTTE).open(f"/blokkades/{PRODUCT}/{tom}").fill(reason="Deelde cijfers")


def at_lift(portal: Portal) -> Browser:
    return at_block(portal).press("Blokkeren").follow("Opheffen: Tom")


def at_terms(portal: Portal) -> Browser:
    """Tom at the last page of the usage terms."""
    tom = portal.sign_in(TOM).open(f"/rapporten/{PRODUCT}/{SCHOOL}").press("Lees de voorwaarden")
    keys = [each.get("value", "") for each in tom.all("input") if each.get("name") == "confirmed"]
    return tom.choose("confirmed", *keys).press(SAVE).choose("group", "school").press(SAVE).fill(name=TOM.name)


def at_hand_over(portal: Portal) -> Browser:
    a_declaration(portal, draft=True)
    eva = str(portal.visitor(EVA).person_id)
    return case(ANN, page="/overdragen")(portal).choose("to", eva)


a_draft = partial(a_declaration, draft=True)
a_comment = after(a_draft, case(EVA, page="/scope/opmerkingen", words=WHY))


def at_an_agreement(portal: Portal) -> Browser:
    """The service desk at the preview of the example."""
    desk = portal.sign_in(SANNE).open(f"/leverancier/{PRODUCT}/overeenkomsten").press("Begin met de voorbeeldtekst")
    return on(desk.follow("Bekijk het voorbeeld"), portal.moment.date())


PRESSES = {
    "begin": Press(
        "registered",
        lambda portal: portal.sign_in(EVA).open(
            f"/zaken/begin/board_declaration?organisation={portal.organisation(OURS)}"
        ),
        "Beginnen",
        Counter(start=1),
    ),
    "answer": Press("registered", after(a_draft, case(EVA, page="/scope", office="Kantoor")), SAVE, Counter()),
    "submit": Press(
        "registered", after(a_draft, case(ANN, page="/nakijken")), "Klaarzetten om te tekenen", Counter(submit=1), MOST
    ),
    "assess": Press(
        "registered",
        after(
            lambda portal: a_submitted_registration(portal, "20183", starter=PIA, others=()),
            lambda portal: portal.sign_in(SANNE).open(f"/servicedesk/{portal.case('registration')}"),
        ),
        "Akkoord",
        Counter(accept=1, decide=1, register=1, mandates=1),
        MOST,
    ),
    "ask": Press(
        "registered",
        after(
            lambda portal: a_submitted_registration(portal, "20183", starter=PIA, others=()),
            lambda portal: portal.sign_in(SANNE).open(f"/servicedesk/{portal.case('registration')}").fill(words=WHY),
        ),
        "Vraag stellen",
        Counter(ask=1),
    ),
    "send back": Press("to_sign", case(ANN, page="/terugsturen", words=WHY), "Ja, terugsturen", Counter(sent_back=1)),
    "decline": Press("to_sign", case(BAS, page="/afwijzen", words=WHY), "Ja, ik ga niet akkoord", Counter(declined=1)),
    "withdraw": Press("to_sign", case(EVA, page="/intrekken", words=WHY), "Ja, intrekken", Counter(withdrawn=1)),
    "hand over": Press("registered", at_hand_over, "Overdragen", Counter(handed_over=1)),
    "remind": Press("to_sign", case(EVA), "Stuur een herinnering", Counter(remind=1)),
    "comment": Press("registered", a_comment, "Plaatsen", Counter(comment=1)),
    "settle": Press(
        "registered",
        lambda portal: a_comment(portal).press("Plaatsen"),
        "Zet de opmerking van Eva Bakker op afgehandeld",
        Counter(comment_settled=1),
    ),
    "sign several": Press("registered", at_several, "Teken nu", Counter(sign=2, decide=1, declare=1), MOST),
    "accept terms": Press("in_force", at_terms, "Ik ga akkoord", Counter(decide=1)),
    "take back": Press(
        "in_force",
        after(lambda portal: accepted_terms(portal, TOM), case(TOM, "usage_terms", "/akkoord-intrekken")),
        "Ja, mijn akkoord intrekken",
        Counter(taken_back=1, end=1),
    ),
    "invite": Press(
        "registered",
        lambda portal: people_of(EVA)(portal).fill(name=PIA.name, email=PIA.email).choose("role", "reader"),
        "Uitnodigen",
        Counter(invite=1),
    ),
    "accept a role": Press("in_force", at_invitation, "Uitnodiging aannemen", Counter(invitation_accepted=1)),
    "end a role": Press(
        "in_force",
        lambda portal: people_of(ANN, SCHOOL)(portal).follow("Rol beëindigen: Tom de Wit"),
        "Ja, beëindig de rol",
        Counter(end_role=1),
    ),
    "block": Press("in_force", at_block, "Blokkeren", Counter(block=1)),
    "lift": Press("in_force", at_lift, "Ja, opheffen", Counter(unblock=1)),
    "publish": Press(
        "in_force",
        lambda portal: on(at_preview(portal), portal.moment.date()),
        "Publiceer versie 2027-01",
        Counter(publish=1),
        MOST,
    ),
    "publish an agreement": Press("in_force", at_an_agreement, "Publiceer versie 2026-11", Counter(publish=1)),
}


@pytest.mark.parametrize("press", PRESSES.values(), ids=PRESSES)
@pytest.mark.row(5, "the same post many times at once, each button")
def test_many_identical_posts_at_once_have_the_effect_of_one(
    installation: Installation, press: Press, tell: Tell, request: pytest.FixtureRequest
) -> None:
    """Row 5: every table grows by as much as after one press, the ledger tells it once, and all get one answer."""
    once, _ = effect_of(installation, press, 1)
    grown, answers = effect_of(installation, press, press.times)
    assert len(set(answers)) == 1, Counter(answers)
    assert grown == once
    assert grown.acts == press.acts
    tell(f"{press.times} times at once, {request.node.callspec.id}", press.times, len(answers))


@dataclass
class Effect:
    """By how many rows each table grew, and what the ledger tells since."""

    rows: dict[str, int] = field(default_factory=dict)
    acts: Counter[str] = field(default_factory=Counter)


def effect_of(installation: Installation, press: Press, times: int) -> tuple[Effect, list[Any]]:
    with installation.portal(press.stage) as portal:
        browser = press.at(portal)
        address, fields = browser.would_send(press.button)
        before, acts = rows(portal), acts_in(portal)
        answers = at_once([partial(posted, portal, browser, address, fields)] * times)
        grown = {name: count - before[name] for name, count in rows(portal).items() if count != before[name]}
        return Effect(grown, acts_in(portal) - acts), answers


def rows(portal: Portal) -> dict[str, int]:
    tables = [each for name, each in Base.metadata.tables.items() if name != "web_session"]
    return portal.ask(
        lambda: {each.name: reader.scalar(select(func.count()).select_from(each)) or 0 for each in tables}
    )


def acts_in(portal: Portal) -> Counter[str]:
    return portal.ask(lambda: Counter(reader.scalars(select(Entry.act))))


@pytest.mark.row(5, "an invitation taken many times at once")
def test_an_invitation_taken_many_times_at_once_makes_one_account(registered: Portal, tell: Tell) -> None:
    """Whoever comes second is nobody yet, and must not be let in by the link alone: they are told to sign in."""
    people_of(EVA)(registered).fill(name=PIA.name, email=PIA.email).choose("role", "reader").press("Uitnodigen")
    pia = registered.browser().open(registered.mailed_link(PIA.email, "Uitnodiging"))
    pia.fill(function="Leerkracht", password=PASSWORD, password_confirm=PASSWORD)
    address, fields = pia.would_send("Account maken")
    before = acts_in(registered)
    answers = at_once([partial(posted, registered, pia, address, fields)] * FEW)  # each hashes the password
    assert Counter(status for status, _ in answers) == {302: 1, 410: FEW - 1}
    assert acts_in(registered) - before == Counter(["invitation_accepted", "signed_in"])
    tell(f"{FEW} times at once, account of an invitation", FEW, len(answers))
