"""The organizer's page of first signatories: links, who came, and their places."""

import pytest

from pledges import clock
from pledges.letter import publishing
from pledges.letter.queries import get_letter
from pledges.organizer.models import Role
from tests.moderation.desk import csrf_token
from tests.people import Visitor, Workshop
from tests.signature.invitations import came, first_link, invited

PAGE = "/organize/ask-more/first"


@pytest.fixture
def organizer(workshop: Workshop, visitor: Visitor) -> Visitor:
    workshop.account("org@example.org", Role.ORGANIZER)
    assert visitor.sign_in("org@example.org").status_code == 303
    return visitor


def send(organizer: Visitor, deed: str, **fields: object) -> int:
    organizer.get(PAGE)
    return organizer.post(f"{PAGE}/{deed}", {**fields, "csrf_token": csrf_token(organizer)}).status_code


def test_an_organizer_makes_a_link_and_takes_it_back(workshop: Workshop, organizer: Visitor) -> None:
    workshop.letter(opened=False)
    assert send(organizer, "invite", note="For Ada") == 303
    organizer.get(PAGE)
    assert "For Ada" in organizer.text
    path = "/first/" + organizer.page.select_one(".links code").get_text().partition("/first/")[2]
    stranger = Visitor(workshop.app.test_client())
    assert stranger.get(path).status_code == 200
    assert "For Ada" not in stranger.text
    organizer.press("/revoke")
    assert "The link is revoked." in organizer.text
    assert stranger.get(path).status_code == 410
    assert organizer.page.select(".links code") == []


@pytest.mark.parametrize("note", ["a\x00b", "a" * 121, "a\u202eb"])
def test_a_note_that_cannot_be_read_is_refused(workshop: Workshop, organizer: Visitor, note: str) -> None:
    workshop.letter(opened=False)
    assert send(organizer, "invite", note=note) == 422
    assert organizer.page.select_one("#note[aria-invalid]")


def test_an_organizer_sees_who_came_and_ranks_them(workshop: Workshop, organizer: Visitor) -> None:
    letter = workshop.letter(opened=False, anonymous="true")
    path = first_link(workshop, letter)
    guest = Visitor(workshop.app.test_client())
    came(workshop, guest, path, "Ada Example", "Bea Example")
    guest.post(path, {"name": "Cea Hidden", "email": "cea@example.org", "display": "anonymous"})
    organizer.get(PAGE)
    rows = [row.get_text(" ", strip=True) for row in organizer.page.select("tbody tr")]
    assert ["Ada Example" in rows[0], "Bea Example" in rows[1], "(name not shown)" in rows[2]] == [True] * 3
    assert "Hidden" not in organizer.text
    assert organizer.text.count("Who came") == 1
    ada, bea, _ = invited(workshop, letter)
    assert send(organizer, "rank", **{f"rank-{bea.id}": "1", f"rank-{ada.id}": " 2 "}) == 303
    assert [(found.id, found.rank) for found in invited(workshop, letter)][:2] == [(bea.id, 1), (ada.id, 2)]
    assert send(organizer, "rank", up=str(ada.id)) == 303
    assert [found.id for found in invited(workshop, letter)][:2] == [ada.id, bea.id]
    assert send(organizer, "rank", **{f"rank-{ada.id}": ""}, down=str(bea.id)) == 303
    assert [(found.id, found.rank) for found in invited(workshop, letter)][:2] == [(ada.id, 1), (bea.id, 2)]


@pytest.mark.parametrize("place", ["0", "-1", "x", "1.5", "10000", "١"])
def test_a_place_is_a_whole_number(workshop: Workshop, organizer: Visitor, place: str) -> None:
    letter = workshop.letter(opened=False)
    came(workshop, Visitor(workshop.app.test_client()), first_link(workshop, letter), "Ada Example")
    (ada,) = invited(workshop, letter)
    assert send(organizer, "rank", **{f"rank-{ada.id}": place}) == 422
    field = organizer.page.select_one("input[aria-invalid]")
    assert (field["name"], field["value"]) == (f"rank-{ada.id}", place)
    assert "from 1 to 9999" in organizer.page.select_one(f"#{field['aria-describedby']}").get_text()
    assert organizer.page.select_one(f"[role=alert] a[href='#{field['id']}']")
    assert invited(workshop, letter)[0].rank is None


