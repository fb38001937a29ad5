"""What every answer under /api/ has in common: readable from any site, kept by caches, errors as RFC 9457."""

from http import HTTPStatus

import pytest

from tests.people import Visitor, Workshop

GOOD = [
    "/api/v1/letters",
    "/api/v1/letters/ask-more",
    "/api/v1/letters/ask-more/count",
    "/api/v1/letters/ask-more/signatories",
    "/api/v1/letters/ask-more/pledges",
    "/api/v1/openapi.json",
]

ERRORS = [
    ("GET", "/api/v1/letters/nothing", 404),
    ("GET", "/api/v1/letters/nothing/count", 404),
    ("GET", "/api/v1/letters/Ask-More", 404),
    ("GET", "/api/v1/letters/%FF", 404),
    ("GET", "/api/v1/", 404),
    ("GET", "/api/", 404),
    ("GET", "/api/v2/letters", 404),
    ("GET", "/api/v1/letters/ask-more/signatories?after=x", 400),
    ("GET", "/api/v1/letters/nothing/pledges", 404),
    ("GET", "/api/v1/letters/ask-more/pledges/nothing/commitments", 404),
    ("GET", "/api/v1/letters/ask-more/pledges/%00/commitments", 404),
    ("GET", "/api/v1/letters/ask-more/signatories?limit=0", 400),
    ("GET", "/api/v1/letters?q=%FF", 400),
    ("POST", "/api/v1/letters", 405),
    ("PUT", "/api/v1/letters/ask-more", 405),
    ("DELETE", "/api/v1/letters/ask-more/count", 405),
]


@pytest.fixture(autouse=True)
def _letter(workshop: Workshop) -> None:
    workshop.letter()


def test_any_site_may_read_every_answer_and_none_may_send_credentials(visitor: Visitor) -> None:
    for headers in ({}, {"Origin": "https://news.example"}, {"Origin": "null"}):
        for path in GOOD:
            answer = visitor.get(path, headers=headers)
            assert answer.status_code == 200
            assert answer.headers.getlist("Access-Control-Allow-Origin") == ["*"]
            assert "Access-Control-Allow-Credentials" not in answer.headers
            assert "Origin" not in answer.headers.get("Vary", "")
            assert "ETag" in answer.headers["Access-Control-Expose-Headers"]


def test_any_site_may_read_an_error_too(visitor: Visitor) -> None:
    for method, path, status in ERRORS:
        answer = visitor.client.open(path, method=method)
        assert (answer.status_code, method, path) == (status, method, path)
        assert answer.headers.getlist("Access-Control-Allow-Origin") == ["*"], path


def test_a_browser_that_asks_first_is_told_what_it_may_do(visitor: Visitor) -> None:
    asking = {"Origin": "https://news.example", "Access-Control-Request-Headers": "if-none-match"}
    for path in (*GOOD, "/api/v1/letters/nothing/count"):
        answer = visitor.client.options(path, headers={**asking, "Access-Control-Request-Method": "GET"})
        assert answer.status_code in (200, 404)
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
    answer = visitor.client.options(GOOD[0], headers={**asking, "Access-Control-Request-Method": "GET"})
    assert {method.strip() for method in answer.headers["Access-Control-Allow-Methods"].split(",")} == {
        "GET",
        "HEAD",
        "OPTIONS",
    }
    assert "if-none-match" in answer.headers["Access-Control-Allow-Headers"].lower()


def test_pages_are_not_opened_to_scripts_of_other_sites(visitor: Visitor) -> None:
    for path in ("/", "/letters/ask-more", "/letters/ask-more/signatories", "/login", "/moderation/", "/confirm/x"):
        answer = visitor.get(path, headers={"Origin": "https://news.example"})
        assert "Access-Control-Allow-Origin" not in answer.headers, path


