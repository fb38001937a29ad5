"""The question whether one agrees to a letter's present text, asked on the signatory's own page, and its answer."""

from dataclasses import dataclass

from flask import redirect, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from pledges import clock
from pledges.db import transaction
from pledges.letter.differences import Differences, compare
from pledges.letter.models import LetterState, LetterText
from pledges.letter.queries import get_letter_by_id
from pledges.letter.succession import succession_in
from pledges.signature import agreeing
from pledges.signature.links import MANAGE_LINK
from pledges.signature.models import Signature
from pledges.signature.states import TOLD
from pledges.signature.views.room import blueprint, subject_of


@dataclass(frozen=True)
class Question:
    """The present text, the change since the one that was signed, and what differs between the two."""

    present: LetterText
    change: LetterText
    differences: Differences


def question_to(session: Session, signature: Signature) -> Question | None:
    """What a signatory is to be asked; None for whom the text has not changed, or who can't be counted anyway."""
    if not signature.earlier or signature.state not in TOLD:
        return None
    letter = get_letter_by_id(session, signature.letter_id)
    texts = succession_in(letter, signature.text.language)
    if letter.state is LetterState.WITHDRAWN or agreeing.will_stand(session, texts, signature):
        return None
    return Question(texts.present, texts.change, compare(signature.text, texts.present))


@blueprint.post("/manage/<token>/agree")
def agree(token: str) -> Response:
    (signature_id,) = subject_of(token, MANAGE_LINK, 1)
    with transaction() as session:
        agreeing.agree(session, signature_id, now=clock.now())
    return redirect(url_for("signature.manage", token=token, said="agreed"), 303)
