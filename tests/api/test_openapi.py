"""The description of the API: it names every route, and real answers are as it says."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
import time_machine
from flask import Flask

from pledges import clock
from pledges.api.views import LARGEST_PAGE, PAGE
from pledges.letter import withdrawing
from pledges.letter.queries import get_letter, lock_letter
from pledges.moderation import deciding
from pledges.pledge.reporting import Outcome
from pledges.pledge.states import BINDING, State
from pledges.signature import states
from pledges.signature.words import Display
from tests.crowds import in_state
from tests.people import Visitor, Workshop
from tests.pledge.promises import BEFORE, PLEDGES, pledged, read, report

PATH = "/api/v1/openapi.json"
KINDS = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool, "null": type(None)}
FORMATS = {"date": date.fromisoformat, "date-time": datetime.fromisoformat}


@pytest.fixture
def described(visitor: Visitor) -> dict[str, Any]:
    answer = visitor.get(PATH)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json
    return found


def mismatches(described: dict[str, Any], schema: dict[str, Any], value: Any, where: str = "") -> Iterator[str]:
    """Where a value is not as its schema says; keys that no schema names are told, too."""
    schema = resolved(described, schema)
    if "oneOf" in schema:
        found = [[*mismatches(described, each, value, where)] for each in schema["oneOf"]]
        if sum(not each for each in found) != 1:
            yield f"{where}: fits {sum(not each for each in found)} of {len(found)}: {found}"
        return
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if not any(type(value) is KINDS[kind] for kind in kinds):
        yield f"{where}: {value!r} is none of {kinds}"
        return
    if ("enum" in schema and value not in schema["enum"]) or ("const" in schema and value != schema["const"]):
        yield f"{where}: {value!r} is not listed"
    if isinstance(value, str):
        if not re.search(schema.get("pattern", ""), value) or len(value) > schema.get("maxLength", len(value)):
            yield f"{where}: {value!r} is written otherwise"
        FORMATS.get(schema.get("format", ""), str)(value)
    if type(value) is int and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        yield f"{where}: {value} is out of bounds"
    for number, each in enumerate(value if isinstance(value, list) else ()):
        yield from mismatches(described, schema["items"], each, f"{where}[{number}]")
    if isinstance(value, dict) and "properties" in schema:
        if set(value) != set(schema["properties"]) or set(schema["required"]) != set(value):
            yield f"{where}: {set(value) ^ set(schema['properties']) | set(schema['required']) ^ set(value)}"
        for name in value.keys() & schema["properties"]:
            yield from mismatches(described, schema["properties"][name], value[name], f"{where}.{name}")


def resolved(described: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        place = described
        for part in schema["$ref"].removeprefix("#/").split("/"):
            place = place[part]
        schema = place
    return schema


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        yield from (value for name, value in part.items() if name == "$ref")
    for each in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from references(each)


def test_it_is_answered_as_all_else_there(visitor: Visitor, described: dict[str, Any]) -> None:
    answer = visitor.get(PATH)
    assert answer.mimetype == "application/json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "s-maxage=3" in answer.headers["Cache-Control"]
    assert visitor.get(PATH, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert described["openapi"].startswith("3.1.")
    assert described["servers"] == [{"url": "http://127.0.0.1:8000"}]


def test_it_names_every_route_with_its_parts_and_nothing_else(app: Flask, described: dict[str, Any]) -> None:
    routes = {
        re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule): set(rule.arguments)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("api.")
    }
    assert set(described["paths"]) == set(routes)
    for path, item in described["paths"].items():
        parts = [resolved(described, part) for part in item.get("parameters", ())]
        assert {part["name"] for part in parts if part["in"] == "path"} == routes[path], path
        assert set(item) - {"parameters"} == {"get"}
        assert item["get"]["responses"]["default"] == {"$ref": "#/components/responses/Problem"}


def test_every_reference_leads_somewhere_and_everything_is_referred_to(described: dict[str, Any]) -> None:
    found = set(references(described))
    for reference in found:
        assert resolved(described, {"$ref": reference})
    parts = {f"#/components/{kind}/{name}" for kind, those in described["components"].items() for name in those}
    assert parts == found
    names = [item["get"]["operationId"] for item in described["paths"].values()]
    assert len(names) == len(set(names))


def test_it_says_the_bounds_and_choices_that_are_kept(described: dict[str, Any]) -> None:
    limit = described["components"]["parameters"]["limit"]["schema"]
    assert (limit["minimum"], limit["maximum"], limit["default"]) == (1, LARGEST_PAGE, PAGE)
    assert described["components"]["parameters"]["kind"]["schema"]["enum"] == [*states.Kind]
    assert {*described["components"]["schemas"]["Commitment"]["properties"]["state"]["enum"]} == BINDING


ANSWERS = (
    "",
    "/ask-more",
    "/ask-more/count",
    "/ask-more/signatories",
    "/ask-more/signatories?limit=1",
    "/ask-more/signatories?kind=organization",
    "/ask-more/pledges",
    "/ask-more/pledges/give/commitments",
    "/ask-more/pledges/give/commitments?limit=1",
    "/another",
    "/another/count",
    "/another/signatories",
    "/another/pledges",
)


def test_real_answers_are_as_described(workshop: Workshop, visitor: Visitor, described: dict[str, Any]) -> None:
    with time_machine.travel(BEFORE, tick=False):
        _fill(workshop)
        workshop.letter("another")
        with workshop.writing() as session:
            withdrawing.withdraw(session, lock_letter(session, "another"), "It has done its work.", now=clock.now())
        answers = {path: visitor.get(f"/api/v1/letters{path}") for path in ANSWERS}
    assert {answer.status_code for answer in answers.values()} == {200}
    assert len(answers["/ask-more/pledges/give/commitments"].json["commitments"]) == 3
    assert answers["/ask-more/pledges/give/commitments?limit=1"].json["next"]
    for path, answer in answers.items():
        schema = _schema_of(described, f"/api/v1/letters{path}", "200", "application/json")
        assert [*mismatches(described, schema, answer.json)] == [], path


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nothing", 404),
        ("/nothing/count", 404),
        ("/ask-more/signatories?limit=0", 400),
        ("/ask-more/pledges/give/commitments?after=x", 400),
        ("/ask-more/pledges/nothing/commitments", 404),
    ],
)
def test_a_real_error_is_as_described(
    workshop: Workshop, visitor: Visitor, described: dict[str, Any], path: str, status: int
) -> None:
    workshop.letter(pledges=PLEDGES)
    asked = visitor.get(f"/api/v1/letters{path}")
    assert asked.status_code == status
    schema = _schema_of(described, f"/api/v1/letters{path}", str(status), "application/problem+json")
    assert [*mismatches(described, schema, asked.json)] == []


def _fill(workshop: Workshop) -> None:
    """A letter with something of every kind to tell."""
    head = {"goal": 1000, "hashtag": "AskMore", "closes": "2027-09-01", "anonymous": "true", "pledges": PLEDGES}
    letter = workshop.letter(**head)
    words = {"role": "Nurse", "affiliation": "City Hospital", "country": "ES", "statement": "I will."}
    for n, state in enumerate(states.State):
        in_state(workshop, letter, state, f"in-{n}@example.org", **words)
    approved = states.State.APPROVED
    in_state(workshop, letter, approved, "bea@example.org", display=Display.AFFILIATION, **words)
    in_state(workshop, letter, approved, "org@example.org", "Society", kind=states.Kind.ORGANIZATION)
    givers = [pledged(workshop, letter, f"{n}@example.net", shown=True, give=250_050, strike=None) for n in "abc"]
    report(workshop, givers[0], give=Outcome(State.PARTLY, 1000, "Half of it.", "https://example.org/receipt"))
    read(workshop, givers[0])
    ids = [giver.id for giver in givers]
    with workshop.writing() as session:
        deciding.approve(session, get_letter(session, letter.slug), ids, account_id=None, now=clock.now())


def _schema_of(described: dict[str, Any], path: str, status: str, kind: str) -> dict[str, Any]:
    path = path.partition("?")[0]
    shapes = {re.sub(r"\{\w+\}", "[^/]+", shape): item for shape, item in described["paths"].items()}
    (item,) = (item for shape, item in shapes.items() if re.fullmatch(shape, path))
    schema: dict[str, Any] = resolved(described, item["get"]["responses"][status])["content"][kind]["schema"]
    return schema
