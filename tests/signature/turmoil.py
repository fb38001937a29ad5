"""What is pressed in the same moment while a text is revised, and what must be true in the end."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby

from sqlalchemy import select

from pledges import clock
from pledges.letter.models import LetterText
from pledges.mail.models import OwedMail
from pledges.signature.links import manage_token
from pledges.signature.models import ListedName, Signature
from pledges.signature.states import CONFIRMED, HELD, State
from tests.letter.revisions import CHANGE, carry_all
from tests.people import Visitor, Workshop

Deed = Callable[[], object]


def at_once(deeds: Sequence[Deed]) -> list[object]:
    """What these answer that are all begun in the same moment."""
    gate = threading.Barrier(len(deeds))

    def run(deed: Deed) -> object:
        gate.wait()
        return deed()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def press(workshop: Workshop, path: str, **fields: str) -> Deed:
    return lambda: Visitor(workshop.app.test_client()).post(path, fields).status_code


def sign(workshop: Workshop, number: int) -> Deed:
    fields = {"name": f"Late Example {chr(65 + number)}", "email": f"late-{number}@example.org"}
    return press(workshop, "/letters/ask-more/sign", **fields)


def own(workshop: Workshop, signature: Signature, deed: str) -> Deed:
    with workshop.app.app_context():
        return press(workshop, f"/manage/{manage_token(signature, clock.now())}/{deed}")


def check(workshop: Workshop) -> list[Signature]:
    """In the end whoever is counted signed the newest text or one that it corrects, is listed if approved and not
    otherwise, and whoever is not was asked, and never signed these very words.
    """
    carry_all(workshop)
    with workshop.writing() as session:
        texts = session.scalars(select(LetterText).order_by(LetterText.language, LetterText.number)).all()
        for _, revisions in groupby(texts, key=lambda text: text.language):
            found = [text.number for text in revisions]
            assert found == [*range(1, len(found) + 1)]
        present = max((text.number for text in texts if text.kind is CHANGE), default=1)
        numbers = {text.id: text.number for text in texts}
        said = {text.id: (text.language, *text.said) for text in texts}
        stands = {said[text.id] for text in texts if text.number >= present}
        names = set(session.scalars(select(ListedName.signature_id)))
        asked = set(session.scalars(select(OwedMail.about_id).where(OwedMail.event == "text_changed")))
        signatures = session.scalars(select(Signature).order_by(Signature.id)).all()
        for signature in signatures:
            if signature.state in HELD:
                assert signature.earlier == (numbers[signature.text_id] < present), signature.id
                assert signature.earlier == (said[signature.text_id] not in stands), signature.id
            if signature.state in CONFIRMED and signature.earlier:
                assert signature.id in asked
            is_shown = signature.state is State.APPROVED and not signature.earlier
            assert (signature.listed, signature.id in names) == (is_shown, is_shown), signature.id
    return list(signatures)
