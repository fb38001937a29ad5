"""The count on other sites: what the element, the frame, the badge and oEmbed are given."""

import json
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from werkzeug.test import TestResponse

from pledges import clock
from pledges.letter import publishing
from pledges.letter.queries import get_letter
from pledges.widget.drawing import draw_qr
from tests.people import Visitor, Workshop

HOSTILE = """'<script>alert(1)</script> & "quotes" ]]>'"""
TRANSLATED = """
  - language: es
    title: Pídannos más
    body: Les pedimos más."""


def test_the_element_is_given_words_and_digits_of_the_language(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter(goal=20000, translations=TRANSLATED)
    workshop.confirmed(letter)
    shown = visitor.get("/embed/ask-more.json?lang=es").json
    assert (shown["lang"], shown["dir"], shown["title"], shown["count"]) == ("es", "ltr", "Pídannos más", "1")
    assert shown["goal"] == {"at": 1, "of": 20000, "text": "Meta: 20.000"}
    assert shown["url"] == "http://127.0.0.1:8000/letters/ask-more?lang=es"
    assert visitor.get("/embed/ask-more.json").json["goal"]["text"] == "Goal: 20,000"


def test_the_word_before_an_addressee_is_kept_apart_from_what_runs_from_the_right(
    workshop: Workshop, visitor: Visitor
) -> None:
    workshop.letter(translations="[{language: ar, title: اسألونا, to: المجلس, body: نسأل.}]")
    assert visitor.get("/embed/ask-more.json").json["to"] == "To: The board"
    to = visitor.get("/embed/ask-more.json?lang=ar").json["to"]
    assert to == "\N{FIRST STRONG ISOLATE}To:\N{POP DIRECTIONAL ISOLATE} المجلس"


def test_a_closed_letter_says_so_in_frame_and_element(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    assert visitor.get("/embed/ask-more.json").json["ended"] is None
    with workshop.writing() as session:
        publishing.close(session, get_letter(session, letter.slug), now=clock.now())
    assert visitor.get("/embed/ask-more.json").json["ended"] == "This letter is closed."
    visitor.get("/embed/ask-more")
    assert visitor.page.select_one(".quiet").get_text() == "This letter is closed."


@pytest.mark.parametrize("path", ["/embed.js", "/embed/ask-more", "/embed/ask-more.json", "/embed/ask-more.svg"])
def test_any_site_may_load_it_and_no_cookie_comes_along(workshop: Workshop, visitor: Visitor, path: str) -> None:
    workshop.letter()
    answer = visitor.get(path, headers={"Origin": "https://news.example.net"})
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "frame-ancestors *" in answer.headers["Content-Security-Policy"]
    assert not {"Set-Cookie", "X-Frame-Options"} & set(answer.headers.keys())


@pytest.mark.parametrize(("suffix", "kind"), [("", "text/html"), (".json", "application/json"), (".svg", "image/svg")])
def test_an_unknown_letter_is_a_quiet_line(visitor: Visitor, workshop: Workshop, suffix: str, kind: str) -> None:
    workshop.letter("draft", opened=False)
    for slug in ("nobody", "draft"):
        answer = visitor.get(f"/embed/{slug}{suffix}")
        assert answer.status_code == 404
        assert answer.content_type.startswith(kind)
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "error" not in answer.get_data(as_text=True).lower()


MISSPELLED = (
    "Ask-More",
    "ask_more",
    "../../x",
    "..%2F..%2Fx",
    "",
    "ask-more/",
    "a--b",
    "%C3%A9",
    "a.b.c",
    "ask-more/x/y",
)


@pytest.mark.parametrize("slug", MISSPELLED)
@pytest.mark.parametrize(("suffix", "kind"), [("", "text/html"), (".json", "application/json"), (".svg", "image/svg")])
def test_a_slug_as_none_is_written_is_a_quiet_line(
    workshop: Workshop, visitor: Visitor, slug: str, suffix: str, kind: str
) -> None:
    workshop.letter()
    answer = visitor.get(f"/embed/{slug}{suffix}", headers={"Origin": "https://news.example.net"})
    assert (answer.status_code, answer.content_type.partition(";")[0].partition("+")[0]) == (404, kind)
    _is_open_to_every_site(answer)
    assert "be shown." in answer.get_data(as_text=True) or suffix == ".svg"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/embed/", 404),
        ("GET", "/embed/ask-more?q=%FF", 400),
        ("POST", "/embed/ask-more", 405),
        ("DELETE", "/embed/ask-more.json", 405),
        ("GET", "/oembed", 404),
        ("GET", "/oembed?format=xml&url=x", 400),
        ("POST", "/oembed", 405),
        ("GET", "/api/v1/letters", 200),
        ("GET", "/api/v1/letters/Ask-More", 404),
        ("GET", "/api/nothing", 404),
        ("POST", "/api/v1/letters/ask-more", 405),
        ("GET", "/letters/ask-more/qr.svg", 200),
    ],
)
def test_what_is_for_other_sites_is_open_also_when_it_goes_wrong(
    workshop: Workshop, visitor: Visitor, method: str, path: str, status: int
) -> None:
    workshop.letter()
    answer = visitor.client.open(path, method=method)
    assert answer.status_code == status
    _is_open_to_every_site(answer)
    assert "To the open letters" not in answer.get_data(as_text=True)


