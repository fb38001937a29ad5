"""The letters of an organizer, and their first signatories: secret links, who came, and in which order they stand."""

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.exceptions import Forbidden

from pledges import clock
from pledges.db import db, transaction
from pledges.languages import figure
from pledges.letter import inviting
from pledges.letter.models import Letter
from pledges.letter.queries import get_invitation, get_letter, list_invitations, list_letters
from pledges.organizer.desk import staff_only
from pledges.organizer.forms import InviteForm, RanksWrong, read_id, read_ranks, read_step
from pledges.organizer.models import Role
from pledges.organizer.views.room import Answer, blueprint
from pledges.signature import ranking
from pledges.signature.models import Signature


@blueprint.get("/organize/")
@staff_only(Role.ADMIN, Role.ORGANIZER)
def letters() -> Answer:
    mine = [letter for letter in list_letters(db.session()) if current_user.reaches(letter.id)]
    return render_template("organizer/letters.html", letters=mine)


@blueprint.get("/organize/<slug:slug>/first")
@staff_only(Role.ADMIN, Role.ORGANIZER)
def first(slug: str) -> Answer:
    session = db.session()
    return _page(session, _letter(session, slug), InviteForm(formdata=None))


@blueprint.post("/organize/<slug:slug>/first/invite")
@staff_only(Role.ADMIN, Role.ORGANIZER)
def invite(slug: str) -> Answer:
    form = InviteForm()
    if not form.validate():
        return _page(db.session(), _letter(db.session(), slug), form), 422
    with transaction() as session:
        inviting.invite(session, _letter(session, slug), note=form.note.data, now=clock.now())
    flash(gettext("The link is made. Whoever has it sees the draft: send it to those alone for whom it is."))
    return redirect(url_for("organizer.first", slug=slug), 303)


@blueprint.get("/organize/<slug:slug>/first/invite")
@blueprint.get("/organize/<slug:slug>/first/rank")
@staff_only(Role.ADMIN, Role.ORGANIZER)
def first_sent_to(slug: str) -> Answer:
    """As `signature.views.returning`."""
    return redirect(url_for("organizer.first", slug=slug), 303)


@blueprint.post("/organize/<slug:slug>/first/revoke")
@staff_only(Role.ADMIN, Role.ORGANIZER)
def revoke(slug: str) -> Answer:
    with transaction() as session:
        letter = _letter(session, slug)
        invitation = get_invitation(session, letter, read_id(request.form.get("invitation", "")))
        inviting.revoke(session, invitation, now=clock.now())
    flash(gettext("The link is revoked. Who came by it stays."))
    return redirect(url_for("organizer.first", slug=slug), 303)


@blueprint.post("/organize/<slug:slug>/first/rank")
@staff_only(Role.ADMIN, Role.ORGANIZER)
def rank(slug: str) -> Answer:
    try:
        ranks, step = read_ranks(request.form), read_step(request.form)
    except RanksWrong as mistake:
        return _page(db.session(), _letter(db.session(), slug), InviteForm(formdata=None), wrong=mistake.ids), 422
    with transaction() as session:
        letter = _letter(session, slug)
        ranking.arrange(session, letter, ranks, step=step)
        shared = ranking.shared_places(ranking.list_invited(session, letter))
    if step is None:
        _tell(shared)
    return redirect(url_for("organizer.first", slug=slug), 303)


def _tell(shared: Sequence[int]) -> None:
    flash(gettext("The places are saved."))
    if shared:
        places = ", ".join(figure(place) for place in shared)
        flash(gettext("Given more than once: %(places)s. Those who share a place stand by time.", places=places))


def _letter(session: Session, slug: str) -> Letter:
    letter = get_letter(session, slug)
    if not current_user.reaches(letter.id):
        raise Forbidden
    return letter


def _page(session: Session, letter: Letter, form: InviteForm, *, wrong: frozenset[int] = frozenset()) -> str:
    invitations, signatures = list_invitations(session, letter), ranking.list_invited(session, letter)
    return render_template(
        "organizer/first.html",
        letter=letter,
        form=form,
        wrong={signature.id: _mistake(signature) for signature in signatures if signature.id in wrong},
        invitations=invitations,
        tokens={found.id: inviting.first_token(found.id, since=found.created_at) for found in invitations},
        notes={found.id: found.note for found in invitations},
        signatures=signatures,
    )


def _mistake(signature: Signature) -> dict[str, str]:
    """What is to mend in the place of one, for the summary above and beside the field itself."""
    return {
        "id": f"rank-{signature.id}",
        "label": gettext("Place of %(name)s", name=signature.name or gettext("(name not shown)")),
        "message": gettext("A place is a whole number from 1 to 9999, or nothing."),
    }
