"""Guards of the structure: mails are whole, rooms are built alike, templates hold no code."""

import ast
import importlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from pledges import http_errors
from pledges.command_errors import LINES
from pledges.config import INSTANCE
from pledges.errors import DomainError
from pledges.letter.head import LetterFileWrong
from pledges.mail import composing
from pledges.moderation import notifying
from pledges.organizer.enrolling import AddressUnusable, PasswordTooWeak
from pledges.organizer.signing_in import SignInRefused
from pledges.pledge import mails as pledge_mails
from pledges.signature import letter_mails, mails

ROOT = INSTANCE.parent
CODE = ROOT / "pledges"
TEMPLATES = ROOT / "templates"
PYTHON = sorted(CODE.rglob("*.py"))
ROOMS = sorted(init.parent for init in CODE.glob("*/__init__.py"))
TOP_FLOOR = {"views.py", "forms.py", "commands.py", "page.py", "desk.py"}
"""The files of a room that may know the web."""

WEB = ("flask", "wtforms", "werkzeug")
SUPPRESSION = re.compile(r"#\s*(?:noqa|type:\s*ignore)\b.*|\bpragma:.*")
WITH_CODE_AND_REASON = re.compile(r"# (?:noqa: [A-Z]+\d+(?:, [A-Z]+\d+)* - |type: ignore\[[a-z,-]+\] # ).{4}")


def names(paths: Iterable[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


def holding(pattern: str, paths: Iterable[Path]) -> list[str]:
    """The files in which the pattern is found."""
    return names(path for path in paths if re.search(pattern, path.read_text("utf-8")))


def test_every_mail_has_its_three_files_and_every_folder_its_composer() -> None:
    for room in (mails, letter_mails, notifying, pledge_mails):
        room.register()
    events = set(composing._composers)
    assert {"confirmation", "thanks", "names_waiting"} <= events
    speaks_with_others_words = {"asked_again", "last_thanks"}
    events -= speaks_with_others_words
    assert {folder.name for folder in (TEMPLATES / "email").iterdir() if folder.is_dir()} == events
    for event in events:
        files = {file.name for file in (TEMPLATES / "email" / event).iterdir()}
        assert files == {"subject.txt", "body.txt", "body.html"}, event


def test_every_address_in_the_html_of_a_mail_is_a_link() -> None:
    for template in (TEMPLATES / "email").rglob("*.html"):
        words = BeautifulSoup(template.read_text("utf-8"), "html.parser").find_all(string=re.compile("base_url"))
        assert not [word for word in words if word.find_parent("a") is None], template


def test_every_sentence_of_a_mail_begins_with_a_capital() -> None:
    assert not holding(r"(?m)^(?:<p[^>]*>|\{% block \w+ %\})?\{\{ _\('[a-z]", (TEMPLATES / "email").rglob("*.*"))


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def is_way_in(path: Path) -> bool:
    """A room's views and forms may be one file each, or a folder of them."""
    return path.name in TOP_FLOOR or path.parent.name in {"views", "forms"}


def test_deeds_queries_and_models_do_not_know_the_web() -> None:
    below = [path for room in ROOMS for path in room.rglob("*.py") if not is_way_in(path)]
    assert {"pledges/signature/signing.py", "pledges/letter/queries.py"} <= set(names(below))
    web = {f"{path.name}: {module}" for path in below for module in imports(path) if module.startswith(WEB)}
    assert not web


def test_only_the_ways_in_commit() -> None:
    senders = {"delivering.py", "transports.py"}
    deeds = [path for room in ROOMS for path in room.rglob("*.py") if not is_way_in(path) and path.name not in senders]
    assert not holding(r"\.commit\(|\btransaction\(\)", deeds)


def kinds_of(error: type[DomainError]) -> set[type[DomainError]]:
    return {kind for each in error.__subclasses__() for kind in {each, *kinds_of(each)}}


def test_every_domain_error_has_words_of_its_own() -> None:
    for path in PYTHON:
        importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    known = http_errors.DOMAIN.keys() - {DomainError}
    said_by_no_page = {kind for kind in kinds_of(DomainError) if not known & {*kind.__mro__}}
    said_where_they_are_caught = {SignInRefused, LetterFileWrong, AddressUnusable, PasswordTooWeak}
    assert said_by_no_page - LINES.keys() == said_where_they_are_caught


def test_time_comes_from_the_clock_alone() -> None:
    asked = r"datetime\.(?:now|utcnow|today)\(|date\.today\(|func\.now\(|CURRENT_TIMESTAMP"
    assert holding(asked, PYTHON) == ["pledges/clock.py"]


def test_assembling_the_app_stays_short() -> None:
    tree = ast.parse((CODE / "__init__.py").read_text("utf-8"))
    (create_app,) = (node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "create_app")
    assert (create_app.end_lineno or 0) - create_app.lineno + 1 < 40


def test_no_file_is_longer_than_250_lines() -> None:
    assert not names(path for path in PYTHON if len(path.read_text("utf-8").splitlines()) > 250)


def test_no_name_says_nothing() -> None:
    assert not [name for name in names(PYTHON) if re.search(r"\b(?:utils?|helpers?|common|manager|misc)\b", name)]


def test_every_module_says_what_it_is_for() -> None:
    assert not names(path for path in PYTHON if not ast.get_docstring(ast.parse(path.read_text("utf-8"))))


def test_every_suppression_names_its_code_and_its_reason() -> None:
    sources = [*PYTHON, ROOT / "wsgi.py", *(ROOT / "migrations").rglob("*.py"), *(ROOT / "tests").rglob("*.py")]
    found = {
        f"{path.relative_to(ROOT)}:{number}": suppressed[0]
        for path in sources
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if (suppressed := SUPPRESSION.search(line)) and "re.compile" not in line
    }
    assert "pledges/security.py" in {place.partition(":")[0] for place in found}
    assert not {place: what for place, what in found.items() if not WITH_CODE_AND_REASON.match(what)}


@pytest.mark.parametrize("template", sorted(TEMPLATES.rglob("*.*")), ids=lambda p: str(p.relative_to(TEMPLATES)))
def test_a_template_holds_no_code_and_trusts_nothing_but_the_letters_text(template: Path) -> None:
    source = template.read_text("utf-8")
    assert set(re.findall(r"(\S+?)\s*\|\s*safe\b", source)) <= {"text.html"}
    assert "autoescape" not in source
    if template.parent.parent.name == "email" or template.parent.name == "email":
        return
    assert not re.findall(r"<style|<script(?![^>]*\bsrc=)|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:", source)


def test_no_words_hide_inside_of_f_strings_where_the_catalog_does_not_find_them() -> None:
    assert not holding(r"\{n?gettext\(|\{_\(", PYTHON)


def test_nothing_else_is_marked_as_safe_html() -> None:
    assert not holding(r"\bMarkup\(|render_template_string|autoescape=False", PYTHON)
