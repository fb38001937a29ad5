"""How far a confirmed address vouches for what was written: its domain, and whether the affiliation fits that."""

import re
from collections.abc import Collection, Mapping, Sequence

from anyascii import anyascii
from sqlalchemy import literal, select, union_all
from sqlalchemy.orm import Session

from pledges.letter.models import Letter
from pledges.plain_text import words
from pledges.signature.addresses import is_disposable, lends_mailboxes
from pledges.signature.models import Signature
from pledges.signature.states import CONFIRMED, Kind

NAMED_FROM = 5
"""A domain with fewer signatories is not named: one could guess who they are."""

_FORMS = frozenset(
    ["inc", "ltd", "llc", "plc", "gmbh", "ag", "kg", "ev", "sa", "sas", "srl", "spa", "bv", "nv", "oy", "ab"]
)
"""What a company's name ends in and its domain does not."""
_OF = frozenset(
    ["the", "of", "and", "for", "de", "del", "la", "el", "y", "der", "die", "das", "und", "fur", "du", "des"]
)
_SECOND_LEVEL = frozenset(["ac", "co", "com", "edu", "gob", "gov", "net", "org", "or", "ne"])
_SHORTEST_WORD = 4
_SHORTEST = 3


def vouch(letter: Letter, signature: Signature) -> None:
    """Notes what the address says, while it is there: its domain, where the letter asked for it or the affiliation
    fits it.
    """
    if signature.email is None or signature.kind is not Kind.PERSON:
        return
    domain = signature.email.rpartition("@")[2].lower()
    signature.affiliation_matched = fits(signature.words.affiliation or "", domain)
    signature.domain = domain if letter.email_domains or signature.affiliation_matched else None


def vouch_again(letter: Letter, signature: Signature) -> None:
    """The same after the words have changed; where the address is gone, by the domain that was kept, if any."""
    if signature.email is not None:
        vouch(letter, signature)
    else:
        kept = signature.domain
        signature.affiliation_matched = kept is not None and fits(signature.words.affiliation or "", kept)


def fits(affiliation: str, domain: str) -> bool:
    """Whether a mail address of that domain speaks for the affiliation: its name written together, one of its words,
    or its initials. A domain that lends mailboxes to anyone speaks for nobody.
    """
    name = _name_of(domain)
    if len(name) < _SHORTEST or name in _SECOND_LEVEL or lends_mailboxes(domain) or is_disposable(f"x@{domain}"):
        return False
    said = [word for word in words(affiliation) if word not in _FORMS]
    telling = [word for word in said if word not in _OF]
    together = {"".join(said), "".join(telling)}
    initials = {"".join(word[0] for word in some) for some in (said, telling) if len(some) >= _SHORTEST}
    return name in together | initials or (len(name) >= _SHORTEST_WORD and name in telling)


def _name_of(domain: str) -> str:
    """The part of a domain that was chosen: `example` of mail.example.co.uk."""
    labels = domain.split(".")[:-1]
    if len(labels) > 1 and labels[-1] in _SECOND_LEVEL:
        labels.pop()
    label = labels[-1] if labels else ""
    if label.startswith("xn--"):
        label = anyascii(label.encode().decode("idna"))
    return re.sub(r"[^a-z0-9]", "", label.lower())


def list_named_domains(session: Session, letter: Letter, signatures: Sequence[Signature]) -> Mapping[str, bool]:
    """Of the domains of these signatures, which have enough signatories to be named. One statement, that reads five
    rows of an index for each domain.
    """
    domains = sorted({signature.domain for signature in signatures if signature.domain is not None})
    return dict.fromkeys(_with_enough(session, letter, domains), True)


def _with_enough(session: Session, letter: Letter, domains: Collection[str]) -> Sequence[str]:
    if not domains:
        return []
    fifths = [
        select(literal(domain).label("domain"))
        .where(Signature.letter_id == letter.id, Signature.domain == domain, Signature.state.in_(CONFIRMED))
        .offset(NAMED_FROM - 1)
        .limit(1)
        .subquery()
        for domain in domains
    ]
    return session.scalars(union_all(*(select(fifth.c.domain) for fifth in fifths))).all()
