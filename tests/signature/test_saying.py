"""What is said, before one confirms and after it, of what a signature waits for and what becomes of an address."""

import pytest

from pledges.signature import gathering
from pledges.signature.states import Kind
from tests.crowds import crowd
from tests.mailing import plain
from tests.people import Visitor, Workshop

SEALING = (
    "Until 3 people have confirmed, your signature counts, but what you wrote is sealed and shown nowhere. "
    "Then we tell you, and a day later it shows, unless you withdraw."
)
ERASING = "As soon as you confirm, your address is erased, as you asked."
NO_MORE_MAIL = "after that we can’t write to you"
EACH_NAME = "A moderator looks at each name before it is shown."
EACH_ORGANIZATION = "A moderator looks at each organization before it is listed and counted."


@pytest.mark.parametrize(
    ("wish", "said"), [({"together": "y"}, [SEALING]), ({"erase_address": "y"}, [ERASING, NO_MORE_MAIL]), ({}, [])]
)
def test_what_confirming_brings_is_said_before(
    workshop: Workshop, visitor: Visitor, wish: dict[str, str], said: list[str]
) -> None:
    workshop.letter(together=3, email_domains="[example.org]")
    visitor.sign("ask-more", **wish)
    (mail,) = workshop.deliver()
    visitor.get(workshop.confirm_link("ada@example.org"))
    html = mail.get_body(("html",))
    assert html is not None
    for text in (visitor.text, " ".join(plain(mail).split()), " ".join(html.get_content().split())):
        assert [each for each in (SEALING, ERASING, NO_MORE_MAIL) if each in text] == said


LET_IN = "Your signature counts once a moderator has let it in, without reading it."


@pytest.mark.parametrize(
    ("head", "let_in"),
    [
        ({"moderation": "hold", "count": "approved"}, True),
        ({"moderation": "flag", "count": "approved"}, False),
        ({"moderation": "hold", "count": "confirmed"}, False),
    ],
)
def test_that_a_moderator_lets_a_sealed_one_in_is_said_before(
    workshop: Workshop, visitor: Visitor, head: dict[str, str], let_in: bool
) -> None:
    workshop.letter(together=3, **head)
    visitor.get("/letters/ask-more")
    said = [visitor.text]
    visitor.sign("ask-more", together="y")
    (mail,) = workshop.deliver()
    visitor.get(workshop.confirm_link("ada@example.org"))
    for text in (*said, visitor.text, " ".join(plain(mail).split())):
        assert (LET_IN in text, "your signature counts, but what you wrote is sealed" in text) == (let_in, not let_in)


def test_who_confirms_after_enough_have_is_told_what_is_true_then(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter(together=2, moderation="flag")
    visitor.sign("ask-more", together="y", email="late@example.org")
    crowd(workshop, letter, ["Ada Example", "Eve Example"])
    with workshop.writing() as session:
        gathering.gather(session, now=workshop.now())
    workshop.deliver()
    visitor.get(workshop.confirm_link("late@example.org"))
    assert "Enough have signed already" in visitor.text
    assert "sealed" not in visitor.text


@pytest.mark.parametrize(
    ("head", "how", "said"),
    [
        ({"moderation": "hold"}, {}, EACH_NAME),
        ({"moderation": "flag"}, {}, None),
        ({"moderation": "flag", "together": 3}, {"together": True}, SEALING),
        ({"moderation": "hold", "together": 3}, {"together": True}, f"{SEALING} {EACH_NAME}"),
        ({"moderation": "flag"}, {"kind": Kind.ORGANIZATION}, EACH_ORGANIZATION),
    ],
)
def test_the_thanks_say_what_one_waits_for(
    workshop: Workshop, head: dict[str, object], how: dict[str, object], said: str | None
) -> None:
    workshop.confirmed(workshop.letter(**head), **how)
    mail = workshop.deliver()[-1]
    html = mail.get_body(("html",))
    assert html is not None
    for text in (plain(mail), html.get_content()):
        words = " ".join(text.split())
        told = [each for each in (SEALING, EACH_NAME, EACH_ORGANIZATION) if each in words]
        assert " ".join(told) == (said or "")
        assert (said or "") in words
