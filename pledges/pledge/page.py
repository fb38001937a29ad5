"""What several views draw of pledges: the part of the sign form, and the part of a signatory's own page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import current_app
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from pledges import clock
from pledges.letter.models import Letter, LetterState, PledgeKind
from pledges.pledge import counting, queries
from pledges.pledge.at_hand import PledgesAtHand
from pledges.pledge.forms.making import Choice, Mistake, PledgeForm
from pledges.pledge.models import Commitment
from pledges.pledge.states import BINDING, State
from pledges.signature.models import Signature
from pledges.signature.states import State as SignatureState


def pledge_form(session: Session, letter: Letter, language: str) -> PledgeForm:
    """Empty, for who comes to read: what a letter offers now."""
    pledges = queries.list_pledges(session, letter) if letter.offered_pledges else ()
    return PledgeForm(pledges=pledges, language=language, now=clock.now())


def sent_pledge_form(session: Session, letter: Letter, language: str, sent: MultiDict[str, str]) -> PledgeForm:
    """As it was filled in by who signs. What a letter offers is at hand, as the letter is."""
    at_hand: PledgesAtHand = current_app.extensions["pledges.pledges"]
    return PledgeForm(sent, pledges=at_hand.list(session, letter, now=clock.now()), language=language, now=clock.now())


def waiting_for(session: Session, form: PledgeForm) -> Mapping[int, int]:
    """How many have pledged by now what waits for its threshold, by the pledge's id."""
    pledges = [choice.pledge for choice in form.choices if choice.pledge.threshold and not choice.is_over]
    below = [pledge for pledge in pledges if pledge.threshold_reached_at is None]
    totals = counting.list_totals(session, below) if below else {}
    return {pledge_id: found.waiting for pledge_id, found in totals.items()}


@dataclass(frozen=True)
class OwnPledges:
    """What one signatory has pledged, and what the letter offers beside."""

    mine: Sequence[Commitment]
    form: PledgeForm
    now: datetime
    waiting: Mapping[int, int]
    is_open: bool = True
    """Whether the letter stands: under a withdrawn one nothing more is pledged."""
    is_counted: bool = True
    """Whether what is added would count: under a rejected signature nothing does."""

    @property
    def offered(self) -> list[Choice]:
        """What can be added now."""
        taken = {commitment.pledge_id for commitment in self.mine if commitment.state is not State.WITHDRAWN}
        free = (choice for choice in self.form.choices if choice.pledge.id not in taken and not choice.is_over)
        return list(free) if self.is_open and self.is_counted else []

    @property
    def mistakes(self) -> list[Mistake]:
        return self.form.mistakes

    @property
    def is_shown(self) -> bool:
        return any(commitment.shown for commitment in self.mine)

    @property
    def has_any(self) -> bool:
        return any(commitment.state is not State.WITHDRAWN for commitment in self.mine)

    @property
    def is_due_later(self) -> bool:
        """Whether one of them is still to fall due."""
        standing = (c.pledge for c in self.mine if c.state not in (State.WITHDRAWN, State.LAPSED))
        return any(pledge.due_at is not None and not pledge.is_due(self.now) for pledge in standing)

    @property
    def has_binding(self) -> bool:
        """Whether there is something to report on: what waits, or has lapsed, binds nobody."""
        return any(commitment.state in BINDING for commitment in self.mine)

    def is_changeable(self, commitment: Commitment) -> bool:
        """Whether its amount may still be changed: until it is due, and while nothing was reported."""
        unreported = self.is_open and commitment.state in (State.WAITING, State.MADE)
        return unreported and commitment.pledge.kind is PledgeKind.AMOUNT and not self.choice_of(commitment).is_over

    def choice_of(self, commitment: Commitment) -> Choice:
        return self.form.by_key[commitment.pledge.key]


def own_pledges(session: Session, signature: Signature, sent: PledgeForm | None = None) -> OwnPledges | None:
    """None under a letter without pledges, and for whom there is nothing to pledge any more."""
    if not signature.letter.offered_pledges or signature.state in (SignatureState.PENDING, SignatureState.WITHDRAWN):
        return None
    form = sent or pledge_form(session, signature.letter, signature.text.language)
    mine = queries.list_commitments(session, signature.id)
    is_open = signature.letter.state is not LetterState.WITHDRAWN
    is_counted = signature.state is not SignatureState.REJECTED
    return OwnPledges(mine, form, clock.now(), waiting_for(session, form), is_open, is_counted)


def list_made(session: Session, signature: Signature) -> Sequence[Commitment]:
    """What was pledged with a signature; nothing is asked of the database where nothing was."""
    return queries.list_commitments(session, signature.id) if signature.commits else ()
