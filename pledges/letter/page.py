"""The letter's page, drawn when one comes to read and when a form comes back with errors."""

from flask import render_template
from sqlalchemy.orm import Session

from pledges import clock
from pledges.letter.models import Letter, LetterText
from pledges.pledge.forms.making import PledgeForm
from pledges.pledge.page import pledge_form, waiting_for
from pledges.signature import queries
from pledges.signature.challenge import Challenge
from pledges.signature.forms import SignForm
from pledges.signature.states import Kind
from pledges.signature.vouching import list_named_domains
from pledges.tally.queries import Figures, get_figures

FIRST = 6
NEWEST = 12
ORGANIZATIONS = 12


def letter_page(
    session: Session,
    letter: Letter,
    text: LetterText,
    form: SignForm,
    *,
    pledging: PledgeForm | None = None,
    challenge: Challenge | None = None,
) -> str:
    """The letter with its counts, its newest names and the form, also with errors, or asking for a proof of work."""
    first = queries.list_first(session, letter, limit=FIRST)
    newest, _more = queries.list_listed(session, letter, limit=NEWEST)
    organizations = queries.list_first(session, letter, kind=Kind.ORGANIZATION, limit=ORGANIZATIONS)
    pledging = pledging or pledge_form(session, letter, text.language)
    return render_template(
        "letter/letter.html",
        letter=letter,
        text=text,
        texts=letter.newest_texts(),
        change=letter.last_change_in(text.language),
        form=form,
        pledging=pledging,
        waiting=waiting_for(session, pledging),
        challenge=challenge,
        figures=get_figures(session, letter),
        first=first,
        named=list_named_domains(session, letter, [*first, *newest]),
        organizations=organizations,
        newest=[signature for signature in newest if signature not in first],
        takes_signatures=letter.takes_signatures(clock.now()),
    )


def invited_page(letter: Letter, text: LetterText, form: SignForm, token: str, *, pledging: PledgeForm) -> str:
    """A letter that is not open yet, for who has the secret link; it tells nothing of the others who have it."""
    return render_template(
        "letter/letter.html",
        letter=letter,
        text=text,
        texts=letter.newest_texts(),
        form=form,
        pledging=pledging,
        waiting={},
        figures=Figures(),
        invited=token,
        takes_signatures=letter.takes_first_signatures(clock.now()),
    )
