"""What a letter's policy flags, holds and lets through."""

import pytest

from pledges.letter.models import Moderation
from pledges.letter.queries import get_letter
from pledges.signature import queries
from pledges.signature.models import Signature
from pledges.signature.policy import Flag, holds_web_address, rule
from pledges.signature.states import Actor, Kind, State
from pledges.signature.withdrawing import withdraw
from pledges.signature.words import Words
from tests.crowds import in_state
from tests.people import Visitor, Workshop

ORDINARY = [
    "Ada Example",
    "St. John",
    "J.R.R. Tolkien",
    "O'Neil",
    "D. Me",
    "Dr. Shop",
    "Prof. Dr. Io Club",
    "A. Link",
    "Mary-Ann d'Arc, M.D., Ph.D.",
    "Hon. Xyz",
    "Mr. Org",
    "María José",
    "王小明",
    "Нет Ру",
    "Dotcom Smith",
    "Wwwilliam",
    "Http Httpson",
    "A. B., M.Sc./Ph.D.",
    "Editor: J. Io",
]

ADVERTISING = [
    "buy.example.com",
    "Visit Evil.Com",
    "пример.рф",
    "evil。com",
    "evil．com",
    "Visit example.org now",
    "https://example.org",
    "HTTP://X",
    "www.example",
    "Cheap pills cheap.RU",
    "see //example",
    "join t.me",
    "my.shop",
    "Your prize: T.Co/AbC",
    "Me.Eu?you",
]


def flags(workshop: Workshop, signature: Signature) -> list[str]:
    with workshop.writing() as session:
        return queries.find_signature(session, signature.id).flags


@pytest.mark.parametrize("name", ORDINARY)
def test_an_ordinary_name_is_no_web_address(name: str) -> None:
    assert not holds_web_address(Words(name=name, role=name, affiliation=name))


@pytest.mark.parametrize("name", ADVERTISING)
@pytest.mark.parametrize("field", ["name", "role", "affiliation"])
def test_a_web_address_is_seen_in_every_word_that_is_shown(field: str, name: str) -> None:
    assert holds_web_address(Words(**{"name": "Ada", field: name}))


@pytest.mark.parametrize(
    ("submission", "flag"),
    [
        ({"name": "buy.example.com"}, "web_address"),
        ({"affiliation": "www.example.com"}, "web_address"),
        ({"affiliation": "www.example.org"}, "own_domain"),
        ({"affiliation": "gmail.com", "email": "ada@gmail.com"}, "web_address"),
        ({"kind": Kind.ORGANIZATION}, "organization"),
        ({"email": "ada@mailinator.com"}, "disposable"),
        ({"email": "ada@a.part.of.mailinator.com"}, "disposable"),
    ],
)
@pytest.mark.parametrize("moderation", ["flag", "hold"])
def test_a_flagged_signature_waits_under_either_policy(
    workshop: Workshop, moderation: str, submission: dict[str, str], flag: str
) -> None:
    signature = workshop.confirmed(workshop.letter(moderation=moderation), **submission)
    assert signature.state is State.AWAITING
    assert flags(workshop, signature) == [flag]


def test_a_company_of_many_that_writes_its_domain_waits_and_is_counted(workshop: Workshop) -> None:
    letter = workshop.letter(moderation="flag")
    many = frozenset({Flag.OWN_DOMAIN, Flag.MANY_FROM_NETWORK})
    assert rule(letter, [*many]) == (State.AWAITING, Actor.SIGNATORY)
    advertising = workshop.confirmed(letter, "eve@example.org", "Buy at buy.example", affiliation="example.org")
    assert flags(workshop, advertising) == ["web_address", "own_domain"]


def test_who_writes_a_domain_that_the_letter_lists_does_not_advertise(workshop: Workshop) -> None:
    letter = workshop.letter(moderation="flag", email_domains="[example.org]")
    signature = workshop.confirmed(letter, affiliation="example.org")
    assert (signature.state, flags(workshop, signature)) == (State.APPROVED, [])


def test_several_flags_stand_side_by_side(workshop: Workshop) -> None:
    signature = workshop.confirmed(
        workshop.letter(moderation="flag"), "ada@mailinator.com", "buy.example.com", statement="Buy.", role="Seller"
    )
    assert flags(workshop, signature) == ["web_address", "disposable"]


@pytest.mark.parametrize("name", ["J.R.R. Tolkien", "D. Me"])
def test_the_flag_policy_lets_an_ordinary_name_through(workshop: Workshop, visitor: Visitor, name: str) -> None:
    letter = workshop.letter(moderation="flag")
    signature = workshop.confirmed(letter, name=name)
    assert (signature.state, flags(workshop, signature)) == (State.APPROVED, [])
    with workshop.writing() as session:
        (event,) = queries.list_histories(session, [signature.id])[signature.id]
    assert (event.old, event.new, event.actor) == (State.PENDING, State.APPROVED, Actor.POLICY)
    visitor.get("/letters/ask-more/signatories")
    assert name in visitor.page.select_one(".signatory").get_text()


def test_the_hold_policy_lets_every_name_wait(workshop: Workshop, visitor: Visitor) -> None:
    signature = workshop.confirmed(workshop.letter(moderation="hold"))
    assert (signature.state, flags(workshop, signature)) == (State.AWAITING, [])
    visitor.get("/letters/ask-more/signatories")
    assert not visitor.page.select(".signatory")


@pytest.mark.parametrize("doubted", [State.REJECTED, State.QUARANTINED])
@pytest.mark.parametrize("moderation", ["flag", "hold"])
def test_whoever_was_doubted_and_withdrew_is_held_when_signing_again(
    workshop: Workshop, doubted: State, moderation: str
) -> None:
    letter = workshop.letter(moderation="hold")
    first = in_state(workshop, letter, doubted, "ada.example@gmail.com")
    with workshop.writing() as session:
        withdraw(session, first.id, now=workshop.now())
        get_letter(session, "ask-more").moderation = Moderation(moderation)
    again = workshop.confirmed(letter, "adaexample+again@googlemail.com")
    assert (again.state, flags(workshop, again)) == (State.AWAITING, ["returned"])


@pytest.mark.parametrize("trusted", [State.AWAITING, State.APPROVED])
def test_whoever_withdrew_in_good_standing_signs_again_without_a_flag(workshop: Workshop, trusted: State) -> None:
    letter = workshop.letter()
    first = in_state(workshop, letter, trusted)
    with workshop.writing() as session:
        withdraw(session, first.id, now=workshop.now())
    assert flags(workshop, workshop.confirmed(letter)) == []


@pytest.mark.parametrize("name", ["casino.uk visit", "spam.de", "t.co/x", "evil.app", "EVIL.COM", "HTTP:evil"])
def test_any_domain_in_a_name_is_taken_for_a_web_address(name: str) -> None:
    assert holds_web_address(Words(name=name))
