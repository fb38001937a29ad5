"""Beside the button that signs stands what will be public, and for how long the address is kept."""

import pytest

from tests.people import Visitor, Workshop
from tests.signature.society import SENT

PUBLIC = "Your name will be public."


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, PUBLIC),
        ({"display": "affiliation", "role": "Nurse"}, "Your role and affiliation will be public, not your name."),
        ({"display": "anonymous"}, "Nothing of you will be public: you are counted only."),
        ({"display": "secret"}, PUBLIC),
        ({"together": "y"}, f"{PUBLIC} Only once enough have signed, though."),
        ({"display": "anonymous", "together": "y"}, "Nothing of you will be public: you are counted only."),
    ],
)
def test_the_form_says_what_will_be_public_as_it_was_chosen(
    workshop: Workshop, visitor: Visitor, fields: dict[str, str], said: str
) -> None:
    workshop.letter(anonymous="true", together=5)
    visitor.post("/letters/ask-more/sign", {**fields, "name": ""})
    line = visitor.page.select_one("#shown")
    assert line.span.get_text() == said
    assert not line.select_one("[data-otherwise]").has_attr("hidden")
    assert visitor.page.select_one("[data-sign] .sign__button")["aria-describedby"] == "shown"


def test_for_an_organization_the_form_says_what_is_true_of_one(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    visitor.post("/letters/ask-more/sign", {**SENT, "name": ""})
    line = visitor.page.select_one("#shown")
    assert line.span.get_text() == (
        "The name and the website of the organization will be public once a moderator has let it through, "
        "not your own name."
    )
    assert line.select_one("[data-otherwise]").has_attr("hidden")
    assert visitor.page.select_one("label[for=name]").get_text() == "Name of the organization"
    said = "Enter the organization's name as it should stand under the letter."
    assert visitor.page.select_one("#name-error").get_text() == said
    assert visitor.page.select_one("#errors a").get_text() == f"Name of the organization: {said}"
    visitor.post("/letters/ask-more/sign", {"name": "..."})
    assert visitor.page.select_one("#name-error").get_text() == "Enter your name as it should stand under the letter."
    assert visitor.page.select_one("label[for=name]").get_text() == "Your name"


def test_before_anything_is_chosen_the_name_will_be_public(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    visitor.get("/letters/ask-more")
    assert visitor.page.select_one("#shown span").get_text() == PUBLIC


@pytest.mark.parametrize(
    ("pledge", "said"),
    [
        ("key: a, kind: act, text: I will", "Your address is erased 12 months after the letter has closed."),
        (
            "key: a, kind: act, text: I will, due: 2031-01-01",
            "erased 12 months after the letter has closed or its last pledge is due, whichever is later.",
        ),
    ],
)
def test_who_signs_is_told_the_term_of_this_letter(
    workshop: Workshop, visitor: Visitor, pledge: str, said: str
) -> None:
    workshop.letter(pledges=f"[{{{pledge}}}]")
    visitor.get("/letters/ask-more")
    assert said in visitor.text
