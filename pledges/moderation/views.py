"""The moderators' pages: letters with names waiting, the queue, and what was decided."""

from typing import Any, TypeAlias

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response

from pledges import clock
from pledges.db import db, transaction
from pledges.letter.models import Letter
from pledges.letter.queries import get_letter, list_letters
from pledges.moderation import deciding, judging
from pledges.moderation.deciding import Outcome
from pledges.moderation.forms import (
    OF_REPORTS,
    OF_STATEMENTS,
    REPORT_DECISIONS,
    Choice,
    Decision,
    DecisionForm,
    ReportsForm,
    RevisionForm,
)
from pledges.moderation.page import tell, tell_of_reports, told
from pledges.organizer.desk import staff_only
from pledges.organizer.models import Role
from pledges.pledge import reading
from pledges.signature import desk, queries, statements
from pledges.tally.queries import list_figures

PAGE = 100

blueprint = Blueprint("moderation", __name__, url_prefix="/moderation")

Answer: TypeAlias = Response | str | tuple[str, int]


@blueprint.get("/")
@staff_only(*Role)
def letters() -> Answer:
    session = db.session()
    mine = [letter for letter in list_letters(session) if current_user.reaches(letter.id)]
    counts = (desk.count_waiting(session), statements.count_unread(session), reading.count_unread(session))
    waiting = {letter.id: [count.get(letter.id, 0) for count in counts] for letter in mine}
    mine.sort(key=lambda letter: -sum(waiting[letter.id]))
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
    if request.form.get("decision") in REPORT_DECISIONS:
        return _judge(slug)
    form = DecisionForm()
    if not form.validate():
        return _queue_page(db.session(), _letter(db.session(), slug), form), 422
    with transaction() as session:
        outcome = _decide(session, _letter(session, slug), form.choice())
    tell(outcome, form.choice())
    return redirect(url_for("moderation.queue", slug=slug), 303)


def _judge(slug: str) -> Answer:
    form, is_list = ReportsForm(), request.args.get("from") == "reports"
    if not form.validate():
        page = _reports_page if is_list else _queue_page
        return page(db.session(), _letter(db.session(), slug), form), 422
    with transaction() as session:
        letter = _letter(session, slug)
        choice = form.choice()
        how: dict[str, Any] = {"account_id": current_user.account_id, "now": clock.now(), "seen": choice.seen}
        if choice.decision in OF_REPORTS:
            old, new = OF_REPORTS[choice.decision]
            judgement = judging.judge_reports(session, letter, choice.ids, old, new, **how)
        else:
            source = choice.reason if choice.decision is Decision.CHECK_REPORT else None
            judgement = judging.check_reports(session, letter, choice.ids, source, **how)
    tell_of_reports(judgement, choice.decision)
    return _to_where_it_stands(slug)


@blueprint.get("/<slug:slug>/decide")
@staff_only(*Role)
def decided_at(slug: str) -> Answer:
    """As `signature.views.returning`."""
    return _to_where_it_stands(slug)


def _to_where_it_stands(slug: str) -> Response:
    """To the page whose form is sent here."""
    if request.args.get("from") == "reports":
        return redirect(url_for("moderation.reports", slug=slug, after=request.args.get("after")), 303)
    return redirect(url_for("moderation.queue", slug=slug), 303)


@blueprint.get("/<slug:slug>/reports")
@staff_only(*Role)
def reports(slug: str) -> Answer:
    session = db.session()
    return _reports_page(session, _letter(session, slug), ReportsForm(formdata=None))


@blueprint.get("/<slug:slug>/decided")
@staff_only(*Role)
def decided(slug: str) -> Answer:
    session = db.session()
    return _decided_page(session, _letter(session, slug), RevisionForm(formdata=None))


