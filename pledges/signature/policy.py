"""The letter's policy: what a confirmed signature waits for, and why."""

import re
from enum import StrEnum

from pledges.letter.models import Letter, Moderation
from pledges.signature.addresses import is_disposable
from pledges.signature.models import Signature, Words
from pledges.signature.states import Actor, Kind, State

_WEB_ADDRESS = re.compile(r"[Hh][Tt][Tt][Pp][Ss]?:|[Ww][Ww][Ww]\.|//|\w\.(?:[a-z]{2,}|[A-Z]{2,})\b")
"""A dot before two letters of one case looks like a domain; "J.R.R." and "M.Sc." do not. Who is wrongly taken for one
only waits for a moderator."""


class Flag(StrEnum):
    """Why a signature is held for a moderator, or deserves a second look."""

    WEB_ADDRESS = "web_address"
    STATEMENT = "statement"
    ORGANIZATION = "organization"
    DISPOSABLE = "disposable"
    RETURNED = "returned"
    """The same person was rejected or quarantined before, and withdrew."""


def flags_of(signature: Signature, *, returned: bool) -> list[Flag]:
    """All that a moderator should look at; the address must still be there."""
    words = signature.words
    signs = {
        Flag.WEB_ADDRESS: holds_web_address(words),
        Flag.STATEMENT: words.statement is not None,
        Flag.ORGANIZATION: signature.kind is Kind.ORGANIZATION,
        Flag.DISPOSABLE: signature.email is not None and is_disposable(signature.email),
        Flag.RETURNED: returned,
    }
    return [flag for flag, is_set in signs.items() if is_set]


def holds_web_address(words: Words) -> bool:
    """Whether a name, role or affiliation advertises an address of the web."""
    return any(_WEB_ADDRESS.search(text) for text in (words.name, words.role, words.affiliation) if text)


def rule(letter: Letter, flags: list[Flag]) -> tuple[State, Actor]:
    """Where a signature goes when it is confirmed, and who moves it there."""
    if letter.moderation is Moderation.FLAG and not flags:
        return State.APPROVED, Actor.POLICY
    return State.AWAITING, Actor.SIGNATORY
