"""What an organizer takes along of the signatures: what is shown of those that are confirmed, and nothing else."""

import csv
import io
import json

import pytest

from pledges.signature import exporting
from pledges.signature.models import Signature
from pledges.signature.states import Kind, State
from pledges.signature.words import Display
from tests.crowds import crowd, in_state
from tests.people import Workshop

WORDS = {"role": "Nurse", "affiliation": "City Hospital", "country": "ES", "statement": "I will."}


def export(workshop: Workshop, *arguments: str) -> str:
    answer = workshop.app.test_cli_runner().invoke(args=["signature", "export", *arguments])
    assert answer.exit_code == 0, answer.output
    return answer.output


def exported(workshop: Workshop) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(export(workshop, "ask-more", "--format", "json"))
    return found


def test_those_who_confirmed_are_exported_and_nobody_else(workshop: Workshop) -> None:
    letter = workshop.letter()
    for state in State:
        in_state(workshop, letter, state, f"{state}@example.org", f"Ada {state}")
    in_state(workshop, workshop.letter("another"), State.APPROVED, name="Bea Elsewhere")
    assert [(row["name"], row["state"], row["listed"]) for row in exported(workshop)] == [
        (None, "awaiting", False),
        ("Ada approved", "approved", True),
    ]


def test_no_hidden_word_and_no_address_is_in_it(workshop: Workshop) -> None:
    letter = workshop.letter(anonymous="true", together=9)
    for display in Display:
        email, name = f"{display}@example.org", f"Ada {display}"
        in_state(workshop, letter, State.APPROVED, email, name, display=display, **WORDS)
    in_state(workshop, letter, State.APPROVED, "t@example.org", "Ada Together", together=True, **WORDS)
    found = {str(row["name"]): row for row in exported(workshop)}
    assert set(found) == {"Ada public", "None"}
    shown = {column: found["Ada public"][column] for column in WORDS}
    assert shown == WORDS
    for form in ("csv", "json"):
        output = export(workshop, "ask-more", "--format", form)
        assert not [word for word in ("@", "example.org", "Together", "Ada anonymous") if word in output]


def test_nothing_is_in_it_that_no_moderator_has_let_through(workshop: Workshop) -> None:
    in_state(workshop, workshop.letter(), State.AWAITING, **WORDS)
    crowd(workshop, workshop.letter("another", moderation="flag"), ["Bea"])
    (row,) = exported(workshop)
    assert {column: row[column] for column in ("name", *WORDS)} == dict.fromkeys(("name", *WORDS))
    with workshop.writing() as session:
        session.query(Signature).update({"statement": "Nobody has read this.", "statement_state": "waiting"})
    (other,) = json.loads(export(workshop, "another", "--format", "json"))
    assert (other["name"], other["statement"]) == ("Bea", None)


def test_an_organization_is_told_from_people(workshop: Workshop) -> None:
    in_state(workshop, workshop.letter(), State.APPROVED, name="Society", kind=Kind.ORGANIZATION)
    (row,) = exported(workshop)
    assert (row["kind"], row["name"]) == ("organization", "Society")


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\uff1d1+1", "\uff0b1", "\uff0d1", "\uff20SUM(A1)"])
def test_no_cell_is_a_formula_and_both_forms_say_the_same(workshop: Workshop, name: str) -> None:
    in_state(workshop, workshop.letter(), State.APPROVED, name=name, **WORDS)
    (row,) = csv.DictReader(io.StringIO(export(workshop, "ask-more")))
    assert tuple(row) == exporting.COLUMNS
    assert row["name"] == f"'{name}"
    (same,) = exported(workshop)
    assert same["name"] == name
    assert {column: str(value) for column, value in same.items() if column != "name"} == {
        column: value for column, value in row.items() if column != "name"
    } | {column: "None" for column, value in same.items() if value is None}


@pytest.mark.parametrize("name", ["Ada;=1+1", "Ada; =1+1;", 'Ada;"=1+1;', "Ada;\uff1d1+1", "Ada\t-1+1", "A;B;+1"])
def test_no_cell_is_a_formula_where_semicolons_set_cells_apart(workshop: Workshop, name: str) -> None:
    in_state(workshop, workshop.letter(), State.APPROVED, name=name, statement="b;@SUM(A1)")
    output = export(workshop, "ask-more")
    (row,) = csv.DictReader(io.StringIO(output))
    assert row["name"].replace("'", "") == name
    for delimiter in ",;\t":
        cells = [cell for line in csv.reader(io.StringIO(output), delimiter=delimiter) for cell in line]
        assert not [cell for cell in cells if cell.lstrip(' "').startswith(("=", "+", "-", "@", "\uff1d"))]


def test_what_only_holds_a_sign_is_left_as_it_is(workshop: Workshop) -> None:
    in_state(workshop, workshop.letter(), State.APPROVED, name="Jean-Luc A=B; C+D @home", **WORDS)
    (row,) = csv.DictReader(io.StringIO(export(workshop, "ask-more")))
    assert row["name"] == "Jean-Luc A=B; C+D @home"


def test_however_many_signed_each_is_in_it_once(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "AT_ONCE", 2)
    letter = workshop.letter()
    for n in range(5):
        in_state(workshop, letter, State.APPROVED, f"ada{n}@example.org", f"Ada {n}")
    assert [row["name"] for row in exported(workshop)] == [f"Ada {n}" for n in range(5)]


def test_of_a_letter_without_signatures_the_columns_are_left(workshop: Workshop) -> None:
    workshop.letter()
    assert export(workshop, "ask-more").splitlines() == [",".join(exporting.COLUMNS)]
    assert exported(workshop) == []


def test_an_unknown_letter_is_told_in_one_line(workshop: Workshop) -> None:
    answer = workshop.app.test_cli_runner().invoke(args=["signature", "export", "nothing"])
    assert (answer.exit_code, answer.output) == (1, "Error: there is no letter 'nothing'\n")