@blueprint.post("/<slug:slug>/revise")
@staff_only(*Role)
def revise(slug: str) -> Answer:
    form = RevisionForm()
    if not form.validate():
        return _decided_page(db.session(), _letter(db.session(), slug), form), 422
    with transaction() as session:
        outcome = _decide(session, _letter(session, slug), form.choice())
    tell(outcome, form.choice())
    return redirect(url_for("moderation.decided", slug=slug, after=request.args.get("after")), 303)


@blueprint.get("/<slug:slug>/revise")
@staff_only(*Role)
def revised_at(slug: str) -> Answer:
    """As `signature.views.returning`."""
    return redirect(url_for("moderation.decided", slug=slug, after=request.args.get("after")), 303)


def _letter(session: Session, slug: str) -> Letter:
    letter = get_letter(session, slug)
    if not current_user.reaches(letter.id):
        raise Forbidden
    return letter


def _decide(session: Session, letter: Letter, choice: Choice) -> Outcome:
    who, now, ids = current_user.account_id, clock.now(), choice.ids
    match choice.decision:
        case Decision.APPROVE:
            return deciding.approve(session, letter, ids, account_id=who, now=now, seen=choice.seen)
        case Decision.APPROVE_NAME:
            return deciding.approve_name(session, letter, ids, account_id=who, now=now, seen=choice.seen)
        case Decision.REJECT:
            return deciding.reject(
                session, letter, ids, reason=choice.reason, account_id=who, now=now, seen=choice.seen
            )
        case Decision.TAKE_BACK:
            return deciding.take_back(session, letter, ids[0], account_id=who, now=now)
        case Decision.REMOVE:
            return deciding.remove(session, letter, ids[0], reason=choice.reason, account_id=who, now=now)
    old, new = OF_STATEMENTS[choice.decision]
    return deciding.judge_statements(
        session, letter, ids, old, new, reason=choice.reason, account_id=who, now=now, seen=choice.seen
    )


def _queue_page(session: Session, letter: Letter, form: DecisionForm) -> str:
    """Names, sentences and reports that wait; the form that comes back is that of one of them."""
    is_of_reports = isinstance(form, ReportsForm)
    signatures, after = desk.list_waiting(session, letter, after=request.args.get("after"), limit=PAGE)
    unread, after_unread = statements.list_unread(session, letter, after=request.args.get("unread"), limit=PAGE)
    reports, after_reports = reading.list_unread(session, letter, after=request.args.get("reports"), limit=PAGE)
    return render_template(
        "moderation/queue.html",
        notices=told(session, letter),
        letter=letter,
        form=DecisionForm(formdata=None) if is_of_reports else form,
        signatures=signatures,
        after=after,
        unread=unread,
        after_unread=after_unread,
        sentences=statements.count_unread(session).get(letter.id, 0),
        waiting=desk.count_waiting(session).get(letter.id, 0),
        reports=reports,
        after_reports=after_reports,
        reports_waiting=reading.count_unread(session).get(letter.id, 0),
        reports_form=form if is_of_reports else ReportsForm(formdata=None),
        all_chosen=request.args.get("choose") == "all",
        now=clock.now(),
    )


def _reports_page(session: Session, letter: Letter, form: ReportsForm) -> str:
    rows, after = reading.list_reported(session, letter, after=request.args.get("after"), limit=PAGE)
    return render_template("moderation/reports.html", letter=letter, form=form, rows=rows, after=after, now=clock.now())


def _decided_page(session: Session, letter: Letter, form: DecisionForm) -> str:
    """Each row has a field for a reason of its own; what is wrong leads to that of the row that was sent."""
    if form.signature.data:
        form.reason.id = f"reason-{form.signature.data[0]}"
    signatures, after = desk.list_decided(session, letter, after=request.args.get("after"), limit=PAGE)
    history = queries.list_histories(session, [signature.id for signature in signatures])
    return render_template(
        "moderation/decided.html",
        notices=told(session, letter),
        letter=letter,
        form=form,
        signatures=signatures,
        after=after,
        history=history,
    )
