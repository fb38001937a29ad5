"""Tells moderators by mail that names are waiting: at most once an hour."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import update
from sqlalchemy.orm import Session

from pledges.letter.queries import list_letters
from pledges.mail import composing, outbox
from pledges.mail.composing import Content
from pledges.mail.models import OwedMail
from pledges.organizer.models import Account
from pledges.organizer.queries import find_account, list_accounts, list_limits
from pledges.pledge import reading
from pledges.signature import desk, statements

T = TypeVar("T")

NAMES_WAITING = "names_waiting"
AT_MOST_EVERY = timedelta(hours=1)
AGAIN_AFTER = timedelta(days=1)
"""Reminds of names that still wait, though none is new."""


def register() -> None:
    """Tells the mail room how this room's mails are composed."""
    composing.register(NAMES_WAITING, _names_waiting, about=Account)


def tell_moderators(session: Session, *, now: datetime) -> None:
    """Owes one mail to each account within whose reach a name waits that it has not been told of."""
    accounts = [a for a in list_accounts(session) if a.told_at is None or a.told_at <= now - AT_MOST_EVERY]
    newest = _newest_waiting(session) if accounts else {}
    for account in accounts:
        seen = _within_reach(newest, list_limits(session, account)) if newest else {}
        if seen and _is_news(account, max(seen.values()), now) and _claim(session, account, now):
            outbox.owe(session, NAMES_WAITING, account.id, now=now)


def _newest_waiting(session: Session) -> Mapping[int, datetime]:
    newest: dict[int, datetime] = {}
    for waiting in (desk.newest_waiting(session), statements.newest_unread(session), reading.newest_unread(session)):
        newest.update({id_: max(at, newest.get(id_, at)) for id_, at in waiting.items()})
    return newest


def _is_news(account: Account, newest: datetime, now: datetime) -> bool:
    return account.told_at is None or newest > account.told_at or account.told_at <= now - AGAIN_AFTER


def _claim(session: Session, account: Account, now: datetime) -> bool:
    free = Account.told_at.is_(None) | (Account.told_at <= now - AT_MOST_EVERY)
    claimed = update(Account).where(Account.id == account.id, free).values(told_at=now).returning(Account.id)
    return session.execute(claimed).first() is not None


def _names_waiting(session: Session, owed: OwedMail, now: datetime) -> Content | None:
    account = find_account(session, owed.about_id)
    if account is None:
        return None
    limits = list_limits(session, account)
    names = _within_reach(desk.count_waiting(session), limits)
    sentences = _within_reach(statements.count_unread(session), limits)
    reports = _within_reach(reading.count_unread(session), limits)
    if not names and not sentences and not reports:
        return None
    letters = [
        {
            "title": letter.text_in(None).title,
            "slug": letter.slug,
            "waiting": names.get(letter.id, 0),
            "sentences": sentences.get(letter.id, 0),
            "reports": reports.get(letter.id, 0),
        }
        for letter in list_letters(session)
        if letter.id in {*names, *sentences, *reports}
    ]
    counts = {"waiting": names, "sentences": sentences, "reports": reports}
    words = {"letters": letters, **{kind: sum(found.values()) for kind, found in counts.items()}}
    return Content(event=NAMES_WAITING, recipient=account.email, language="en", words=words)


def _within_reach(of_letters: Mapping[int, T], limits: frozenset[int]) -> Mapping[int, T]:
    return {id_: found for id_, found in of_letters.items() if not limits or id_ in limits}
