"""How long the addresses under a letter are kept."""

import calendar
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pledges.letter.models import Invitation, Letter, LetterState


def addresses_kept_until(letter: Letter, *, now: datetime) -> datetime | None:
    """So many months, as the letter says, after it ended or its last pledge is due, whichever is later; None while it
    is open. One that is opened again has no term until it ends anew.
    """
    ended = letter.ended_at(now)
    if letter.state is LetterState.WITHDRAWN:
        ended = letter.closed_at or ended or letter.opened_at
    if ended is None or letter.state is LetterState.DRAFT:
        return None
    due = [date.fromisoformat(pledge["due"]) for pledge in letter.offered_pledges if pledge.get("due")]
    ends_of_days = [datetime.combine(day + timedelta(days=1), time(), UTC) for day in due]
    return add_months(max([ended, *ends_of_days]), letter.keeps_addresses_months)


def draft_kept_until(letter: Letter, newest_link_at: datetime | None) -> datetime:
    """The same for one that never opened: after it was written, or after the newest secret link to it was made."""
    return add_months(max(letter.created_at, newest_link_at or letter.created_at), letter.keeps_addresses_months)


def add_months(moment: datetime, months: int) -> datetime:
    """The same day and time so many months later; the month's last day where it has no such day."""
    years, month = divmod(moment.month - 1 + months, 12)
    year = moment.year + years
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


def list_past_term(session: Session, *, now: datetime) -> Sequence[int]:
    """The ids of the letters under which addresses are not kept any longer."""
    is_draft = Letter.state == LetterState.DRAFT
    letters = session.scalars(select(Letter).where(~is_draft))
    terms = [(letter.id, addresses_kept_until(letter, now=now)) for letter in letters]
    newest = select(Letter, func.max(Invitation.created_at)).outerjoin(Invitation).where(is_draft).group_by(Letter.id)
    terms += [(draft.id, draft_kept_until(draft, newest_link_at)) for draft, newest_link_at in session.execute(newest)]
    return [letter_id for letter_id, until in terms if until is not None and until <= now]
