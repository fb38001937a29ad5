"""The one table from what went wrong to what is answered; `answering` answers it."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from flask_babel import lazy_gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from pledges.errors import CursorUnknown, DomainError, LinkExpired, LinkOver, LinkUnknown, NotFound, TooManyTries
from pledges.http_guard import SentFromElsewhere
from pledges.letter.inviting import InvitationRevoked, InvitingOver
from pledges.letter.queries import LetterUnknown
from pledges.letter.withdrawing import LetterWithdrawn
from pledges.moderation.deciding import DecisionRefused
from pledges.organizer.desk import SignedOut
from pledges.pledge.committing import PledgeOver
from pledges.pledge.making import SignatureOver
from pledges.pledge.nudging import NudgedLately
from pledges.pledge.queries import PledgeUnknown
from pledges.pledge.reporting import CommitmentOver, CommitmentWithdrawn
from pledges.pledge.showing import NothingShown
from pledges.pledge.states import TransitionRefused
from pledges.signature.confirming import ConfirmationOfWithdrawn, ConfirmationOver, ConfirmationTooLate
from pledges.signature.organizations import OrganizationSigned
from pledges.signature.searching import SearchRefused
from pledges.signature.signing import LetterClosed
from pledges.signature.states import TransitionRefused as SignatureMoved


@dataclass(frozen=True)
class Answer:
    """A status, and in words what happened and what to do next."""

    status: HTTPStatus
    title: str
    advice: str
    tells_contact: bool = False
    """Whether it sends one to whoever runs the site."""
    leads_to_own_page: bool = False
    """Whether it leads to where one asks for the way to the own page."""


DOMAIN: Mapping[type[DomainError], Answer] = {
    LetterUnknown: Answer(
        HTTPStatus.NOT_FOUND,
        _("There is no such letter"),
        _("Check the address for a missing letter or two. All open letters are on the front page."),
    ),
    PledgeUnknown: Answer(
        HTTPStatus.NOT_FOUND,
        _("The letter has no such pledge"),
        _("Check the address for a missing letter or two. All that can be pledged stands under the letter."),
    ),
    NothingShown: Answer(
        HTTPStatus.NOT_FOUND,
        _("Nothing is shown here"),
        _("Who signs decides whether pledges are shown, and may think better of it at any time."),
    ),
    LinkUnknown: Answer(
        HTTPStatus.NOT_FOUND,
        _("This link is not complete"),
        _("Links often break in two in a mail. Copy the whole link from the mail, or sign again to get a new one."),
    ),
    LinkExpired: Answer(
        HTTPStatus.GONE,
        _("This link has expired"),
        _("Nothing is lost: sign the letter again, and a fresh link is mailed to you."),
    ),
    LinkOver: Answer(
        HTTPStatus.GONE,
        _("Nothing of this signature is left"),
        _(
            "There is nothing left to erase here: this signature was erased, or never confirmed. If you confirmed by "
            "another mail, that signature stands, and the page of its letter has the way to its own page."
        ),
    ),
    ConfirmationOver: Answer(
        HTTPStatus.GONE,
        _("This link is no longer needed"),
        _(
            "One mailbox signs once for a person, and once for each organization. If you confirmed by another mail, "
            "that signature stands and there is nothing left to do. "
            "Otherwise sign the letter again, and a fresh link is mailed to you."
        ),
        leads_to_own_page=True,
    ),
    ConfirmationTooLate: Answer(
        HTTPStatus.GONE,
        _("The letter has closed"),
        _("It closed more than a day ago and takes no confirmations any more. Your signature was not counted."),
    ),
    InvitationRevoked: Answer(
        HTTPStatus.GONE,
        _("This link has been taken back"),
        _("Whoever invited you has closed it. If you signed by it, nothing changes; otherwise ask for another one."),
        leads_to_own_page=True,
    ),
    InvitingOver: Answer(
        HTTPStatus.CONFLICT,
        _("This letter takes no signatures any more"),
        _("Nobody can be invited to sign it first. Links that were made before lead to the letter."),
    ),
    OrganizationSigned: Answer(
        HTTPStatus.CONFLICT,
        _("This organization has signed already"),
        _(
            "An organization signs once, by its website; its name stands under the letter as soon as a moderator has "
            "let it through. Ask your colleagues first. If it was none of you, or if another organization shares your "
            "website, write to whoever runs this site: once the other one is taken off, your link works again."
        ),
        tells_contact=True,
    ),
    ConfirmationOfWithdrawn: Answer(
        HTTPStatus.GONE,
        _("This letter was withdrawn"),
        _("Its organizer has taken it back, so there is nothing to confirm any more. Your signature was not counted."),
    ),
    LetterWithdrawn: Answer(
        HTTPStatus.CONFLICT,
        _("This letter was withdrawn"),
        _("Its organizer has taken it back, and it takes no signatures any more. Its page says when and why."),
    ),
    LetterClosed: Answer(
        HTTPStatus.CONFLICT,
        _("This letter is closed"),
        _("It takes no signatures any more. You can still read it and see who signed."),
    ),
    CommitmentOver: Answer(
        HTTPStatus.GONE,
        _("There is nothing to report on"),
        _("This pledge has lapsed, does not bind yet, or was never made. Nothing was recorded."),
    ),
    CommitmentWithdrawn: Answer(
        HTTPStatus.GONE, _("This pledge is withdrawn"), _("You took it back. There is nothing to report on any more.")
    ),
    NudgedLately: Answer(
        HTTPStatus.CONFLICT,
        _("Nobody was asked"),
        _("The pledge is not due yet, has lapsed, or all were asked within the last seven days."),
    ),
    TransitionRefused: Answer(
        HTTPStatus.CONFLICT,
        _("That does not fit any more"),
        _("The pledge has changed meanwhile. Reload the page and look at it again. Nothing was recorded."),
    ),
    PledgeOver: Answer(
        HTTPStatus.CONFLICT,
        _("This pledge is past its date"),
        _("It takes nobody any more, and what was pledged stays as it is."),
    ),
    SignatureOver: Answer(
        HTTPStatus.GONE,
        _("Nothing can be pledged with this signature"),
        _("It is withdrawn, or not confirmed yet. Sign the letter again to make a pledge."),
    ),
    CursorUnknown: Answer(
        HTTPStatus.BAD_REQUEST, _("There is no such page of the list"), _("Begin again at the first page.")
    ),
    SearchRefused: Answer(
        HTTPStatus.BAD_REQUEST,
        _("That can’t be searched for"),
        _("Search for a name or the beginning of one: that was too long, or held characters that can’t be seen."),
    ),
    DecisionRefused: Answer(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        _("The decision was not taken"),
        _("Choose at least one name and whether to approve or reject it, then send the form again."),
    ),
    SignatureMoved: Answer(
        HTTPStatus.CONFLICT,
        _("That does not fit any more"),
        _("The signature has changed meanwhile. Reload the page and look at it again. Nothing was changed."),
    ),
    TooManyTries: Answer(HTTPStatus.TOO_MANY_REQUESTS, _("Too many tries"), _("Wait a little, then try again.")),
    NotFound: Answer(
        HTTPStatus.NOT_FOUND, _("There is nothing here"), _("Check the address, or start from the front page.")
    ),
    DomainError: Answer(
        HTTPStatus.CONFLICT,
        _("That can’t be done now"),
        _("Something has changed meanwhile. Go back, reload the page, and look at it again."),
    ),
}
"""Each error has words of its own; those of the last are for what nobody thought of."""

HTTP: Mapping[int, tuple[str, str]] = {
    400: (_("That could not be read"), _("Go back, reload the page, and send the form again.")),
    403: (_("That is not allowed"), _("Your account may not do this. Ask whoever runs this site if it should.")),
    404: (_("There is nothing here"), _("Check the address, or start from the front page.")),
    405: (_("That is not how this page is asked"), _("Start from the front page.")),
    413: (_("That is too much"), _("Shorten what you wrote and send it again.")),
    415: (_("That could not be read"), _("Send it as an ordinary form.")),
    429: (_("Too many at once"), _("Wait a minute, go back, and send the form again.")),
    500: (_("Something broke on our side"), _("It has been written down. Try again in a minute.")),
    503: (_("We can't answer just now"), _("Try again in a minute.")),
}

WITH_WORDS_OF_THEIR_OWN: Mapping[type[HTTPException], tuple[str, str]] = {
    SentFromElsewhere: (
        _("This form was sent from another site"),
        _("Nothing was taken. Forms are sent from our own pages alone: open the page here, and send the form from it."),
    ),
    SignedOut: (
        _("You are signed out"),
        _("Nothing was changed. Sign in, and you come back to the page: then do it again."),
    ),
    CSRFError: (
        _("That could not be read"),
        _("The form had been open for too long. Go back, reload the page, and send it again."),
    ),
}
"""What says more than its status; the first that fits."""
