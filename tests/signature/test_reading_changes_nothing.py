"""No GET changes anything, however often it is fetched: mail scanners follow every link."""

from collections.abc import Iterator

import pytest
from werkzeug.routing import Rule

from pledges.pledge.mails import report_token
from pledges.signature.states import State
from pledges.signature.unsubscribing import MailKind, unsubscribe_path
from tests.crowds import dump, in_state
from tests.mailing import link
from tests.people import Visitor, Workshop
from tests.signature.invitations import first_link


def paths(workshop: Workshop, tokens: dict[str, str]) -> Iterator[str]:
    """An address of every route that can be read; a new route with a token has to be named in `tokens`."""
    routes = workshop.app.url_map.bind("localhost")
    for rule in workshop.app.url_map.iter_rules():
        assert isinstance(rule, Rule)
        if "GET" in rule.methods:
            known = {"slug": "ask-more", "token": tokens[rule.rule.split("/")[1]] if "token" in rule.arguments else ""}
            yield routes.build(rule.endpoint, {name: known.get(name, 1) for name in rule.arguments})


@pytest.mark.parametrize("signed_in", [False, True])
def test_every_page_leaves_every_row_as_it_was(workshop: Workshop, visitor: Visitor, signed_in: bool) -> None:
    letter = workshop.letter(anonymous="true")
    signatures = {state: in_state(workshop, letter, state, f"{state}@example.org", role="Editor") for state in State}
    workshop.account()
    workshop.deliver()
    confirm, manage = workshop.confirm_link("pending@example.org"), workshop.manage_link("approved@example.org")
    first = first_link(workshop, workshop.letter("draft", opened=False))
    with workshop.app.app_context():
        report = f"/report/{report_token(signatures[State.APPROVED].id, workshop.now())}"
        unsubscribe = unsubscribe_path(signatures[State.APPROVED].id, MailKind.CHECK_INS, workshop.now())
    with_tokens = (confirm, manage, first, report, unsubscribe)
    tokens = {path.split("/")[1]: path.split("/")[2] for path in with_tokens}
    if signed_in:
        visitor.sign_in("mod@example.org")
    before = dump(workshop)
    found = list(paths(workshop, tokens))
    assert {confirm, manage, first, "/letters/ask-more"} < set(found)
    for path in found:
        for method in ("GET", "HEAD", "OPTIONS", "GET"):
            assert visitor.client.open(path, method=method).status_code < 500, path
    assert [visitor.get(path).status_code for path in with_tokens] == [200, 200, 200, 410, 200]
    assert dump(workshop) == before


def test_a_link_that_scanners_fetch_still_confirms_nothing(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    signature = workshop.sign(letter)
    (mail,) = workshop.deliver()
    for _ in range(5):
        assert visitor.get(link(mail, "confirm")).status_code == 200
        assert "Ada Example" in visitor.text
        assert len(visitor.page.select("main form[method=post] button")) == 1
    assert workshop.state(signature) is State.PENDING
    assert workshop.figures(letter).confirmed == 0
