"""The site: everything that answers requests, on the ground that it shares with the worker."""

from flask import Flask

from pledges import answering, cli, door, ground, http_guard, limits, observing, other_sites, paths
from pledges.api import views as api_views
from pledges.config import Settings
from pledges.letter import views as letter_views
from pledges.letter.at_hand import LettersAtHand
from pledges.mail import views as mail_views
from pledges.moderation import views as moderation_views
from pledges.organizer import desk
from pledges.organizer import views as organizer_views
from pledges.pledge import views as pledge_views
from pledges.pledge.at_hand import PledgesAtHand
from pledges.signature import views as signature_views
from pledges.widget import views as widget_views

ROOMS = (
    letter_views, signature_views, pledge_views, moderation_views, organizer_views, mail_views, api_views, widget_views,
)  # fmt: skip


def build(settings: Settings) -> Flask:
    """The whole application."""
    app = ground.lay(settings)
    app.extensions["pledges.letters"] = LettersAtHand()
    app.extensions["pledges.pledges"] = PledgesAtHand()
    for part in (http_guard, limits, desk, observing, mail_views):
        part.start(app, settings)
    for part in (paths, answering, other_sites, cli, api_views):
        part.start(app)
    for views in ROOMS:
        app.register_blueprint(views.blueprint)
    desk.exempt(signature_views.blueprint, pledge_views.blueprint)
    door.start(app, settings)
    return app
