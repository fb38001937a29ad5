"""How the public JSON says where pledges and commitments stand."""

from typing import Any

from pledges.letter.models import PledgeKind
from pledges.pledge.amounts import as_text
from pledges.pledge.models import Commitment, Pledge, Reading
from pledges.pledge.states import REPORTED
from pledges.pledge.tracking import Standing


def pledge(standing: Standing, language: str) -> dict[str, Any]:
    """A pledge and its totals. Sums are decimal strings of the unit, exact; null where nothing is summed up."""
    of, totals = standing.pledge, standing.totals
    return {
        "key": of.key,
        "kind": of.kind.value,
        "text": of.text_in(language),
        "unit": of.unit_name,
        "target": of.target if of.kind is PledgeKind.ACT else _sum(of, of.target),
        "due": of.last_day.date().isoformat() if of.last_day else None,
        "threshold": of.threshold,
        "waiting": totals.waiting,
        "made": standing.made,
        "reached_due": standing.reached_due,
        "kept": standing.kept,
        "partly": standing.partly,
        "not_yet": standing.not_yet,
        "released": standing.released,
        "no_report": standing.no_report,
        "checked": totals.checked,
        "pledged": _sum(of, totals.pledged),
        "delivered": _sum(of, totals.delivered),
    }


def commitment(one: Commitment, of: Pledge, url: str) -> dict[str, Any]:
    """One that its signatory chose to show; what was written with it only if a moderator approved it."""
    who, is_approved = one.signature, one.reading is Reading.APPROVED
    return {
        "name": who.name,
        "role": who.role,
        "affiliation": who.affiliation,
        "state": one.state.value,
        "said_by": ("organizer" if one.by_organizer else "signatory") if one.state in REPORTED else None,
        "checked": one.checked,
        "amount": _sum(of, one.amount),
        "delivered": _sum(of, one.received),
        "note": one.note if is_approved else None,
        "evidence": one.evidence if is_approved else None,
        "made_on": one.made_at.date().isoformat() if one.made_at else None,
        "reported_on": one.reported_at.date().isoformat() if one.reported_at else None,
        "url": f"{url}/{one.signature_id}",
    }


def _sum(of: Pledge, amount: int | None) -> str | None:
    return as_text(amount, of.unit) if of.unit is not None and amount is not None else None
