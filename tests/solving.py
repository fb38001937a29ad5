"""A browser's part in a proof of work, and an attacker's."""

import base64
import hashlib
import json
from typing import Any

from tests.people import Visitor

ABOVE = 3
"""How many may sign in a minute before it is a rush."""


def asked(visitor: Visitor) -> dict[str, Any]:
    """The challenge that the page carries."""
    found: dict[str, Any] = json.loads(str(visitor.page.select_one("[data-challenge]")["data-challenge"]))
    return found


def solve(challenge: dict[str, Any]) -> dict[str, Any]:
    """What ALTCHA's own solvers answer."""
    number = next(
        number
        for number in range(challenge["maxnumber"] + 1)
        if hashlib.sha256(f"{challenge['salt']}{number}".encode()).hexdigest() == challenge["challenge"]
    )
    return {**{key: challenge[key] for key in ("algorithm", "challenge", "salt", "signature")}, "number": number}


def encoded(answer: object) -> str:
    """As the form's field `altcha` holds it."""
    return base64.b64encode(json.dumps(answer).encode()).decode()
