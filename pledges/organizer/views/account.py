"""Where staff sign in and out, and change their password."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user, logout_user

from pledges import clock
from pledges.db import db, transaction
from pledges.http_guard import client_network
from pledges.limits import SIGN_IN, limiter
from pledges.organizer import dismissing, signing_in
from pledges.organizer.desk import let_in, staff_only
from pledges.organizer.forms import PasswordForm, SignInForm
from pledges.organizer.models import Role
from pledges.organizer.passwords import hash_password
from pledges.organizer.signing_in import SignInRefused
from pledges.organizer.views.room import Answer, blueprint


@blueprint.get("/login")
def login() -> Answer:
    if current_user.is_authenticated:
        return redirect(url_for("moderation.letters"), 303)
    return render_template("organizer/login.html", form=SignInForm(formdata=None))


@blueprint.post("/login")
@limiter.limit(SIGN_IN)
def sign_in() -> Answer:
    form = SignInForm()
    if not form.validate():
        return render_template("organizer/login.html", form=form), 422
    given = form.credentials()
    with transaction() as session:
        signing_in.count_try(session, given.email, client_network(), now=clock.now())
    try:
        account = signing_in.sign_in(db.session(), given.email, given.password)
    except SignInRefused:
        form.password.errors = [gettext("Address and password do not belong together. Try again.")]
        return render_template("organizer/login.html", form=form), 422
    with transaction() as session:
        signing_in.welcome(session, account, client_network(), now=clock.now())
    let_in(account)
    return redirect(_next(), 303)


@blueprint.post("/logout")
def logout() -> Answer:
    if current_user.is_authenticated:
        with transaction() as session:
            dismissing.end_sessions(session, current_user.account_id)
    logout_user()
    flash(gettext("You are signed out. So is every other browser in which you had signed in."))
    return redirect(url_for("organizer.login"), 303)


@blueprint.route("/account/password", methods=["GET", "POST"])
@staff_only(*Role)
def password() -> Answer:
    form = PasswordForm()
    if request.method == "GET":
        return render_template("organizer/password.html", form=form)
    if not form.validate():
        return render_template("organizer/password.html", form=form), 422
    given = form.change()
    with transaction() as session:
        signing_in.count_try(session, current_user.email, client_network(), now=clock.now())
    try:
        account = signing_in.sign_in(db.session(), current_user.email, given.old)
    except SignInRefused:
        form.old.errors = [gettext("This is not the password you signed in with.")]
        return render_template("organizer/password.html", form=form), 422
    hashed = hash_password(given.new)
    with transaction() as session:
        signing_in.welcome(session, account, client_network(), now=clock.now())
        account = signing_in.change_password(session, account, hashed)
    let_in(account)
    flash(gettext("Your password is changed, and every other session of yours has ended."))
    return redirect(url_for("moderation.letters"), 303)


def _next() -> str:
    """Where to go after signing in: the page that asked for it, on this site only."""
    path = request.args.get("next", "")
    is_here = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if is_here else url_for("moderation.letters")