@pytest.mark.parametrize("odd", ["", "x", "9" * 30, "0", "77"])
def test_ids_of_nobody_change_nothing(workshop: Workshop, organizer: Visitor, odd: str) -> None:
    workshop.letter(opened=False)
    assert send(organizer, "revoke", invitation=odd) == 404
    assert send(organizer, "rank", **{f"rank-{odd}": "1", "up": odd}) == 303


def test_nobody_is_invited_to_a_closed_letter(workshop: Workshop, organizer: Visitor) -> None:
    workshop.letter()
    with workshop.writing() as session:
        publishing.close(session, get_letter(session, "ask-more"), now=clock.now())
    assert send(organizer, "invite", note="Too late") == 409
    assert "Links that were made before lead to the letter." in organizer.text
    organizer.get(PAGE)
    assert not organizer.page.select("form[action$='/invite']")


def test_the_letters_are_listed_with_their_states(workshop: Workshop, organizer: Visitor) -> None:
    workshop.letter(opened=False)
    workshop.letter("open-one", title="An open one")
    organizer.get("/organize/")
    rows = [row.get_text(" ", strip=True) for row in organizer.page.select("tbody tr")]
    assert [("open" in rows[0], "An open one" in rows[0]), "draft" in rows[1]] == [(True, True), True]
    found = [str(a["href"]) for a in organizer.page.select("tbody td a")]
    assert [path for path in found if path.endswith("/first")] == ["/organize/open-one/first", PAGE]


def test_moderators_and_accounts_of_other_letters_are_kept_out(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter(opened=False)
    workshop.account("mod@example.org")
    visitor.sign_in("mod@example.org")
    assert visitor.get(PAGE).status_code == 403
    assert visitor.get("/organize/").status_code == 403
    workshop.account("other@example.org", Role.ORGANIZER, only=workshop.letter("another"))
    other = Visitor(workshop.app.test_client())
    other.sign_in("other@example.org")
    assert other.get(PAGE).status_code == 403
    other.get("/organize/another/first")
    sent = {"csrf_token": csrf_token(other)}
    for deed in ("invite", "revoke", "rank"):
        assert other.post(f"{PAGE}/{deed}", sent).status_code == 403
    other.get("/organize/")
    assert "ask-more" not in other.response.get_data(as_text=True)


def test_what_an_organizer_did_is_confirmed(workshop: Workshop, organizer: Visitor) -> None:
    letter = workshop.letter(opened=False)
    came(workshop, Visitor(workshop.app.test_client()), first_link(workshop, letter), "Ada Example", "Bea Example")
    ada, bea = invited(workshop, letter)
    assert send(organizer, "invite", note="For Cea") == 303
    organizer.get(PAGE)
    assert "The link is made." in organizer.text
    assert send(organizer, "rank", **{f"rank-{ada.id}": "1", f"rank-{bea.id}": "2"}) == 303
    organizer.get(PAGE)
    assert "The places are saved." in organizer.text
    assert "more than once" not in organizer.text


def test_who_is_given_the_same_place_is_told_of(workshop: Workshop, organizer: Visitor) -> None:
    letter = workshop.letter(opened=False)
    came(
        workshop, Visitor(workshop.app.test_client()), first_link(workshop, letter), *("ABCD"[n] * 3 for n in range(4))
    )
    ids = [found.id for found in invited(workshop, letter)]
    places = dict(zip(ids, ("7", "7", "9", "9"), strict=True))
    assert send(organizer, "rank", **{f"rank-{id_}": place for id_, place in places.items()}) == 303
    organizer.get(PAGE)
    assert "Given more than once: 7, 9. Those who share a place stand by time." in organizer.text
    assert [found.id for found in invited(workshop, letter)] == ids


def test_two_letters_with_one_title_are_told_apart(workshop: Workshop, organizer: Visitor) -> None:
    workshop.letter()
    workshop.letter("another")
    for path in ("/organize/", "/moderation/"):
        organizer.get(path)
        rows = {row.select_one("th").get_text(" ", strip=True) for row in organizer.page.select("tbody tr")}
        assert rows == {"Ask more of us ask-more", "Ask more of us another"}


@pytest.mark.parametrize(
    ("sent_to", "page"), [("first/invite", "first"), ("first/rank", "first"), ("pledges/import", "pledges")]
)
def test_where_a_form_is_sent_to_leads_to_where_it_stands(
    workshop: Workshop, organizer: Visitor, sent_to: str, page: str
) -> None:
    workshop.letter()
    answer = organizer.get(f"/organize/ask-more/{sent_to}")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/organize/ask-more/{page}")