def _is_open_to_every_site(answer: TestResponse) -> None:
    assert answer.headers.getlist("Access-Control-Allow-Origin") == ["*"]
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "frame-ancestors *" in answer.headers["Content-Security-Policy"]
    assert not {"Set-Cookie", "X-Frame-Options"} & set(answer.headers.keys())


@pytest.mark.parametrize("path", ["/", "/letters/ask-more", "/letters/nobody", "/embedded", "/apiary", "/login"])
def test_what_is_not_for_other_sites_is_framed_by_none(workshop: Workshop, visitor: Visitor, path: str) -> None:
    workshop.letter()
    answer = visitor.get(path)
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_hostile_title_stays_text_in_frame_badge_json_and_page(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter(title=HOSTILE)
    for path in ("/embed/ask-more", "/embed/ask-more.svg", "/letters/ask-more", "/letters/ask-more/share"):
        assert "<script>alert" not in visitor.get(path).get_data(as_text=True), path
    ElementTree.fromstring(visitor.get("/embed/ask-more.svg").data)
    shown = json.loads(visitor.get("/embed/ask-more.json").data)
    assert shown["title"] == HOSTILE.strip("'")


def test_the_code_to_copy_is_text_and_holds_the_base_url(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter(title=HOSTILE)
    visitor.get("/letters/ask-more/share")
    element, frame, badge = (code.get_text() for code in visitor.page.select("textarea.share__code"))
    script, tag = element.splitlines()
    assert script == '<script src="http://127.0.0.1:8000/embed.js" async></script>'
    assert tag.startswith('<open-letter slug="ask-more">')
    assert "&lt;script&gt;" in element
    assert 'src="http://127.0.0.1:8000/embed/ask-more"' in frame
    assert 'src="http://127.0.0.1:8000/embed/ask-more.svg"' in badge


def test_oembed_answers_for_a_letter_of_this_site(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter(title=HOSTILE)
    answer = visitor.get("/oembed?format=json&maxwidth=300&url=http://127.0.0.1:8000/letters/ask-more")
    found = answer.json
    assert (found["version"], found["type"], found["width"], found["height"]) == ("1.0", "rich", 300, 260)
    assert found["html"].startswith('<iframe src="http://127.0.0.1:8000/embed/ask-more" width="300"')
    assert "<script>" not in found["html"]


def test_oembed_of_a_translation_shows_its_picture(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter(translations=TRANSLATED)
    path = "/letters/ask-more"
    for query in ("", "?lang=es"):
        asked = quote(f"http://127.0.0.1:8000{path}{query}")
        found = visitor.get(f"/oembed?format=json&url={asked}").json
        assert found["thumbnail_url"] == f"http://127.0.0.1:8000{path}/card.png{query}"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("url=https://elsewhere.example/letters/ask-more", 404),
        ("url=http://127.0.0.1:8000/letters/nobody", 404),
        ("url=http://127.0.0.1:8000/login", 404),
        ("url=http://[", 404),
        ("", 404),
        ("format=xml&url=http://127.0.0.1:8000/letters/ask-more", 400),
        ("maxwidth=wide&url=http://127.0.0.1:8000/letters/ask-more", 400),
    ],
)
def test_oembed_refuses_what_it_can_not_show(workshop: Workshop, visitor: Visitor, query: str, status: int) -> None:
    workshop.letter()
    answer = visitor.get(f"/oembed?{query}")
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert query.partition("=")[0] in answer.json["detail"]


def test_the_letter_tells_networks_how_to_show_it(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter(translations=TRANSLATED)
    visitor.get("/letters/ask-more?lang=es")
    properties = {meta["property"]: meta["content"] for meta in visitor.page.select("meta[property]")}
    assert properties["og:title"] == "Pídannos más"
    assert properties["og:image"] == "http://127.0.0.1:8000/letters/ask-more/card.png?lang=es"
    links = {(link["rel"][0], link.get("hreflang")): link["href"] for link in visitor.page.select("link[rel]")}
    assert links["canonical", None] == "http://127.0.0.1:8000/letters/ask-more?lang=es"
    assert links["alternate", "en"] == "http://127.0.0.1:8000/letters/ask-more"
    assert links["alternate", "x-default"] == "http://127.0.0.1:8000/letters/ask-more"


def test_a_qr_code_is_a_picture_with_a_quiet_zone() -> None:
    drawn = ElementTree.fromstring(draw_qr("http://127.0.0.1:8000/letters/ask-more"))
    assert drawn.tag.endswith("svg")
    assert int(drawn.attrib["width"]) == int(drawn.attrib["height"]) > 200
