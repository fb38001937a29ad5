"""Who hears of a letter's news, and what time does to it, as tests need them."""

from email.message import EmailMessage

import time_machine

from pledges import clock
from pledges.letter import publishing
from pledges.letter.queries import get_letter
from pledges.signature import announcing
from pledges.signature.announcing import GOAL_REACHED, LETTER_CLOSED
from tests.people import Workshop

NEWS = (GOAL_REACHED, LETTER_CLOSED)


def close(workshop: Workshop, slug: str = "ask-more") -> None:
    with workshop.writing() as session:
        publishing.close(session, get_letter(session, slug), now=clock.now())


def open_letter(workshop: Workshop, slug: str = "ask-more") -> None:
    with workshop.writing() as session:
        publishing.open_letter(session, get_letter(session, slug), now=clock.now())


def deliver_soon(workshop: Workshop) -> list[EmailMessage]:
    """What the worker does by itself within seconds, whenever it ran last."""
    for sweep in workshop.worker.sweeps:
        sweep.next_at = None
    with time_machine.travel(clock.now().timestamp() + 5):
        return workshop.deliver()


def tick(workshop: Workshop) -> None:
    """What the worker does by time about news, until nothing is left to do."""
    for sweep in (announcing.note_goals, announcing.announce):
        while True:
            with workshop.writing() as session:
                if not sweep(session, now=clock.now()):
                    break
    with workshop.writing() as session:
        announcing.announce_closings(session, now=clock.now())


def told(workshop: Workshop, *events: str) -> list[int]:
    return [mail.about_id for mail in workshop.outbox() if mail.event in (events or NEWS)]


def stop_path(mail: EmailMessage) -> str:
    """Where one click stops these mails, as its header says."""
    return "/" + str(mail["List-Unsubscribe"]).strip("<>").split("/", 3)[3]
