"""Watches every request of every test for a page that is rendered while the database is held for writing: on SQLite
nobody else writes meanwhile, and whoever sends forms with mistakes would hold up those who sign.
"""

from flask import Flask, before_render_template, has_request_context
from jinja2 import Template

from pledges.db import db


class Renderings:
    """Which templates were rendered while the request was writing, since it was last asked."""

    def __init__(self) -> None:
        self._held: list[str] = []
        before_render_template.connect(self._note)

    def held(self) -> list[str]:
        """Their names; and forgets them."""
        found, self._held = self._held, []
        return found

    def _note(self, _app: Flask, template: Template, **_words: object) -> None:
        if not has_request_context():
            return
        session = db.session()
        if session.in_transaction() and session.connection().get_execution_options().get("pledges_writes"):
            self._held.append(str(template.name))
