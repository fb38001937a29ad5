"""A proof of work for whoever signs in a rush: the ALTCHA scheme, bound to a letter, good once and for a while.

A number up to `MOST` was drawn, and its SHA-256 behind a salt is the challenge: to find it takes some ten thousand
hashes, a moment of one person's browser and much time of whoever signs by the thousand. Nothing is stored until a
challenge is used: what it says of itself is signed.
"""

import base64
import hashlib
import json
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from pledges import allowance
from pledges.letter.models import Letter
from pledges.security import keyring

ALGORITHM = "SHA-256"
MOST = 50_000
"""On average half of it is tried: half a second on a laptop, one or two on a phone."""

LASTS = timedelta(minutes=20)
LONGEST_ANSWER = 2000
PURPOSE = "proof of work"

_HEXADECIMAL = re.compile(r"[0-9a-f]{64}\Z")
_SALT = re.compile(r"[0-9a-f]{24}\?expires=([0-9]{1,12})&letter=([0-9]{1,18})&\Z")
"""It ends in `&`: else the number's first digits could be taken for the end of the salt."""


class Proof(StrEnum):
    """What a submission has to show for itself."""

    NOT_ASKED = "not_asked"
    SOLVED = "solved"
    UNSOLVED = "unsolved"
    """The challenge came back without its solution, as from a browser without script."""
    MISSING = "missing"


@dataclass(frozen=True)
class Challenge:
    """What a browser is asked; `json` has the field names of ALTCHA."""

    algorithm: str
    challenge: str
    maxnumber: int
    salt: str
    signature: str

    @property
    def json(self) -> str:
        """The challenge as the page carries it."""
        return json.dumps(asdict(self))


def issue(letter_id: int, *, now: datetime) -> Challenge:
    """A fresh challenge for signing this letter."""
    expires = int((now + LASTS).timestamp())
    salt = f"{secrets.token_hex(12)}?expires={expires}&letter={letter_id}&"
    challenge = _hash(salt, secrets.randbelow(MOST + 1))
    return Challenge(ALGORITHM, challenge, MOST, salt, keyring().sign(PURPOSE, challenge + salt))


def weigh(
    session: Session,
    letter: Letter,
    *,
    solution: str,
    challenge: str,
    is_rush: Callable[[], bool],
    now: datetime,
) -> Proof:
    """Whether a submission may go in, and how: it is asked for a proof only where the letter wants one and in a rush.

    What is sent must be good, rush or not, and is used up in this transaction: `solution` as ALTCHA sends it, or the
    `challenge` alone as the page carried it. What is expired, meant for another letter, changed or used is MISSING.
    """
    if letter.challenge_above is None:
        return Proof.NOT_ASKED
    if not (solution or challenge):
        return Proof.MISSING if is_rush() else Proof.NOT_ASKED
    answer = _read(_decode(solution) if solution else challenge)
    if not _is_ours(answer, letter.id, now) or (solution and not _is_solved(answer)):
        return Proof.MISSING
    digest = keyring().digest(PURPOSE, answer["challenge"])
    if not allowance.take(session, digest, limit=1, window=allowance.LONGEST_WINDOW, now=now):
        return Proof.MISSING
    return Proof.SOLVED if solution else Proof.UNSOLVED


def _is_ours(answer: Mapping[str, Any], letter_id: int, now: datetime) -> bool:
    """Whether we asked this, of who signs this letter, not long ago. The salt is signed, too: a challenge that comes
    back unsolved proves it by nothing else.
    """
    asked, salt, signature = (answer.get(key) for key in ("challenge", "salt", "signature"))
    if not all(isinstance(value, str) and _HEXADECIMAL.match(value) for value in (asked, signature)):
        return False
    said = _SALT.match(salt) if isinstance(salt, str) else None
    return (
        answer.get("algorithm") == ALGORITHM
        and said is not None
        and int(said[1]) > now.timestamp()
        and int(said[2]) == letter_id
        and keyring().has_signed(PURPOSE, f"{asked}{salt}", str(signature))
    )


def _is_solved(answer: Mapping[str, Any]) -> bool:
    number = answer.get("number")
    in_range = type(number) is int and 0 <= number <= MOST
    return in_range and answer["challenge"] == _hash(answer["salt"], number)


def _hash(salt: str, number: Any) -> str:
    return hashlib.sha256(f"{salt}{number}".encode()).hexdigest()


def _decode(solution: str) -> str:
    try:
        return base64.b64decode(solution[: LONGEST_ANSWER + 1], validate=True).decode()
    except ValueError:
        return ""


def _read(text: str) -> Mapping[str, Any]:
    """What the JSON says; nothing where it is none."""
    try:
        answer = json.loads(text) if len(text) <= LONGEST_ANSWER else None
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}
