"""Watches every request of every test for a page that is rendered while the database is held for writing: on SQLite
nobody else writes meanwhile, and whoever sends forms with mistakes would hold up those who sign.
"""

import threading

from flask import Flask, before_render_template, has_request_context
from jinja2 import Template
from sqlalchemy import Connection, Engine, event


class Renderings:
    """Which templates were rendered while their thread was writing, since it was last asked."""

    def __init__(self) -> None:
        self._held: list[str] = []
        self._here = threading.local()
        event.listen(Engine, "begin", self._begin)
        event.listen(Engine, "commit", self._end)
        event.listen(Engine, "rollback", self._end)
        before_render_template.connect(self._note)

    def held(self) -> list[str]:
        """Their names; and forgets them."""
        found, self._held = self._held, []
        return found

    def _begin(self, connection: Connection) -> None:
        self._here.writes = bool(connection.get_execution_options().get("pledges_writes"))

    def _end(self, _connection: Connection) -> None:
        self._here.writes = False

    def _note(self, _app: Flask, template: Template, **_words: object) -> None:
        if has_request_context() and getattr(self._here, "writes", False):
            self._held.append(str(template.name))
