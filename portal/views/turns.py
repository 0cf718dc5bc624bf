"""What one can do with a case besides answering it: each act is asked about on a page of its own first."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form, RadioField, TextAreaField

from portal import outcomes
from portal.cases import access, agreeing, reminding, turning
from portal.cases.access import Visitor
from portal.cases.catalogue import workflow_of
from portal.cases.tables import Case, CaseState
from portal.database import reader
from portal.errors import InvalidError
from portal.parties.spelling import clean_lines
from portal.views.sign_in import sign_in_first
from portal.views.visitor import visitor
from portal.wording import mark, say

bp = Blueprint("turns", __name__, url_prefix="/zaken")
LONGEST = 2000


Act = Callable[..., None]


@dataclass(frozen=True)
class Offer:
    """One act as it is offered: whether, in which words, and what is done."""

    may: Callable[[Case, Visitor], bool]
    link: str
    question: str
    what_happens: str
    button: str
    done: str
    words: str = mark("Waarom?")
    is_ending: bool = True
    act: Act | None = None
    """What is done with the reason; the hand-over wants a colleague besides."""


OFFERS = {
    "terugsturen": Offer(
        turning.may_send_back,
        act=turning.send_back,
        link=mark("Terugsturen"),
        question=mark("Wilt u deze zaak terugsturen?"),
        what_happens=mark(
            "De vragen gaan weer open, zodat de antwoorden kunnen worden aangepast. Een stuk dat klaarligt, vervalt. "
            "Wie het al tekende, moet het nieuwe stuk opnieuw tekenen. Iedereen die meedeed, krijgt een mail."
        ),
        button=mark("Ja, terugsturen"),
        done=mark("De zaak %(reference)s is teruggestuurd."),
        is_ending=False,
    ),
    "afwijzen": Offer(
        turning.may_decline,
        act=turning.decline,
        link=mark("Niet akkoord"),
        question=mark("Gaat u niet akkoord?"),
        what_happens=mark("De zaak is dan afgelopen en er gaat niets in. Iedereen die meedeed, krijgt een mail."),
        button=mark("Ja, ik ga niet akkoord"),
        done=mark("U ging niet akkoord met %(reference)s."),
    ),
    "intrekken": Offer(
        turning.may_withdraw,
        act=turning.withdraw,
        link=mark("Zaak intrekken"),
        question=mark("Wilt u deze zaak intrekken?"),
        what_happens=mark(
            "De zaak is dan afgelopen en er gaat niets in. De antwoorden blijven leesbaar. "
            "Iedereen die meedeed, krijgt een mail. U kunt later opnieuw beginnen."
        ),
        button=mark("Ja, intrekken"),
        done=mark("De zaak %(reference)s is ingetrokken."),
    ),
    "overdragen": Offer(
        turning.may_hand_over,
        link=mark("Overdragen aan een collega"),
        question=mark("Aan wie draagt u deze zaak over?"),
        what_happens=mark("Uw collega krijgt een mail en gaat verder waar u gebleven bent. U kunt blijven meelezen."),
        button=mark("Overdragen"),
        done=mark("De zaak %(reference)s is overgedragen."),
        words=mark("Wilt u er iets bij zeggen?"),
        is_ending=False,
    ),
    "akkoord-intrekken": Offer(
        turning.may_take_back,
        act=partial(turning.take_back, then=outcomes.close_shares),
        link=mark("Mijn akkoord intrekken"),
        question=mark("Wilt u uw akkoord intrekken?"),
        what_happens="",
        button=mark("Ja, mijn akkoord intrekken"),
        done=mark("U hebt uw akkoord met %(reference)s ingetrokken."),
    ),
    "toestemming-intrekken": Offer(
        agreeing.may_revoke,
        act=partial(agreeing.revoke, then=outcomes.close_shares),
        link=mark("Toestemming intrekken"),
        question=mark("Wilt u deze toestemming intrekken?"),
        what_happens=mark(
            "De toestemming eindigt nu. Wat eronder is gedeeld, is niet meer te openen, en de ontvangers krijgen een "
            "mail. De aanvrager en de andere rechthebbenden lezen uw reden."
        ),
        button=mark("Ja, toestemming intrekken"),
        done=mark("De toestemming %(reference)s is ingetrokken."),
    ),
}


OF_A_PERMISSION = replace(
    OFFERS["akkoord-intrekken"],
    link=mark("Toestemming beëindigen"),
    question=mark("Wilt u deze toestemming beëindigen?"),
    button=mark("Ja, toestemming beëindigen"),
    done=mark("U hebt de toestemming %(reference)s beëindigd."),
)
"""What taking it back is called of a permission: not what one agreed to ends, but what one was given."""


class TurnForm(Form):
    """The reason, and for a hand-over the colleague."""

    to = RadioField(mark("Collega"), validate_choice=False)
    words = TextAreaField(mark("Waarom?"), filters=[clean_lines])


def offered(case: Case, who: Visitor) -> list[dict[str, object]]:
    """The acts that this visitor can do with the case now, as links."""
    return [
        {
            "url": url_for("turns.take", case_id=case.id, turn=name),
            "text": say(_offer(case, name).link),
            "is_ending": offer.is_ending,
        }
        for name, offer in OFFERS.items()
        if offer.may(case, who)
    ]


def take(case_id: UUID, turn: str) -> ResponseReturnValue:
    """One act: what will happen, why, yes or no."""
    if visitor().person_id is None and case_id not in visitor().drafts:
        return sign_in_first()
    case = access.find(case_id, reader=visitor())
    offer = _offer(case, turn)
    form = TurnForm(request.form)
    form.to.choices = (
        [(str(each.id), each.name) for each in turning.colleagues(reader(), case, visitor())]
        if turn == "overdragen"
        else []
    )
    if request.method == "GET":
        return _page(case, turn, form) if offer.may(case, visitor()) else _back(case)
    words = form.words.data or ""
    if len(words) > LONGEST:
        form.words.errors = [say("Gebruik hooguit %(count)s tekens.", count=LONGEST)]
        return _page(case, turn, form), 422
    try:
        _do(case_id, turn, form, words)
    except InvalidError as fault:
        for name, sentence in fault.fields.items():
            form[name].errors = [sentence]
        return _page(case, turn, form), fault.status
    flash(say(offer.done, reference=case.reference), "done")
    reader.expire_all()
    return redirect(url_for("cases.show", case_id=case_id) if turn != "intrekken" else url_for("home.index"))


@bp.post("/<uuid:case_id>/herinneren")
def remind(case_id: UUID) -> ResponseReturnValue:
    """Remind whoever must act, now; at most once a day."""
    count = reminding.remind_now(case_id, by=visitor())
    flash(say("Wij sturen vandaag een herinnering.") if count else say("Er is niemand om te herinneren."), "done")
    return redirect(url_for("cases.show", case_id=case_id))


def _offer(case: Case, turn: str) -> Offer:
    is_permission = turn == "akkoord-intrekken" and workflow_of(case).asks_rights_holders
    return OF_A_PERMISSION if is_permission else OFFERS[turn]


def _do(case_id: UUID, turn: str, form: TurnForm, words: str) -> None:
    if (act := OFFERS[turn].act) is not None:
        act(case_id, words=words, by=visitor())
    else:
        turning.hand_over(case_id, to=_colleague(form), words=words, by=visitor())


def _colleague(form: TurnForm) -> UUID | None:
    try:
        return UUID(form.to.data or "")
    except ValueError:
        return None


def _back(case: Case) -> ResponseReturnValue:
    return redirect(url_for("cases.show", case_id=case.id))


def _page(case: Case, turn: str, form: TurnForm) -> str:
    offer, workflow = _offer(case, turn), workflow_of(case)
    form.words.label.text, form.to.label.text = say(offer.words), say("Collega")
    return render_template(
        "turns/take.html",
        case=case,
        workflow=workflow,
        turn=turn,
        offer=offer,
        what_happens=say(workflow.taken_back if turn == "akkoord-intrekken" else offer.what_happens),
        form_fields=form,
        needs_reason=_needs_reason(case, turn),
        errors=[(each.id, sentence) for each in form for sentence in each.errors],
    )


for _name in OFFERS:  # a plain name goes before that of a step; a converter would not
    bp.add_url_rule(f"/<uuid:case_id>/{_name}", "take", take, methods=["GET", "POST"], defaults={"turn": _name})


def _needs_reason(case: Case, turn: str) -> bool:
    """Whether the act refuses to be done without saying why."""
    match turn:
        case "terugsturen" | "toestemming-intrekken":
            return True
        case "afwijzen":
            return case.person_id is None
        case "intrekken":
            return case.state != CaseState.DRAFT
    return False