def test_every_answer_may_be_kept_for_five_seconds_and_sets_no_cookie(workshop: Workshop, visitor: Visitor) -> None:
    workshop.account()
    visitor.sign_in("mod@example.org")
    for path in GOOD:
        answer = visitor.get(path)
        assert "Set-Cookie" not in answer.headers
        assert "public" in answer.headers["Cache-Control"]
        assert "s-maxage=3" in answer.headers["Cache-Control"]
        assert "stale-while-revalidate=2" in answer.headers["Cache-Control"]
        assert answer.headers["ETag"]
        assert "Cookie" not in answer.headers.get("Vary", "")


def test_who_has_an_answer_already_is_told_so_without_it(visitor: Visitor) -> None:
    for path in GOOD:
        tag = visitor.get(path).headers["ETag"]
        for known in (tag, f'"other", {tag}', "*"):
            answer = visitor.get(path, headers={"If-None-Match": known})
            assert (answer.status_code, answer.data) == (304, b""), (path, known)
            assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert visitor.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_head_has_the_headers_and_no_body(visitor: Visitor) -> None:
    for path in GOOD:
        answer = visitor.client.head(path)
        assert (answer.status_code, answer.data) == (200, b"")
        assert answer.headers["ETag"] == visitor.get(path).headers["ETag"]


def test_an_error_is_a_problem_that_says_what_happened(visitor: Visitor) -> None:
    for method, path, status in ERRORS:
        answer = visitor.client.open(path, method=method)
        assert answer.headers["Content-Type"] == "application/problem+json", path
        assert set(answer.json) == {"type", "title", "status", "detail"}
        assert (answer.json["type"], answer.json["status"]) == ("about:blank", status)
        assert answer.json["title"] == HTTPStatus(status).phrase
        assert answer.json["detail"]
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in answer.headers
        if status == 405:
            assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize(
    ("method", "path", "words"),
    [
        ("GET", "/signatories?limit=0", ["'limit'", "1 to 500"]),
        ("GET", "/signatories?limit=501", ["'limit'", "1 to 500"]),
        ("GET", "/signatories?kind=robot", ["'kind'", "person | organization"]),
        ("GET", "/signatories?after=x", ["'after'", "'next'"]),
        ("GET", "/pledges/nothing/commitments", ["'key'", "/pledges"]),
        ("GET", "/count?q=%FF", ["UTF-8"]),
        ("GET", "/nothing", ["openapi.json"]),
        ("PATCH", "/count", ["Allow"]),
    ],
)
def test_an_error_names_the_parameter_and_what_it_takes(
    visitor: Visitor, method: str, path: str, words: list[str]
) -> None:
    detail = visitor.client.open(f"/api/v1/letters/ask-more{path}", method=method).json["detail"]
    assert [word for word in words if word not in detail] == []


def test_no_error_speaks_of_pages_and_forms(visitor: Visitor) -> None:
    assert "'slug'" in visitor.get("/api/v1/letters/nothing/count").json["detail"]
    for method, path, _status in ERRORS:
        detail = visitor.client.open(path, method=method).json["detail"]
        assert not {"page,", "form", "back,", "front"} & set(detail.replace(".", "").split()), path


def test_lists_of_names_are_left_alone_by_search_engines(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter("with-pledges", pledges="[{key: speak, kind: act, text: I will speak.}]")
    for path in ("signatories", "signatories?kind=organization", "pledges/speak/commitments"):
        answer = visitor.get(f"/api/v1/letters/with-pledges/{path}")
        assert (answer.status_code, answer.headers["X-Robots-Tag"]) == (200, "noindex")
    assert "X-Robots-Tag" not in visitor.get("/api/v1/letters/with-pledges").headers


def test_an_error_outside_is_a_page(visitor: Visitor) -> None:
    for path in ("/nothing", "/letters/nothing", "/apiary"):
        answer = visitor.get(path)
        assert (answer.status_code, answer.mimetype) == (404, "text/html")
