"""The demo: one letter of our own with made-up signatories, and a moderator, for whoever tries the service out."""

import secrets
from datetime import datetime, timedelta
from pathlib import Path

import yaml
from sqlalchemy import delete
from sqlalchemy.orm import Session

from pledges.config import INSTANCE
from pledges.letter import publishing
from pledges.letter.models import Letter
from pledges.letter.queries import list_letters, list_public_letters
from pledges.letter.reading import read_letter_file
from pledges.mail.models import OwedMail
from pledges.moderation import deciding
from pledges.organizer import enrolling
from pledges.organizer.models import Account, Role
from pledges.organizer.queries import find_account_by_email
from pledges.signature import confirming, signing
from pledges.signature.addresses import read_address
from pledges.signature.words import Display, Words

HERE = Path(__file__).parent
MODERATOR = "moderator@example.org"
PASSWORD_FILE = INSTANCE / "moderator-password"
BETWEEN_SIGNATURES = timedelta(minutes=17)


def make(session: Session, *, now: datetime) -> bool:
    """Adds the demo if there is no letter at all, and answers whether it did. Owes nobody a mail."""
    if list_letters(session):
        return False
    letter = publishing.create(session, read_letter_file((HERE / "letter.md").read_text("utf-8")), now=now)
    publishing.open_letter(session, letter, now=now)
    moderator = find_account_by_email(session, MODERATOR) or _enroll(session, now)
    _sign(session, letter, moderator, now)
    session.execute(delete(OwedMail))
    return True


def directions(session: Session, base_url: str, *, has_mailbox: bool) -> str:
    """Where to go, for whoever started it: the demo letter, or the newest open one where that is gone."""
    ours = read_letter_file((HERE / "letter.md").read_text("utf-8")).slug
    letters = sorted(list_public_letters(session), key=lambda letter: letter.slug != ours)
    lines = [f"The letter:   {base_url}/letters/{letter.slug}" for letter in letters[:1]]
    if has_mailbox:
        lines.append(f"The mailbox:  {base_url}/mailbox   (mail to anyone is kept there)")
    if PASSWORD_FILE.exists():
        password = PASSWORD_FILE.read_text().strip()
        lines.append(f"Moderators:   {base_url}/login   {MODERATOR}   {password}   (unless you have changed it)")
    return "\n".join(lines)


def _enroll(session: Session, now: datetime) -> Account:
    password = secrets.token_urlsafe(12)
    INSTANCE.mkdir(exist_ok=True)
    PASSWORD_FILE.touch(mode=0o600)
    PASSWORD_FILE.write_text(password + "\n")
    return enrolling.enroll(session, MODERATOR, Role.MODERATOR, password, now=now)


def _sign(session: Session, letter: Letter, moderator: Account, now: datetime) -> None:
    signatories = yaml.safe_load((HERE / "signatories.yaml").read_text("utf-8"))
    texts = letter.newest_texts()
    for number, words in enumerate(signatories):
        at = now - BETWEEN_SIGNATURES * (len(signatories) - number)
        text = texts[words.pop("language", letter.language)]
        submission = signing.Submission(
            address=read_address(f"signatory-{number + 1}@example.org"),
            display=Display(words.pop("display", Display.PUBLIC)),
            words=Words(**words),
        )
        signature_id = signing.sign(session, letter, text, submission, now=at)
        assert signature_id is not None  # noqa: S101 - each has an address of its own
        confirming.confirm(session, letter, signature_id, now=at)
        deciding.approve(session, letter, [signature_id], account_id=moderator.id, now=at)
