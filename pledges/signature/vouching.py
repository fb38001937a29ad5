"""How far a confirmed address vouches for what was written: its domain, and whether the affiliation fits that."""

import re
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress

import idna
from anyascii import anyascii
from sqlalchemy import literal, select, union_all
from sqlalchemy.orm import Session

from pledges.letter.models import Letter
from pledges.plain_text import words
from pledges.signature.addresses import AddressRefused, is_disposable, lends_mailboxes, read_domain
from pledges.signature.institutions import name_in_domain
from pledges.signature.models import Signature
from pledges.signature.states import CONFIRMED, Kind
from pledges.signature.words import SHOWN

NAMED_FROM = 5
"""A domain with fewer signatories is not named: one could guess who they are."""

_FORMS = frozenset(
    ["inc", "ltd", "llc", "plc", "gmbh", "ag", "kg", "ev", "sa", "sas", "srl", "spa", "bv", "nv", "oy", "ab"]
)
"""What a company's name ends in and its domain does not."""
_OF = frozenset(
    ["the", "of", "and", "for", "de", "del", "la", "el", "y", "der", "die", "das", "und", "fur", "du", "des"]
)
_KIND = """university universidad universidade universitat universite universita universiteit universitet hochschule
college colegio school escuela ecole schule institute instituto institut academy academia akademie
hospital clinic clinica company group
"""
_KINDS = frozenset(_KIND.split())
"""What says of a name only what it is the name of."""
_SECOND_LEVEL = frozenset(["ac", "co", "com", "edu", "gob", "gov", "net", "org", "or", "ne"])
_SHORTEST = 3


def vouch(letter: Letter, signature: Signature) -> None:
    """Notes what the address says, while it is there: its domain, where the letter asked for it or the affiliation
    fits it.
    """
    if signature.email is None or signature.kind is not Kind.PERSON:
        return
    domain = _domain_of(signature.email)
    _match(letter, signature, domain)
    signature.domain = domain if letter.email_domains or signature.affiliation_matched else None


def vouch_again(letter: Letter, signature: Signature) -> None:
    """The same after the words have changed; where the address is gone, by the domain that was kept, if any."""
    if signature.email is not None:
        vouch(letter, signature)
    else:
        _match(letter, signature, signature.domain)


def own_domain(signature: Signature) -> str | None:
    """The domain of the mail address, where the affiliation says nothing else and nobody lends mailboxes there."""
    domain = _domain_of(signature.email) if signature.email is not None else signature.domain
    if domain is None or _is_lent(domain) or not _is_domain(signature.words.affiliation or "", domain):
        return None
    return domain


def _domain_of(email: str) -> str:
    return email.rpartition("@")[2].lower()


def _match(letter: Letter, signature: Signature, domain: str | None) -> None:
    """Only what is shown is vouched for: the domain of one that is sealed would tell it."""
    is_shown = "affiliation" in SHOWN[signature.display] and not signature.together
    said = signature.words.affiliation or ""
    signature.affiliation_matched = is_shown and domain is not None and fits(said, domain, listed=letter.email_domains)


def fits(affiliation: str, domain: str, *, listed: Collection[str] = ()) -> bool:
    """Whether an address of that domain speaks for the affiliation: where nobody but the institution can have such an
    address (a registry keeps the ending for them, or the letter has `listed` the domain), by its name or its initials;
    anywhere else only where the affiliation is the domain itself. One that lends mailboxes to anyone speaks for nobody.
    """
    if _is_lent(domain):
        return False
    if _is_domain(affiliation, domain):
        return True
    label = name_in_domain(domain) or (_chosen_label(domain) if domain in listed else None)
    return label is not None and _names(affiliation, _folded(label))


def _is_lent(domain: str) -> bool:
    return lends_mailboxes(domain) or is_disposable(f"x@{domain}")


def _is_domain(affiliation: str, domain: str) -> bool:
    if "." not in affiliation:
        return False
    try:
        said = read_domain(affiliation.strip().removeprefix("www."))
    except AddressRefused:
        return False
    return said == domain


def _names(affiliation: str, name: str) -> bool:
    """Whether the affiliation is the name, written together or beside words that say only what it is, or has it for
    its initials. One word of many is none: the American Red Cross does not write from american.edu.
    """
    if len(name) < _SHORTEST or name in _KINDS:
        return False
    said = [word for word in words(affiliation) if word not in _FORMS]
    telling = [word for word in said if word not in _OF]
    if name in {"".join(said), "".join(telling)}:
        return True
    if _KINDS.isdisjoint(telling):
        return False
    initials = {"".join(word[0] for word in some) for some in (said, telling)}
    return name in initials or (name in telling and _KINDS.issuperset({*telling} - {name}))


def _chosen_label(domain: str) -> str:
    """The part of a domain that its owner chose: `example` of mail.example.co.uk."""
    labels = domain.split(".")[:-1]
    if len(labels) > 1 and labels[-1] in _SECOND_LEVEL:
        labels.pop()
    return labels[-1] if labels else ""


def _folded(label: str) -> str:
    """In Latin letters and digits; what only looks like an international label stays as it is written."""
    with suppress(idna.IDNAError):
        label = anyascii(idna.decode(label))
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
