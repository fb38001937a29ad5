"""Every kind of mail that the stage has owed, found in its mailbox by its subject."""

from email import message_from_string
from email.policy import default

from sqlalchemy import select

from pledges.mail.models import KeptMail
from tests.people import Workshop

SUBJECTS = {
    "confirm": "Confirm your signature: Ask more of us",
    "thanks": "You have signed: Ask more of us",
    "thanks-right-to-left": "You have signed: لا ننظر",
    "check_in": "What became of your pledges?",
    "lapsed": "Your pledge has lapsed:",
    "changed": "Do you agree to the changed text?",
    "corrected": "The text you signed was corrected:",
    "letter_withdrawn": "This letter was withdrawn:",
    "goal_reached": "The goal is reached:",
    "letter_closed": "This letter has closed:",
    "withdrawn": "Your signature is withdrawn:",
    "pledge_withdrawn": "You took a pledge back:",
    "waiting": "waiting for a moderator",
}


def stage_mails(workshop: Workshop) -> dict[str, str]:
    """Where the first of each kind stands, and the first of all as `mail`."""
    with workshop.writing() as session:
        mails = session.scalars(select(KeptMail).order_by(KeptMail.id))
        kept = [(mail.id, message_from_string(mail.message, policy=default)["subject"]) for mail in mails]
    return {"mail": f"/mailbox/{kept[0][0]}"} | {
        f"mail_{kind}": next(f"/mailbox/{found}/html" for found, subject in kept if words in subject)
        for kind, words in SUBJECTS.items()
    }
