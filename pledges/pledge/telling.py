"""Tells a signatory everything that is stored of the pledges."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy.orm import Session

from pledges import allowance
from pledges.mail.queries import Record, list_records
from pledges.pledge import queries
from pledges.pledge.amounts import Unit
from pledges.pledge.making import last_words_digest
from pledges.pledge.models import Commitment, Delivery, Report
from pledges.signature.models import Signature

Write: TypeAlias = Callable[[int, Unit], str]
"""How an amount is told."""


def all_pledged(session: Session, signature: Signature, *, write: Write) -> list[dict[str, Any]]:
    """Each commitment in the letter's order, with all that was reported on it, recorded of payments and mailed about
    it, oldest first; `write` says how amounts are told. Whether it counts is left out, as with the signature.
    """
    made = queries.list_commitments(session, signature.id) if signature.commits else ()
    ids = [commitment.id for commitment in made]
    if not ids:
        return []
    reports, deliveries = queries.list_reports(session, ids), queries.list_deliveries(session, ids)
    mails = list_records(session, Commitment, ids)
    return [
        {
            **_told(one, write),
            "reports": [_report(row, one, write) for row in reports if row.commitment_id == one.id],
            "deliveries": [_delivery(row, one, write) for row in deliveries if row.commitment_id == one.id],
            "mails": [asdict(record) for record in _own(mails.get(one.id, ()), one)],
        }
        for one in made
    ]


def last_words_said(session: Session, signature: Signature) -> Sequence[datetime]:
    """When mails told of pledges that were taken back, as far as it is stored: so that they are not too many."""
    digest = last_words_digest(signature.id)
    return sorted(allowance.list_uses(session, [digest]).get(digest, ())) if signature.commits else ()


def _told(commitment: Commitment, write: Write) -> dict[str, Any]:
    unit = commitment.pledge.unit
    return {
        "key": commitment.pledge.key,
        "state": commitment.state.value,
        "wording": commitment.wording,
        "language": commitment.language,
        "unit": unit.name if unit else None,
        "amount": _amount(commitment.amount, unit, write),
        "delivered": _amount(commitment.delivered, unit, write),
        "imported": _amount(commitment.imported, unit, write),
        "by_organizer": commitment.by_organizer,
        "reference": commitment.reference,
        "shown": commitment.shown,
        "checked": commitment.checked,
        "checked_source": commitment.checked_source,
        "note": commitment.note,
        "evidence": commitment.evidence,
        "reading": commitment.reading,
        "created_at": commitment.created_at,
        "made_at": commitment.made_at,
        "reported_at": commitment.reported_at,
        "asked": {"times": commitment.asked, "next_at": commitment.next_ask_at},
    }


def _report(report: Report, commitment: Commitment, write: Write) -> dict[str, Any]:
    return {
        "at": report.at,
        "outcome": report.outcome.value,
        "by": report.actor.value,
        "delivered": _amount(report.delivered, commitment.pledge.unit, write),
        "note": report.note,
        "evidence": report.evidence,
    }


def _delivery(delivery: Delivery, commitment: Commitment, write: Write) -> dict[str, Any]:
    return {
        "day": delivery.day,
        "amount": _amount(delivery.amount, commitment.pledge.unit, write),
        "number": delivery.number,
        "imported_at": delivery.imported_at,
    }


def _own(records: Sequence[Record], commitment: Commitment) -> list[Record]:
    """Without those of an erased one that had the same id."""
    return [record for record in records if record.created_at >= commitment.created_at]


def _amount(amount: int | None, unit: Unit | None, write: Write) -> str | None:
    return write(amount, unit) if amount is not None and unit is not None else None
