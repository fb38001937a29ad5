"""The moderators' pages: letters with names waiting, the queue, and what was decided."""

from typing import TypeAlias

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response

from pledges import clock
from pledges.db import db, transaction
from pledges.letter.models import Letter
from pledges.letter.queries import get_letter, list_letters
from pledges.moderation import deciding
from pledges.moderation.deciding import Outcome
from pledges.moderation.forms import Choice, Decision, DecisionForm, RevisionForm
from pledges.organizer.desk import staff_only
from pledges.organizer.models import Role
from pledges.signature import queries
from pledges.tally.queries import list_figures

PAGE = 100
NAMED = 8
"""How many names a message tells: it travels in a cookie."""

blueprint = Blueprint("moderation", __name__, url_prefix="/moderation")

Answer: TypeAlias = Response | str | tuple[str, int]


@blueprint.get("/")
@staff_only(*Role)
def letters() -> Answer:
    session = db.session()
    mine = [letter for letter in list_letters(session) if current_user.reaches(letter.id)]
    waiting = queries.count_waiting(session)
    mine.sort(key=lambda letter: -waiting.get(letter.id, 0))
    figures = list_figures(session, mine)
    return render_template("moderation/letters.html", letters=mine, waiting=waiting, figures=figures)


@blueprint.get("/<slug:slug>")
@staff_only(*Role)
def queue(slug: str) -> Answer:
    session = db.session()
    return _queue_page(session, _letter(session, slug), DecisionForm(formdata=None))


@blueprint.post("/<slug:slug>/decide")
@staff_only(*Role)
def decide(slug: str) -> Answer:
    form = DecisionForm()
    with transaction() as session:
        letter = _letter(session, slug)
        if not form.validate():
            return _queue_page(session, letter, form), 422
        outcome = _decide(session, letter, form.choice())
    _tell(outcome, form.choice().decision)
    return redirect(url_for("moderation.queue", slug=slug), 303)


@blueprint.get("/<slug:slug>/decided")
@staff_only(*Role)
def decided(slug: str) -> Answer:
    session = db.session()
    return _decided_page(session, _letter(session, slug), RevisionForm(formdata=None))


@blueprint.post("/<slug:slug>/revise")
@staff_only(*Role)
def revise(slug: str) -> Answer:
    form = RevisionForm()
    with transaction() as session:
        letter = _letter(session, slug)
        if not form.validate():
            return _decided_page(session, letter, form), 422
        outcome = _decide(session, letter, form.choice())
    _tell(outcome, form.choice().decision)
    return redirect(url_for("moderation.decided", slug=slug), 303)


def _letter(session: Session, slug: str) -> Letter:
    letter = get_letter(session, slug)
    if not current_user.reaches(letter.id):
        raise Forbidden
    return letter


def _decide(session: Session, letter: Letter, choice: Choice) -> Outcome:
    who, now = current_user.account_id, clock.now()
    match choice.decision:
        case Decision.APPROVE:
            return deciding.approve(session, letter, choice.ids, account_id=who, now=now)
        case Decision.REJECT:
            return deciding.reject(session, letter, choice.ids, reason=choice.reason, account_id=who, now=now)
        case Decision.TAKE_BACK:
            return deciding.take_back(session, letter, choice.ids[0], account_id=who, now=now)
        case Decision.REMOVE:
            return deciding.remove(session, letter, choice.ids[0], reason=choice.reason, account_id=who, now=now)


def _tell(outcome: Outcome, decision: Decision) -> None:
    count = len(outcome.decided)
    if count:
        flash(
            {
                Decision.APPROVE: ngettext("%(num)d name approved.", "%(num)d names approved.", count),
                Decision.REJECT: ngettext("%(num)d name rejected.", "%(num)d names rejected.", count),
                Decision.TAKE_BACK: gettext("The name waits in the queue again."),
                Decision.REMOVE: gettext("The name is taken off the list and the count."),
            }[decision]
        )
    if outcome.overtaken:
        named = [f"{(s.words.name or gettext('(withdrawn)'))[:40]}: {s.state}" for s in outcome.overtaken[:NAMED]]
        others = ", ".join(named) + (" …" if len(outcome.overtaken) > NAMED else "")
        flash(gettext("Somebody else was quicker; nothing was changed for: %(others)s", others=others))


def _queue_page(session: Session, letter: Letter, form: DecisionForm) -> str:
    signatures, after = queries.list_waiting(session, letter, after=request.args.get("after"), limit=PAGE)
    return render_template(
        "moderation/queue.html",
        letter=letter,
        form=form,
        signatures=signatures,
        after=after,
        waiting=queries.count_waiting(session).get(letter.id, 0),
        all_chosen=request.args.get("choose") == "all",
    )


def _decided_page(session: Session, letter: Letter, form: DecisionForm) -> str:
    signatures, after = queries.list_decided(session, letter, after=request.args.get("after"), limit=PAGE)
    history = queries.list_histories(session, [signature.id for signature in signatures])
    return render_template(
        "moderation/decided.html", letter=letter, form=form, signatures=signatures, after=after, history=history
    )
