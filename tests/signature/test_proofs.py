"""What is taken for a proof of work: nothing used, expired, borrowed or tampered with, and each only once."""

import base64
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from pledges.signature.challenge import LASTS
from tests.crowds import dump
from tests.people import Visitor, Workshop
from tests.solving import asked, encoded, solve


def signed(workshop: Workshop) -> int:
    return len(dump(workshop)["signature"])


@pytest.mark.parametrize("way", ["altcha", "challenge"])
def test_a_used_challenge_is_used_whichever_way(workshop: Workshop, rush: Visitor, way: str) -> None:
    challenge = asked(rush)
    solved, unsolved = {"altcha": encoded(solve(challenge))}, {"challenge": json.dumps(challenge)}
    assert rush.sign("ask-more", **{"altcha": solved, "challenge": unsolved}[way]).status_code == 303
    before = dump(workshop)
    for again in (solved, unsolved, {**solved, **unsolved}):
        assert rush.sign("ask-more", email="bea@example.org", **again).status_code == 422
        assert asked(rush)["challenge"] != challenge["challenge"]
    assert dump(workshop) == before


def test_a_used_challenge_is_remembered_after_the_rush(
    workshop: Workshop, rush: Visitor, time: time_machine.Traveller
) -> None:
    solution = encoded(solve(asked(rush)))
    assert rush.sign("ask-more", altcha=solution).status_code == 303
    time.shift(LASTS - timedelta(seconds=1))
    assert rush.sign("ask-more", altcha=solution).status_code == 422


def test_one_solution_sent_many_times_at_once_signs_once(workshop: Workshop, rush: Visitor) -> None:
    for turn in range(3):
        assert rush.sign("ask-more").status_code == 422
        solution, before = encoded(solve(asked(rush))), signed(workshop)
        gate = threading.Barrier(6)

        def send(number: int, solution: str = solution, gate: threading.Barrier = gate, turn: int = turn) -> int:
            visitor = Visitor(workshop.app.test_client())
            gate.wait()
            return visitor.sign("ask-more", email=f"bea-{turn}-{number}@example.org", altcha=solution).status_code

        with ThreadPoolExecutor(6) as pool:
            statuses = sorted(pool.map(send, range(6)))
        assert statuses == [303] + [422] * 5
        assert signed(workshop) == before + 1


@pytest.mark.parametrize("way", ["altcha", "challenge"])
def test_an_expired_one_is_asked_anew(
    workshop: Workshop, rush: Visitor, time: time_machine.Traveller, way: str
) -> None:
    challenge = asked(rush)
    sent = {"altcha": encoded(solve(challenge)), "challenge": json.dumps(challenge)}[way]
    before = dump(workshop)
    time.shift(LASTS)
    assert rush.sign("ask-more", **{way: sent}).status_code == 422
    assert asked(rush) != challenge
    assert dump(workshop) == before


@pytest.mark.parametrize("way", ["altcha", "challenge"])
def test_another_letters_challenge_is_refused(workshop: Workshop, rush: Visitor, way: str) -> None:
    challenge = asked(rush)
    sent = {"altcha": encoded(solve(challenge)), "challenge": json.dumps(challenge)}[way]
    before = dump(workshop)
    assert rush.sign("another", **{way: sent}).status_code == 422
    assert dump(workshop) == before
    assert rush.sign("ask-more", **{way: sent}).status_code == 303


def tampered(challenge: dict[str, Any], solution: dict[str, Any]) -> list[dict[str, Any]]:
    salt = challenge["salt"]
    number = str(solution["number"])
    return [
        {**solution, "salt": salt.replace("expires=1", "expires=9")},
        {**solution, "salt": salt.replace("letter=1&", "letter=2&")},
        {**solution, "salt": salt + number[0], "number": int(number[1:] or 0)},
        {**solution, "salt": salt.removesuffix("&")},
        {**solution, "challenge": "0" * 64},
        {**solution, "signature": "0" * 64},
        {**solution, "signature": solution["challenge"]},
        {**solution, "signature": solution["signature"].upper()},
        {**solution, "number": solution["number"] + 1},
        {**solution, "number": number},
        {**solution, "number": float(number)},
        {**solution, "number": True},
        {**solution, "number": None},
        {**solution, "number": -1},
        {**solution, "number": 10**200},
        {**solution, "algorithm": "SHA-1"},
        {**solution, "algorithm": None},
        {**solution, "challenge": "\ud800" * 64},
        {**solution, "salt": ["a"]},
        {**solution, "salt": None},
        {key: value for key, value in solution.items() if key != "number"},
        {key: value for key, value in solution.items() if key != "signature"},
        {},
    ]


def test_a_tampered_one_is_refused_and_nothing_is_stored(workshop: Workshop, rush: Visitor) -> None:
    challenge = asked(rush)
    solution = solve(challenge)
    before = dump(workshop)
    for answer in tampered(challenge, solution):
        assert (rush.sign("ask-more", altcha=encoded(answer)).status_code, answer) == (422, answer)
        assert asked(rush) != challenge
    for answer in tampered(challenge, {**challenge, "number": solution["number"]})[:8]:
        if answer["salt"] != challenge["salt"] or answer["signature"] != challenge["signature"]:
            assert (rush.sign("ask-more", challenge=json.dumps(answer)).status_code, answer) == (422, answer)
    assert dump(workshop) == before
    assert rush.sign("ask-more", altcha=encoded(solution)).status_code == 303


@pytest.mark.parametrize(
    "sent",
    [
        "nonsense",
        "=",
        "é",
        "{}",
        "[" * 1500,
        "x" * 30_000,
        base64.b64encode(b"\xff\xfe").decode(),
        base64.b64encode(b"[]").decode(),
        base64.b64encode(b"null").decode(),
        base64.b64encode(b"[" * 1400).decode(),
        base64.b64encode(b'{"number": 1' + b"0" * 1400).decode(),
    ],
)
def test_what_is_no_answer_at_all_is_refused(workshop: Workshop, rush: Visitor, sent: str) -> None:
    before = dump(workshop)
    for way in ("altcha", "challenge"):
        assert rush.sign("ask-more", **{way: sent}).status_code == 422
        assert asked(rush)
    assert dump(workshop) == before
