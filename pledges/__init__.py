"""Pledges: open letters, the signatures under them, and what becomes of their promises."""

import os
from pathlib import Path

from flask import Flask

from pledges import (
    assets,
    cli,
    config,
    db,
    door,
    http_errors,
    http_guard,
    languages,
    limits,
    observing,
    other_sites,
    paths,
    security,
)
from pledges.api import views as api_views
from pledges.config import Settings
from pledges.letter import views as letter_views
from pledges.letter.at_hand import LettersAtHand
from pledges.mail import views as mail_views
from pledges.moderation import notifying
from pledges.moderation import views as moderation_views
from pledges.organizer import desk
from pledges.organizer import views as organizer_views
from pledges.pledge import following
from pledges.pledge import mails as pledge_mails
from pledges.pledge import views as pledge_views
from pledges.pledge.at_hand import PledgesAtHand
from pledges.signature import announcing, carrying, letter_mails, mails
from pledges.signature import views as signature_views
from pledges.widget import views as widget_views

ROOMS = (
    letter_views, signature_views, pledge_views, moderation_views, organizer_views, mail_views, api_views, widget_views,
)  # fmt: skip
ROOT = Path(__file__).resolve().parent.parent


def create_app(settings: Settings | None = None) -> Flask:
    """The application; without `settings` they are read from the environment. Raises SettingWrong."""
    settings = settings or config.read(os.environ)
    app = Flask(
        __name__, template_folder=ROOT / "templates", static_folder=ROOT / "static", instance_path=str(config.INSTANCE)
    )
    app.config["PLEDGES_BASE_URL"] = settings.base_url
    app.extensions["pledges.settings"] = settings
    app.extensions["pledges.letters"] = LettersAtHand()
    app.extensions["pledges.pledges"] = PledgesAtHand()
    security.use(security.Keyring.from_settings(settings))
    db.start(app, settings)
    for part in (http_guard, limits, desk, observing, mail_views):
        part.start(app, settings)
    for part in (paths, languages, assets, http_errors, other_sites, cli, api_views):
        part.start(app)
    for room in (mails, letter_mails, carrying, announcing, notifying, following, pledge_mails):
        room.register()
    for views in ROOMS:
        app.register_blueprint(views.blueprint)
    desk.exempt(signature_views.blueprint, pledge_views.blueprint)
    door.start(app, settings)
    return app
