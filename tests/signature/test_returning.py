"""Where a form was sent to, asked for as a page: by a phone that restores its tabs, or from a link that was shared."""

import pytest

from tests.crowds import dump
from tests.mailing import link
from tests.people import Visitor, Workshop
from tests.signature.invitations import first_link

TRANSLATED = "\n  - language: es\n    title: Pídannos más\n    body: Les pedimos más."
WAYS = {"sign": "#sign", "code": "/check-email", "resend": "/own-page"}


@pytest.mark.parametrize("sent_to", WAYS)
def test_it_leads_to_where_the_form_stands_in_its_language(workshop: Workshop, visitor: Visitor, sent_to: str) -> None:
    workshop.letter(translations=TRANSLATED)
    before = dump(workshop)
    for query, carried in (("", ""), ("?lang=es", "?lang=es"), ("?lang=en", ""), ("?lang=xx", "")):
        rest, _, anchor = WAYS[sent_to].partition("#")
        for ask in (visitor.get, visitor.client.head):
            answer = ask(f"/letters/ask-more/{sent_to}{query}")
            assert answer.status_code == 303
            assert answer.headers["Location"] == f"/letters/ask-more{rest}{carried}{'#' if anchor else ''}{anchor}"
            assert answer.headers["Cache-Control"] == "no-store"
        assert visitor.get(answer.headers["Location"]).status_code == 200
    assert dump(workshop) == before


@pytest.mark.parametrize("sent_to", WAYS)
def test_of_an_unknown_letter_or_a_draft_it_is_not_found(workshop: Workshop, visitor: Visitor, sent_to: str) -> None:
    workshop.letter(opened=False)
    for slug in ("ask-more", "none"):
        assert visitor.get(f"/letters/{slug}/{sent_to}").status_code == 404


@pytest.mark.parametrize("sent_to", ["code", "resend"])
def test_it_leads_first_signatories_back_as_well(workshop: Workshop, visitor: Visitor, sent_to: str) -> None:
    path = first_link(workshop, workshop.letter(opened=False))
    assert visitor.get(f"{path}/{sent_to}?lang=es").headers["Location"] == f"{path}{WAYS[sent_to]}?lang=es"
    assert visitor.get(f"{path}{WAYS[sent_to]}?lang=es").status_code == 200


@pytest.mark.parametrize("sent_to", ["change", "pledges", "agree", "stop-updates", "told", "withdraw"])
def test_it_leads_to_the_own_page(workshop: Workshop, visitor: Visitor, sent_to: str) -> None:
    workshop.confirmed(workshop.letter())
    own = link(workshop.deliver()[-1], "manage")
    assert visitor.get(f"{own}/{sent_to}").headers["Location"].partition("#")[0] == own
