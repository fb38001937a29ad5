"""Tells a signatory everything that is stored of the pledges."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pledges.pledge.amounts import Unit, as_text
from pledges.pledge.models import Commitment, Report


def all_pledged(commitments: Sequence[Commitment], reports: Sequence[Report]) -> list[dict[str, Any]]:
    """Each commitment with all that was reported on it, oldest first; times in ISO 8601, amounts as decimal strings."""
    return [_told(commitment, [r for r in reports if r.commitment_id == commitment.id]) for commitment in commitments]


def _told(commitment: Commitment, reports: Sequence[Report]) -> dict[str, Any]:
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
        "created_at": _iso(commitment.created_at),
        "made_at": _iso(commitment.made_at),
        "reported_at": _iso(commitment.reported_at),
        "asked": {"times": commitment.asked, "next_at": _iso(commitment.next_ask_at)},
        "reports": [
            {
                "at": _iso(report.at),
                "outcome": report.outcome.value,
                "by": report.actor.value,
                "delivered": _amount(report.delivered, unit),
                "note": report.note,
                "evidence": report.evidence,
            }
            for report in reports
        ],
    }


def _amount(amount: int | None, unit: Unit | None) -> str | None:
    return as_text(amount, unit) if amount is not None and unit is not None else None


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
