"""Watches all transactions of requests, workers and commands, in every test, for the order in which locks are taken: so
none waits for another in a circle.

Whoever has changed a letter's counts holds what any signer may wait for, and takes nothing more that others hold
before. And no signature is updated twice: PostgreSQL then looks anew for the text that it refers to, and waits for
whoever revises, who may be waiting for that signature.
"""

import re

from sqlalchemy import Connection, Engine, event

_UPDATE = re.compile(r"UPDATE signature .* WHERE signature\.id ")
_HOLD = re.compile(r"(UPDATE|DELETE FROM) (signature|commitment|letter_text|letter) |FOR (NO KEY )?(UPDATE|SHARE)")
_COUNT = re.compile(r"INSERT INTO tally ")


class LockOrder:
    """What has been taken out of order, since it was last asked."""

    def __init__(self) -> None:
        self._broken: list[str] = []
        event.listen(Engine, "begin", self._begin)
        event.listen(Engine, "before_cursor_execute", self._note)

    @staticmethod
    def look_away(connection: Connection) -> None:
        """From this transaction: a test does several deeds in it."""
        connection.info.pop("counted", None)

    def broken(self) -> list[str]:
        """What was done out of order, in words; and forgets it."""
        found, self._broken = self._broken, []
        return found

    def _begin(self, connection: Connection) -> None:
        connection.info["updated"] = connection.info["counted"] = False

    def _note(self, connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if "counted" not in connection.info:
            return
        statement = " ".join(statement.split())
        if connection.info["counted"] and _HOLD.search(statement):
            self._broken.append(f"after the counts: {statement[:200]}")
        if _UPDATE.match(statement):
            if connection.info["updated"]:
                self._broken.append(f"a signature, once more: {statement[:200]}")
            connection.info["updated"] = True
        if _COUNT.match(statement):
            connection.info["counted"] = True
