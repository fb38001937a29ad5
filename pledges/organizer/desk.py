"""The door to staff pages: who is signed in, and what the role allows."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import NoReturn, ParamSpec, TypeVar

from flask import Blueprint, Flask, Response, abort, flash, redirect, request, session, url_for
from flask_babel import gettext
from flask_login import LoginManager, UserMixin, current_user, login_user
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response as AnyResponse

from pledges.config import Settings
from pledges.db import db
from pledges.organizer import queries
from pledges.organizer.models import Account, Role

P = ParamSpec("P")
R = TypeVar("R")

SESSION_LASTS = timedelta(hours=12)
SIGN_IN = "organizer.sign_in"


class SignedOut(CSRFError):  # type: ignore[misc] # untyped base
    """A form of staff came without its token, from nobody who is signed in: the session is over, and its token with
    it.
    """


class StaffForms(CSRFProtect):  # type: ignore[misc] # untyped base
    """Tells a session that is over from a form that was open for too long."""

    def _error_response(self, reason: str) -> NoReturn:
        if request.endpoint != SIGN_IN and not current_user.is_authenticated:
            raise SignedOut(reason)
        raise CSRFError(reason)


class StaffLogin(LoginManager):  # type: ignore[misc] # untyped base
    """No remember-me cookie: so public answers need not depend on a cookie."""

    def _update_remember_cookie(self, response: Response) -> Response:
        return response


class Staff(UserMixin):  # type: ignore[misc] # untyped base
    """A signed-in account, and the letters to which it is limited."""

    def __init__(self, account: Account, limits: frozenset[int]) -> None:
        self.account_id = account.id
        self.email = account.email
        self.role = account.role
        self.stamp = account.session_stamp
        self._limits = limits

    def get_id(self) -> str:
        return f"{self.account_id}.{self.stamp}"

    @property
    def is_limited(self) -> bool:
        return bool(self._limits)

    def reaches(self, letter_id: int) -> bool:
        return not self._limits or letter_id in self._limits


csrf = StaffForms()
login_manager = StaffLogin()


def start(app: Flask, settings: Settings) -> None:
    """Puts the door in: sessions signed with the newest key, forms of staff with a token."""
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SECRET_KEY_FALLBACKS=list(settings.secret_key_fallbacks),
        PERMANENT_SESSION_LIFETIME=SESSION_LASTS,
        WTF_CSRF_TIME_LIMIT=int(SESSION_LASTS.total_seconds()),
        WTF_CSRF_SSL_STRICT=False,  # the origin is checked for every form, by http_guard
    )
    login_manager.init_app(app, add_context_processor=False)
    app.jinja_env.globals["current_user"] = current_user  # looked up only where a page asks: public ones see no session
    login_manager.user_loader(_load)
    login_manager.unauthorized_handler(_send_to_login)
    csrf.init_app(app)


def exempt(*blueprints: Blueprint) -> None:
    """Public forms carry no token: their pages are the same for everyone, and http_guard checks their origin."""
    for blueprint in blueprints:
        csrf.exempt(blueprint)


def let_in(account: Account) -> None:
    """Opens a session for the account, under a new cookie."""
    session.clear()
    session.permanent = True
    login_user(Staff(account, frozenset()))


def staff_only(*roles: Role) -> Callable[[Callable[P, R]], Callable[P, R | AnyResponse]]:
    """Guards a staff page: only accounts of these roles may see it, and no cache keeps it."""

    def guard(view: Callable[P, R]) -> Callable[P, R | AnyResponse]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R | AnyResponse:
            if not current_user.is_authenticated:
                return login_manager.unauthorized()  # type: ignore[no-any-return] # untyped there
            if current_user.role not in roles:
                abort(403)
            return view(*args, **kwargs)

        guarded.staff_roles = roles  # type: ignore[attr-defined] # read by the test that every staff page is guarded
        return guarded

    return guard


def _load(session_id: str) -> Staff | None:
    account_id, _, stamp = session_id.partition(".")
    account = queries.find_account(db.session(), int(account_id)) if account_id.isdecimal() else None
    if account is None or account.session_stamp != stamp:
        return None
    return Staff(account, queries.list_limits(db.session(), account))


def _send_to_login() -> AnyResponse:
    if request.method != "GET":
        flash(gettext("You had been signed out. Sign in, and do it again."))
        return redirect(sign_in_path(), 303)
    return redirect(url_for("organizer.login", next=request.full_path.rstrip("?")), 303)


def sign_in_path() -> str:
    """To where one signs in, and from there back to the page whose form was sent, if it was one of ours."""
    _scheme, _, page = (request.referrer or "").partition("://")
    own = page.removeprefix(request.host) if page.startswith(f"{request.host}/") else None
    return url_for("organizer.login", next=own)
