"""Posts from another site are refused; a program that says nothing of where it is, is served."""

import pytest

from tests.crowds import dump
from tests.people import Visitor, Workshop

HERE = "http://localhost"

SERVED = [
    {},
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"},
    {"Origin": HERE},
    {"Origin": "http://127.0.0.1:8000"},
    {"Referer": "https://evil.example/"},
]

REFUSED = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "nonsense"},
    {"Sec-Fetch-Site": ""},
    {"Sec-Fetch-Site": "cross-site", "Origin": HERE},
    {"Origin": "null"},
    {"Origin": "https://evil.example"},
    {"Origin": "http://localhost.evil.example"},
    {"Origin": "http://127.0.0.1:8001"},
    {"Origin": ""},
    {"Origin": "localhost"},
    {"Origin": "http://["},
    {"Origin": "http://[::1"},
    {"Origin": "http://\u00e9\u0130.example"},
]


@pytest.mark.parametrize("headers", SERVED, ids=str)
def test_a_post_from_this_site_or_from_no_site_is_served(
    workshop: Workshop, visitor: Visitor, headers: dict[str, str]
) -> None:
    workshop.letter()
    fields = {"name": "Ada Example", "email": "ada@example.org"}
    assert visitor.post("/letters/ask-more/sign", fields, headers=headers).status_code == 303
    assert len(dump(workshop)["signature"]) == 1


def test_a_post_from_another_site_is_refused(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    fields = {"name": "Ada Example", "email": "ada@example.org"}
    before = dump(workshop)
    for headers in REFUSED:
        response = visitor.post("/letters/ask-more/sign", fields, headers=headers)
        assert (response.status_code, headers) == (403, headers)
    assert dump(workshop) == before


def test_whoever_is_refused_for_another_site_is_told_so_and_of_no_account(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert visitor.post("/letters/ask-more/sign", {"name": "Ada"}, headers=headers).status_code == 403
    assert visitor.page.h1.get_text() == "This form was sent from another site"
    assert "account" not in visitor.text
    assert visitor.page.select_one("main a.button")["href"] == "/letters/ask-more"


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_confirming_and_withdrawing_from_another_site_are_refused(
    workshop: Workshop, visitor: Visitor, site: str
) -> None:
    letter = workshop.letter()
    workshop.sign(letter)
    workshop.confirmed(letter, "eve@example.org")
    workshop.deliver()
    confirm, manage = workshop.confirm_link("ada@example.org"), workshop.manage_link("eve@example.org")
    before = dump(workshop)
    assert visitor.post(confirm, headers={"Sec-Fetch-Site": site}).status_code == 403
    assert visitor.post(f"{manage}/withdraw", headers={"Sec-Fetch-Site": site}).status_code == 403
    assert dump(workshop) == before


def test_a_link_in_a_mail_opens_whatever_site_it_is_read_on(workshop: Workshop, visitor: Visitor) -> None:
    workshop.sign(workshop.letter())
    workshop.deliver()
    path = workshop.confirm_link("ada@example.org")
    assert visitor.get(path, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200
    assert visitor.post(path, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 303
