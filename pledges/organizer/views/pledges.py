"""The pledges of a letter for its organizer: figures, export, a nudge, and import of what was delivered."""

from collections.abc import Iterator

from flask import Response as Streamed
from flask import flash, redirect, render_template, request, stream_with_context, url_for
from flask_babel import gettext, ngettext
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.exceptions import Forbidden

from pledges import clock
from pledges.db import db, take_time, transaction
from pledges.languages import figure
from pledges.letter.models import Letter
from pledges.letter.queries import get_letter
from pledges.organizer.desk import staff_only
from pledges.organizer.forms import DeliveriesForm
from pledges.organizer.models import Role
from pledges.organizer.views.room import Answer, blueprint
from pledges.pledge import deliveries, exporting, nudging, tracking
from pledges.pledge.deliveries import Imported
from pledges.pledge.queries import get_pledge
from pledges.problems import FileTooLarge

LARGEST_FILE = 4 * 1024 * 1024


@blueprint.url_value_preprocessor
def take_files(endpoint: str | None, _values: object) -> None:
    """A file of deliveries may be larger than any form; a part of it that is read at once, too."""
    if endpoint == "organizer.import_deliveries":
        request.max_content_length = request.max_form_memory_size = LARGEST_FILE
        if (request.content_length or 0) > LARGEST_FILE:
            raise FileTooLarge(LARGEST_FILE // 1024 // 1024)


@blueprint.get("/organize/<slug:slug>/pledges")
@staff_only(Role.ADMIN, Role.ORGANIZER)
def pledges(slug: str) -> Answer:
    session = db.session()
    return _page(session, _letter(session, slug))


@blueprint.get("/organize/<slug:slug>/pledges.csv")
@staff_only(Role.ADMIN, Role.ORGANIZER)
def export_pledges(slug: str) -> Answer:
    letter = _letter(db.session(), slug)
    answer = Streamed(stream_with_context(_exported(letter)), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f"attachment; filename={slug}-pledges.csv"
    return answer


@blueprint.get("/organize/<slug:slug>/pledges/nudge")
@staff_only(Role.ADMIN, Role.ORGANIZER)
def nudge(slug: str) -> Answer:
    session = db.session()
    letter = _letter(session, slug)
    pledge = get_pledge(session, letter, request.args.get("pledge", ""))
    now = clock.now()
    silent = nudging.count_silent(session, pledge, now=now) if nudging.may_nudge(pledge, now=now) else None
    return render_template("organizer/nudge.html", letter=letter, pledge=pledge, silent=silent, now=now)


@blueprint.post("/organize/<slug:slug>/pledges/nudge")
@staff_only(Role.ADMIN, Role.ORGANIZER)
def ask_all(slug: str) -> Answer:
    with transaction() as session:
        take_time(session)
        pledge = get_pledge(session, _letter(session, slug), request.form.get("pledge", ""))
        asked = nudging.nudge(session, pledge, now=clock.now())
    flash(ngettext("%(n)s signatory is asked.", "%(n)s signatories are asked.", asked, n=figure(asked)))
    return redirect(url_for("organizer.pledges", slug=slug), 303)


@blueprint.post("/organize/<slug:slug>/pledges/import")
@staff_only(Role.ADMIN, Role.ORGANIZER)
def import_deliveries(slug: str) -> Answer:
    form = DeliveriesForm()
    lines = deliveries.read_lines(form.text())
    if not lines:
        form.file.errors = [gettext("Choose a CSV file in UTF-8 with at least one line.")]
        return _page(db.session(), _letter(db.session(), slug), form=form), 422
    with transaction() as session:
        imported = deliveries.import_deliveries(session, _letter(session, slug), lines, now=clock.now())
    return _page(db.session(), _letter(db.session(), slug), imported=imported)


@blueprint.get("/organize/<slug:slug>/pledges/import")
@staff_only(Role.ADMIN, Role.ORGANIZER)
def imported_at(slug: str) -> Answer:
    """As `signature.views.returning`."""
    return redirect(url_for("organizer.pledges", slug=slug), 303)


def _exported(letter: Letter) -> Iterator[str]:
    """Line by line; the connection is given back at the end, which is later than the request's."""
    try:
        yield from exporting.iterate_csv(db.session(), letter)
    finally:
        db.session.remove()


def _letter(session: Session, slug: str) -> Letter:
    letter = get_letter(session, slug)
    if not current_user.reaches(letter.id):
        raise Forbidden
    return letter


def _page(
    session: Session, letter: Letter, *, imported: Imported | None = None, form: DeliveriesForm | None = None
) -> str:
    now = clock.now()
    standings = tracking.list_standings(session, letter, now=now)
    return render_template(
        "organizer/pledges.html",
        letter=letter,
        standings=standings,
        may_nudge={s.pledge.id: nudging.may_nudge(s.pledge, now=now) and s.is_undecided for s in standings},
        imported=imported,
        form=form or DeliveriesForm(formdata=None),
    )
