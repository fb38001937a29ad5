"""Who may decide about what: moderators reach every letter unless their account is limited to some."""

import pytest
from flask import Flask

from pledges.letter.queries import get_letter
from pledges.organizer.models import Role
from pledges.signature.states import State
from tests.crowds import dump, in_state
from tests.moderation.desk import decide, revise
from tests.people import Visitor, Workshop


@pytest.fixture
def limited(workshop: Workshop, visitor: Visitor) -> Visitor:
    """A moderator who is limited to the letter `mine`."""
    mine = workshop.letter("mine", title="My letter")
    workshop.account("limited@example.org", only=mine)
    visitor.sign_in("limited@example.org")
    return visitor


def test_a_limited_moderator_reaches_the_own_letter(workshop: Workshop, limited: Visitor) -> None:
    with workshop.writing() as session:
        mine = get_letter(session, "mine")
    signature = in_state(workshop, mine, State.AWAITING)
    assert limited.get("/moderation/mine").status_code == 200
    assert decide(limited, "mine", [signature.id], "approve").status_code == 303
    assert workshop.state(signature) is State.APPROVED


def test_a_limited_moderator_reaches_no_other_letter(workshop: Workshop, limited: Visitor) -> None:
    other = workshop.letter("other", title="The other letter")
    waiting = in_state(workshop, other, State.AWAITING, "ada@example.org")
    approved = in_state(workshop, other, State.APPROVED, "bea@example.org")
    before = dump(workshop)
    for page in ("/moderation/other", "/moderation/other/decided"):
        assert limited.get(page).status_code == 403
        assert "Ada Example" not in limited.text
    assert decide(limited, "other", [waiting.id], "approve").status_code == 403
    assert revise(limited, "other", [approved.id], "remove", "because").status_code == 403
    assert decide(limited, "mine", [waiting.id], "approve").status_code == 303
    assert revise(limited, "mine", [approved.id], "remove", "because").status_code == 303
    assert dump(workshop) == before
    limited.get("/moderation/")
    assert "My letter" in limited.text
    assert "The other letter" not in limited.text


@pytest.mark.parametrize("role", Role)
def test_every_role_may_decide(workshop: Workshop, visitor: Visitor, role: Role) -> None:
    signature = in_state(workshop, workshop.letter(), State.AWAITING)
    workshop.account("staff@example.org", role)
    visitor.sign_in("staff@example.org")
    assert decide(visitor, "ask-more", [signature.id], "approve").status_code == 303
    assert workshop.state(signature) is State.APPROVED


def test_a_stranger_is_sent_to_sign_in_and_decides_nothing(workshop: Workshop, app: Flask, moderator: Visitor) -> None:
    signature = in_state(workshop, workshop.letter(), State.AWAITING)
    stranger = Visitor(app.test_client())
    for page in ("/moderation/", "/moderation/ask-more", "/moderation/ask-more/decided"):
        answer = stranger.get(page)
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/login?next={page}")
    stranger.get("/login")
    token = stranger.page.select_one("input[name=csrf_token]")["value"]
    fields = {"signature": signature.id, "decision": "approve", "csrf_token": token}
    answer = stranger.post("/moderation/ask-more/decide", fields)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/login")
    assert workshop.state(signature) is State.AWAITING


def test_a_limit_that_is_lifted_lets_the_moderator_reach_every_letter(workshop: Workshop, limited: Visitor) -> None:
    workshop.letter("other")
    assert limited.get("/moderation/other").status_code == 403
    runner = workshop.app.test_cli_runner()
    assert runner.invoke(args=["account", "limit", "limited@example.org", "mine", "other"]).exit_code == 0
    assert limited.get("/moderation/other").status_code == 200
    assert runner.invoke(args=["account", "limit", "limited@example.org", "mine"]).exit_code == 0
    assert limited.get("/moderation/other").status_code == 403
    assert runner.invoke(args=["account", "limit", "limited@example.org"]).exit_code == 0
    assert limited.get("/moderation/other").status_code == 200
