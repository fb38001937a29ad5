"""The letter's page, drawn when one comes to read and when a form comes back with errors."""

from flask import render_template
from sqlalchemy.orm import Session

from pledges import clock
from pledges.letter.models import Letter, LetterText
from pledges.signature import queries
from pledges.signature.forms import SignForm
from pledges.tally.queries import get_figures

FIRST = 6
NEWEST = 12


def letter_page(session: Session, letter: Letter, text: LetterText, form: SignForm) -> str:
    """The letter with its counts, its newest names and the form, also when the form has errors."""
    first = queries.list_first(session, letter, limit=FIRST)
    newest, _more = queries.list_listed(session, letter, limit=NEWEST)
    return render_template(
        "letter/letter.html",
        letter=letter,
        text=text,
        texts=letter.newest_texts(),
        form=form,
        figures=get_figures(session, letter),
        first=first,
        newest=[signature for signature in newest if signature not in first],
        takes_signatures=letter.takes_signatures(clock.now()),
    )
