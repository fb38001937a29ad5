"""What a client can send instead of the sign form: never a 5xx, and nothing stored."""

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask import Flask, before_render_template
from jinja2 import Template

from tests.crowds import dump
from tests.people import Visitor, Workshop

FORM = "application/x-www-form-urlencoded"
RIGHT = urlencode({"name": "Ada Example", "email": "ada@example.org"}).encode()
MULTIPART = "multipart/form-data; boundary=x"

BODIES = [
    (RIGHT + b"&statement=" + b"x" * 70_000, FORM, 413),
    (b"name=Ada+%FF%FE&email=ada@example.org", FORM, 400),
    (b"name=Ada+\xff\xfe&email=ada@example.org", FORM, 400),
    (b"name=Ada&email=ada%FF@example.org", FORM, 400),
    (b"name=Ada&email=ada@example.org&role=%C3%28", FORM, 400),
    (b"name=Ada&email=ada@example.org&statement=%ED%A0%80", FORM, 400),
    (b"name=Ada&email=ada@example.org&unknown=%FF", FORM, 400),
    (b"name=Ada&email=ada@example.org&display=%00", FORM, 422),
    (b"\x00\x01\x02", FORM, 422),
    (b"&".join(b"name=%d" % n for n in range(3000)), FORM, 422),
    (b"", FORM, 422),
    (b'{"name": "Ada", "email": "ada@example.org"}', "application/json", 422),
    (RIGHT, "text/plain", 422),
    (RIGHT, "", 422),
    (RIGHT, "multipart/form-data", 422),
    (b"--x\r\nnonsense", MULTIPART, 422),
    (b"--x\r\nContent-Disposition: form-data; name=name\r\n\r\n\xff\r\n--x--\r\n", MULTIPART, 422),
    (b"--x\r\n" * 3000, MULTIPART, 422),
    (RIGHT, MULTIPART + "y" * 500, 422),
]


def test_what_is_no_form_is_refused_and_nothing_is_stored(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    before = dump(workshop)
    for body, content_type, status in BODIES:
        response = visitor.post("/letters/ask-more/sign", body, content_type=content_type)
        assert (response.status_code, body[:60]) == (status, body[:60])
        assert dump(workshop) == before, body[:60]


def test_a_typed_percent_sign_is_no_broken_text(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    assert visitor.sign("ask-more", name="Ada %FF Example").status_code == 303
    assert "Ada %FF Example" in repr(dump(workshop)["signature"])


@pytest.mark.parametrize(
    "path",
    [
        "/letters/%FF/sign",
        "/letters/ask-more%00/sign",
        "/letters/ask-more/%FF",
        "/letters/ask%2Fmore/sign",
        "/letters/ask-more/sign/",
        "/confirm/%FF%00",
        "/manage/%FF/withdraw",
        "/manage/%00/withdraw",
    ],
)
def test_a_broken_path_is_not_found(workshop: Workshop, visitor: Visitor, path: str) -> None:
    workshop.letter()
    before = dump(workshop)
    assert visitor.post(path, RIGHT, content_type=FORM).status_code == 404
    assert dump(workshop) == before


def test_a_query_that_is_no_text_is_refused(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    before = dump(workshop)
    for query in ("lang=%FF", "%FF=x", "lang=en&q=%C3%28", "lang=%ED%A0%80"):
        response = visitor.post(f"/letters/ask-more/sign?{query}", RIGHT, content_type=FORM)
        assert response.status_code == 400, query
        assert "send the form again" in visitor.text
        assert visitor.get(f"/letters/ask-more/signatories?{query}").status_code == 400, query
        assert "Something in the address is no text." in visitor.text
    assert dump(workshop) == before


def test_an_unknown_language_does_not_hinder_signing(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    for query in ("lang=%00", "lang=" + "x" * 3000, "lang=xx&lang=yy", "lang", "%", "unknown=%25FF"):
        response = visitor.post(f"/letters/ask-more/sign?{query}", RIGHT, content_type=FORM)
        assert (response.status_code, response.headers.get("Location")) == (303, "/letters/ask-more/check-email"), query


def test_signing_is_a_post(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    before = dump(workshop)
    for method in ("PUT", "DELETE", "PATCH"):
        response = visitor.client.open("/letters/ask-more/sign", method=method)
        assert (method, response.status_code) == (method, 405)
        assert "POST" in response.headers["Allow"]
    assert visitor.get("/letters/ask-more/sign?name=Ada&email=ada@example.org").status_code == 303
    assert dump(workshop) == before


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "sent",
    [{"email": "a@b"}, {"pledge": "give", "pledge-give-amount": "much"}, {"challenge": "none of ours"}],
    ids=["a wrong address", "no amount", "no proof"],
)
def test_while_a_form_comes_back_with_its_errors_others_can_sign(
    app: Flask, workshop: Workshop, visitor: Visitor, sqlite_path: Path, sent: dict[str, str]
) -> None:
    workshop.letter(challenge_above=1, pledges="[{key: give, kind: amount, unit: USD, text: I will give.}]")
    written: list[str] = []

    def write(_app: Flask, template: Template, **_: object) -> None:
        with closing(sqlite3.connect(sqlite_path, timeout=0, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            written.append(str(template.name))

    with before_render_template.connected_to(write, app):
        assert visitor.sign("ask-more", **sent).status_code == 422
    assert "letter/letter.html" in written
