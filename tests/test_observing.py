"""What an operator reads in the log: each request, each mistake and where it was made; and never who signed."""

import io
import logging

import pytest
from flask import Flask

from pledges.signature.words import Display
from tests.logged import lines
from tests.mailing import link
from tests.people import Visitor, Workshop


@pytest.fixture
def app(new_app: Flask) -> Flask:
    """One that a test may add addresses to."""
    return new_app


def test_a_whole_story_leaves_no_address_no_token_and_no_name_in_the_log(
    app: Flask, workshop: Workshop, visitor: Visitor, log: io.StringIO
) -> None:
    app.add_url_rule("/broken/<path:rest>", view_func=broken)
    letter = workshop.letter(anonymous="true")
    workshop.account("mod@example.org")
    visitor.sign("ask-more", name="Ada Lovelace", email="ada@example.org", display=Display.ANONYMOUS)
    visitor.sign("ask-more", name="Ada Lovelace", email="ada@example")
    visitor.sign("ask-more", name="Bob Noyce", email="bob@example.org", statement="my own words")
    workshop.sink.refused["bob@example.org"] = "550 5.1.1 bob@example.org: Bob Noyce is not here"
    workshop.deliver()
    confirm = workshop.confirm_link("ada@example.org")
    visitor.get(confirm)
    visitor.press("/confirm/")
    visitor.get("/confirm/" + "x" * 40)
    visitor.get(confirm + "x?name=Ada+Lovelace")
    visitor.post("/letters/ask-more/sign", {"email": "ada@example.org"}, headers={"Origin": "https://ada.example"})
    (thanks,) = workshop.deliver()[:1]
    manage = link(thanks, "manage")
    visitor.get(manage)
    assert visitor.get("/broken/ada@example.org?name=Ada+Lovelace").status_code == 500
    assert "Something broke on our side" in visitor.text
    visitor.sign_in("mod@example.org")
    visitor.get("/moderation/ask-more")
    visitor.get("/letters/ask-more/signatories?q=lovelace")
    visitor.post(f"{manage}/withdraw")
    workshop.deliver()
    workshop.sink.stop()
    workshop.sign(letter, "joe@example.org", "Joe Example")
    workshop.worker.work()

    messages = [line["message"] for line in lines(log)]
    assert {"request", "mail refused", "mistake", "mail server away"} <= set(messages)
    written = log.getvalue().lower()
    tokens = [path.rpartition("/")[2].lower() for path in (confirm, manage)]
    for secret in ("ada", "bob", "joe", "lovelace", "noyce", "@", "example.org", "my own words", *tokens):
        assert secret not in written


def broken(rest: str) -> str:
    """Fails with all that it was sent in its words."""
    try:
        raise ValueError(f"{rest} is odd")
    except ValueError as cause:
        raise RuntimeError(f"no view for {rest}\n of Ada Lovelace") from cause


def test_a_mistake_is_told_by_its_kind_and_its_place(app: Flask, visitor: Visitor, log: io.StringIO) -> None:
    app.add_url_rule("/broken/<path:rest>", view_func=broken)
    assert visitor.get("/broken/ada").status_code == 500
    mistake = next(line for line in lines(log) if line["message"] == "mistake")
    assert (mistake["level"], mistake["error"]) == ("error", "RuntimeError")
    assert mistake["where"][-1].startswith("test_observing.py:")
    assert mistake["where"][-1].endswith(" broken")


def test_a_request_is_told_by_its_route_its_answer_and_its_time(visitor: Visitor, log: io.StringIO) -> None:
    visitor.get("/confirm/abc")
    (line,) = lines(log)
    assert (line["method"], line["route"], line["status"]) == ("GET", "/confirm/<token>", 404)
    assert line["ms"] >= 0
    assert line["at"].endswith("+00:00")


def test_what_libraries_warn_of_is_a_json_line_too(log: io.StringIO) -> None:
    logging.getLogger("flask-limiter").warning("storage unreachable\nnow")
    assert [(line["logger"], line["message"]) for line in lines(log)] == [("flask-limiter", "storage unreachable\nnow")]
