"""Tells a signatory everything that is stored of the pledges."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from pledges import allowance
from pledges.mail.queries import Record, list_records
from pledges.pledge import queries
from pledges.pledge.amounts import Unit, as_text
from pledges.pledge.making import last_words_digest
from pledges.pledge.models import Commitment, Delivery, Report
from pledges.signature.models import Signature


def all_pledged(session: Session, signature: Signature) -> list[dict[str, Any]]:
    """Each commitment in the letter's order, with all that was reported on it, recorded of payments and mailed about
    it, oldest first; amounts as decimal strings. Whether it counts is left out, as with the signature.
    """
    made = queries.list_commitments(session, signature.id) if signature.commits else ()
    ids = [commitment.id for commitment in made]
    if not ids:
        return []
    reports, deliveries = queries.list_reports(session, ids), queries.list_deliveries(session, ids)
    mails = list_records(session, Commitment, ids)
    return [
        {
            **_told(commitment),
            "reports": [_report(row, commitment) for row in reports if row.commitment_id == commitment.id],
            "deliveries": [_delivery(row, commitment) for row in deliveries if row.commitment_id == commitment.id],
            "mails": [asdict(record) for record in _own(mails.get(commitment.id, ()), commitment)],
        }
        for commitment in made
    ]


def last_words_said(session: Session, signature: Signature) -> Sequence[datetime]:
    """When mails told of pledges that were taken back, as far as it is stored: so that they are not too many."""
    digest = last_words_digest(signature.id)
    return sorted(allowance.list_uses(session, [digest]).get(digest, ())) if signature.commits else ()


def _told(commitment: Commitment) -> dict[str, Any]:
    unit = commitment.pledge.unit
    return {
        "key": commitment.pledge.key,
        "state": commitment.state.value,
        "wording": commitment.wording,
        "language": commitment.language,
        "unit": unit.name if unit else None,
        "amount": _amount(commitment.amount, unit),
        "delivered": _amount(commitment.delivered, unit),
        "imported": _amount(commitment.imported, unit),
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


def _report(report: Report, commitment: Commitment) -> dict[str, Any]:
    return {
        "at": report.at,
        "outcome": report.outcome.value,
        "by": report.actor.value,
        "delivered": _amount(report.delivered, commitment.pledge.unit),
        "note": report.note,
        "evidence": report.evidence,
    }


def _delivery(delivery: Delivery, commitment: Commitment) -> dict[str, Any]:
    return {
        "day": delivery.day,
        "amount": _amount(delivery.amount, commitment.pledge.unit),
        "number": delivery.number,
        "imported_at": delivery.imported_at,
    }


def _own(records: Sequence[Record], commitment: Commitment) -> list[Record]:
    """Without those of an erased one that had the same id."""
    return [record for record in records if record.created_at >= commitment.created_at]


def _amount(amount: int | None, unit: Unit | None) -> str | None:
    return as_text(amount, unit) if amount is not None and unit is not None else None
