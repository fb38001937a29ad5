"""The letter's policy: what a confirmed signature waits for, and why."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from unicodedata import normalize

from pledges.letter.models import Letter, Moderation
from pledges.security import keyring
from pledges.signature import vouching
from pledges.signature.addresses import is_disposable
from pledges.signature.models import Signature
from pledges.signature.organizations import is_mail_elsewhere
from pledges.signature.states import Actor, Kind, State
from pledges.signature.words import Words

_WEB_ADDRESS = re.compile(
    r"[Hh][Tt][Tt][Pp][Ss]?:|[Ww][Ww][Ww]\.|//|\w\.(?:[a-z]{2,}|[A-Z]{2,})\b"
    r"|(?<!\w)(?!(?:Prof|Dipl|Habil|Pater)\.)[^\W_][\w-]{2,}\.[^\W\d_]{2,}\b"
    r"|\w\.[^\W\d_]{2,}[/?#:]"
)
"""A dot before two letters of one case, behind three letters of any script, or with a path behind it looks like a
domain; "J.R.R.", "M.Sc." and "Prof.Dr." do not. Who is wrongly taken for one only waits for a moderator."""
_DOTS = str.maketrans("。｡．", "...")


class Flag(StrEnum):
    """Why a signature is held for a moderator, or deserves a second look."""

    WEB_ADDRESS = "web_address"
    OWN_DOMAIN = "own_domain"
    """The affiliation is the domain of the mail address, and none that the letter lists: true, and an advertisement."""
    ORGANIZATION = "organization"
    MAIL_ELSEWHERE = "mail_elsewhere"
    """The mail address of an organization is not of its website's domain."""
    DISPOSABLE = "disposable"
    RETURNED = "returned"
    """One of the same mailbox, for whomever it signed, was rejected or quarantined before, and withdrew."""
    TRAPPED = "trapped"
    """A field that only programs fill was filled."""
    UNPROVEN = "unproven"
    """Signed in a rush without the proof of work that was asked for."""
    MANY_FROM_NETWORK = "many_from_network"
    REWORDED = "reworded"
    """Had been let through, and was given another role or affiliation on the own page."""


MANY = 20
"""More than so many signatures from one network at about the same time are many."""

SPAM = frozenset({Flag.WEB_ADDRESS, Flag.DISPOSABLE, Flag.MANY_FROM_NETWORK})
"""Each of these befalls honest people; two of them together, hardly anyone."""

OPEN = frozenset({Flag.ORGANIZATION, Flag.MAIL_ELSEWHERE})
"""What a signatory may be told; the others would show a forger where the rules lie."""


@dataclass(frozen=True)
class Origin:
    """What is known of a submission beside what was written."""

    network: str | None = None
    """The network that it came from; never stored as it is."""
    flags: frozenset[Flag] = frozenset()
    """What was noticed while it came in."""

    def network_digest(self, letter_id: int) -> bytes | None:
        """Tells what came from one network; another letter's digests can't be compared with it."""
        return keyring().digest(f"network of letter {letter_id}", self.network) if self.network else None


def flags_of(letter: Letter, signature: Signature, *, returned: bool) -> list[Flag]:
    """All that a moderator should look at, in one order; the address must still be there."""
    noticed = frozenset(signature.flags)
    written = _flags_of_words(letter, signature)
    signs = {
        Flag.TRAPPED: Flag.TRAPPED in noticed,
        Flag.WEB_ADDRESS: Flag.WEB_ADDRESS in written,
        Flag.OWN_DOMAIN: Flag.OWN_DOMAIN in written,
        Flag.ORGANIZATION: signature.kind is Kind.ORGANIZATION,
        Flag.MAIL_ELSEWHERE: is_mail_elsewhere(signature),
        Flag.DISPOSABLE: signature.email is not None and is_disposable(signature.email),
        Flag.RETURNED: returned,
        Flag.MANY_FROM_NETWORK: (signature.from_network or 0) > MANY,
        Flag.UNPROVEN: Flag.UNPROVEN in noticed,
    }
    return [flag for flag, is_set in signs.items() if is_set]


def flags_anew(letter: Letter, signature: Signature) -> list[Flag]:
    """The flags of a signature whose words have changed: what was noticed otherwise stays, and what had been let
    through is said to be in other words now.
    """
    others = {Flag(flag) for flag in signature.flags} - {Flag.WEB_ADDRESS, Flag.OWN_DOMAIN}
    if signature.state is State.APPROVED:
        others.add(Flag.REWORDED)
    return sorted(others | _flags_of_words(letter, signature))


def _flags_of_words(letter: Letter, signature: Signature) -> set[Flag]:
    """A whole company may write its domain as its affiliation, from one network: that is no sign of spam."""
    words, own = signature.words, vouching.own_domain(signature)
    if own is None:
        return {Flag.WEB_ADDRESS} if holds_web_address(words) else set()
    found = set() if own in letter.email_domains else {Flag.OWN_DOMAIN}
    return found | ({Flag.WEB_ADDRESS} if holds_web_address(replace(words, affiliation=None)) else set())


def holds_web_address(words: Words) -> bool:
    """Whether a name, role or affiliation advertises an address of the web."""
    return any(
        _WEB_ADDRESS.search(normalize("NFKC", text).translate(_DOTS))
        for text in (words.name, words.role, words.affiliation)
        if text
    )


def rule(letter: Letter, flags: list[Flag]) -> tuple[State, Actor]:
    """Where a signature goes when it is confirmed, and who moves it there."""
    if is_suspicious(flags):
        return State.QUARANTINED, Actor.POLICY
    if letter.moderation is Moderation.FLAG and not flags:
        return State.APPROVED, Actor.POLICY
    return State.AWAITING, Actor.SIGNATORY


def is_suspicious(flags: Sequence[str]) -> bool:
    """Whether it is counted nowhere until a moderator says so: what fell into the trap, or bears two marks of spam."""
    return Flag.TRAPPED in flags or len(SPAM.intersection(flags)) >= 2
