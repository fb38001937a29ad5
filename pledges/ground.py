"""The ground on which both stand: the site that answers, and the worker that delivers."""

from pathlib import Path

from flask import Flask

from pledges import assets, config, db, languages, logs, security
from pledges.config import Settings
from pledges.moderation import notifying
from pledges.pledge import following
from pledges.pledge import mails as pledge_mails
from pledges.pledge.amounts import Unit, written
from pledges.signature import announcing, carrying, letter_mails, mails

ROOT = Path(__file__).resolve().parent.parent


def lay(settings: Settings) -> Flask:
    """An application that has its settings, keys, database, words and mails, and answers nothing yet."""
    logs.start()
    app = Flask(
        "pledges", template_folder=ROOT / "templates", static_folder=ROOT / "static", instance_path=str(config.INSTANCE)
    )
    app.config["PLEDGES_BASE_URL"] = settings.base_url
    app.config["PLEDGES_CONTACT"] = settings.contact
    app.extensions["pledges.settings"] = settings
    security.use(security.Keyring.from_settings(settings))
    db.start(app, settings)
    for part in (languages, assets):
        part.start(app)
    app.jinja_env.filters["amount"] = _amount
    for room in (mails, letter_mails, carrying, announcing, notifying, following, pledge_mails):
        room.register()
    return app


def _amount(smallest: int, unit: Unit, language: str | None = None) -> str:
    """An amount with its unit, as the page's language writes it."""
    return written(smallest, unit, language or languages.page_language())
