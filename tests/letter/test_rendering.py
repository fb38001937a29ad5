"""A letter's Markdown becomes HTML that can do nothing but be read."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pledges.letter.rendering import TAGS, fingerprint, render
from pledges.plain_text import is_refused

ATTRIBUTES = {"a": {"href", "rel"}}
SCHEME = re.compile(r"\s*[A-Za-z][A-Za-z0-9+.-]*:")
SCHEMES = ("http:", "https:", "mailto:")

PIECES = st.sampled_from(
    [
        "<script>",
        "</script>",
        "<img src=x onerror=alert(1)>",
        "<style>",
        "<svg/onload=alert(1)>",
        "<!--",
        "-->",
        "<![CDATA[",
        "javascript:alert(1)",
        "&#106;avascript:",
        "data:text/html,x",
        "//evil.example",
        "https://example.org",
        "\\",
        "[",
        "](",
        ")",
        "![",
        "<",
        ">",
        "`",
        "```",
        "~~~html\n",
        "#",
        "# ",
        "> ",
        "- ",
        "1. ",
        "***",
        "---\n",
        "\n",
        "\n\n",
        "\t",
        " ",
        '"',
        "'",
        "&",
        "&lt;script&gt;",
        "&#x202E;",
        "\u202e",
        "\u200b",
        "\0",
        "&#0;",
        "x",
        "[a]: //evil.example 'onclick=x'\n",
        "[a]",
        "<https://example.org>",
        "<x@example.org>",
    ]
)


class Reader(HTMLParser):
    """Reads HTML as a browser would, and keeps the tags, the attributes and the text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.others: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.others.append(data)

    def handle_decl(self, decl: str) -> None:
        self.others.append(decl)

    def unknown_decl(self, data: str) -> None:
        self.others.append(data)

    def handle_pi(self, data: str) -> None:
        self.others.append(data)


@given(st.lists(PIECES | st.text(max_size=8), max_size=25).map("".join))
@example("[a](//evil.example)")
@example("[a](https://example.org 'title')")
@example("<a href='x' onclick='y'>")
@example("![a](https://example.org/x.png)")
@settings(max_examples=300, deadline=None)
def test_nothing_outside_the_allow_list_is_ever_emitted(markdown: str) -> None:
    page = Reader(render(markdown))
    assert not page.others
    for tag, attributes in page.tags:
        assert tag in TAGS
        assert attributes.keys() <= ATTRIBUTES.get(tag, set())
        href = attributes.get("href") or ""
        assert not href.startswith(("//", "/\\", "\\"))
        assert not SCHEME.match(href) or href.startswith(SCHEMES)
    assert not [c for c in page.text if is_refused(c) and c not in "\n\t"]


@pytest.mark.parametrize(
    "markdown",
    [
        "<script>alert(1)</script>",
        "<b onclick=alert(1)>x</b>",
        "<iframe src=//evil.example>",
        "a <!-- b --> c",
        "<div>\n\n**x**\n\n</div>",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
    ],
)
def test_html_in_the_markdown_is_shown_and_does_nothing(markdown: str) -> None:
    page = Reader(render(markdown))
    assert {tag for tag, _ in page.tags} <= {"p", "strong"}
    assert not page.others
    assert markdown.replace("&lt;", "<").replace("&gt;", ">").replace("**", "").split() == page.text.split()


@pytest.mark.parametrize(
    "target",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "&#106;avascript:alert(1)",
        "vbscript:x",
        "data:text/html;base64,PHNjcmlwdD4=",
        "file:///etc/passwd",
        "ftp://example.org",
        "//evil.example",
        "&#47;&#47;evil.example",
        "https:/\\evil.example",
    ],
)
def test_a_link_that_could_run_code_or_hide_its_host_leads_nowhere(target: str) -> None:
    for markdown in (f"[here]({target})", f"[here]: {target}\n\n[here]"):
        assert not [attributes for _, attributes in Reader(render(markdown)).tags if attributes.get("href")]


@pytest.mark.parametrize(
    "target", ["https://example.org/a?b=c", "http://example.org", "mailto:x@example.org", "/privacy"]
)
def test_an_honest_link_is_kept(target: str) -> None:
    assert render(f"[here]({target})") == f'<p><a href="{target}" rel="noopener">here</a></p>\n'


@pytest.mark.parametrize(
    "written", ["\u202e", "&#x202E;", "&#8238;", "\u2066", "&#x2066;", "\u200f", "\u200b", "\ufeff"]
)
def test_what_turns_or_hides_the_writing_is_dropped_however_it_is_written(written: str) -> None:
    assert render(f"a{written}b **c{written}d**") == "<p>ab <strong>cd</strong></p>\n"


def test_what_persian_and_indic_names_need_is_kept() -> None:
    assert render("می‌خواهیم").strip() == "<p>می‌خواهیم</p>"


def test_a_text_that_begins_with_second_headings_leaves_no_step_out() -> None:
    assert render("## Two\n\n### Three\n\n## Two\n") == "<h2>Two</h2>\n<h3>Three</h3>\n<h2>Two</h2>\n"
    assert render("#### Four\n\n###### Six\n") == "<h2>Four</h2>\n<h4>Six</h4>\n"


def test_headings_go_one_step_down_for_the_title_is_the_first() -> None:
    rendered = render("# One\n\n## Two\n\n##### Five\n\n###### Six\n\nUnder\n=====")
    assert rendered == "<h2>One</h2>\n<h3>Two</h3>\n<h6>Five</h6>\n<h6>Six</h6>\n<h2>Under</h2>\n"


def test_the_usual_marks_of_markdown_are_rendered() -> None:
    rendered = render("**a** *b* `c`  \nd\n\n> e\n\n- f\n\n1. g\n\n---\n\n    h")
    for html in (
        "<strong>a</strong>",
        "<em>b</em>",
        "<code>c</code>",
        "<br>",
        "<blockquote>",
        "<ul>\n<li>f</li>",
        "<ol>\n<li>g</li>",
        "<hr>",
        "<pre><code>h",
    ):
        assert html in rendered


def test_quotes_and_dashes_stay_as_they_were_typed() -> None:
    assert Reader(render("\"a\" -- 'b' (c)")).text.strip() == "\"a\" -- 'b' (c)"


def test_a_fingerprint_is_that_of_the_markdown_in_utf8() -> None:
    assert fingerprint("Más\n") == "f12763287700a0bd524f269733f4f3306631ba77ba965990d8a53692c4b6cc3b"
