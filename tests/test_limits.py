"""How often one network may ask, and that nobody else pays for it."""

import uuid
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit

import pytest
import time_machine
from redis import Redis

from pledges import clock
from pledges.letter import publishing
from pledges.letter.reading import read_letter_file
from pledges.limits import ProcessMemory, limiter
from tests.conftest import VisitorFactory
from tests.people import Visitor, Workshop
from tests.serving import wait_until
from tests.wires import Wire

LIMIT = 300
HERE = "192.0.2.1"

IN_TWO_LANGUAGES = """---
slug: pide-mas
title: Pide más
language: es
to: La junta
translations:
  - language: en
    title: Ask more
    body: Ask more.
---
Pide más.
"""


def ask(visitor: Visitor, slug: str = "none", address: str = HERE, **headers: str) -> int:
    """Signs a letter that there isn't, which is counted all the same."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return visitor.post(f"/letters/{slug}/sign", environ_base={"REMOTE_ADDR": address}, headers=named).status_code


def use_up(visitor: Visitor, slug: str = "none", address: str = HERE, status: int = 404, **headers: str) -> None:
    """Uses up a network's minute: where the process counts by itself, most of it by counting alone."""
    left = LIMIT
    if isinstance(limiter.limiter.storage, ProcessMemory):
        assert ask(visitor, slug, address, **headers) == status
        left = 1
        count_on(LIMIT - 2)
    assert {ask(visitor, slug, address, **headers) for _ in range(left)} == {status}
    assert ask(visitor, slug, address, **headers) == 429


def count_on(number: int) -> None:
    """As if whoever was counted last had asked so often more."""
    storage = limiter.limiter.storage
    assert isinstance(storage, ProcessMemory)
    storage.incr([*storage._counts][-1], 60, number)


def sign(visitor: Visitor, slug: str) -> int:
    """Signs with an address of its own."""
    return visitor.sign(slug, email=f"ada-{uuid.uuid4().hex}@example.org").status_code


def test_a_campus_of_sixty_signs_within_a_minute(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    with time_machine.travel(clock.now(), tick=False):
        statuses = {visitor.sign("ask-more", email=f"ada{number}@example.org").status_code for number in range(60)}
    assert statuses == {303}
    assert len(workshop.outbox()) == 60


def test_beyond_the_limit_of_its_network_one_is_told_when_to_try_again(visitor: Visitor) -> None:
    with time_machine.travel(clock.now(), tick=False) as time:
        assert {ask(visitor) for _ in range(LIMIT)} == {404}
        assert ask(visitor) == 429
        wait = int(visitor.response.headers["Retry-After"])
        assert 0 < wait <= 60
        assert visitor.response.headers["Cache-Control"] == "no-store"
        assert "Too many at once" in visitor.text
        time.shift(wait + 1)
        assert ask(visitor) == 404


@pytest.mark.parametrize(("query", "language"), [("", "es"), ("?lang=en", "en")])
def test_the_refusal_is_a_page_in_the_letters_language(
    workshop: Workshop, visitor: Visitor, query: str, language: str
) -> None:
    with workshop.writing() as session:
        file = read_letter_file(IN_TWO_LANGUAGES)
        publishing.open_letter(session, publishing.create(session, file, now=clock.now()), now=clock.now())
    use_up(visitor, "pide-mas", status=422)
    answer = visitor.post(f"/letters/pide-mas/sign{query}", environ_base={"REMOTE_ADDR": HERE})
    assert (answer.status_code, answer.mimetype, answer.headers["Retry-After"]) == (429, "text/html", "60")
    assert visitor.page.html["lang"] == language
    assert visitor.page.select_one("h1").get_text()


def test_each_limit_has_words_of_its_own(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    visitor.get("/login")
    token = {"csrf_token": visitor.page.find("input", {"name": "csrf_token"})["value"]}
    advice = set()
    for ask_once, most in (
        (lambda: visitor.post("/letters/ask-more/sign"), LIMIT),
        (lambda: visitor.get("/letters/ask-more/signatories?q=ada"), 120),
        (lambda: visitor.post("/login", token), 60),
    ):
        with time_machine.travel(clock.now(), tick=False):
            assert ask_once().status_code != 429
            count_on(most - 2)
            assert ask_once().status_code != 429
            assert ask_once().status_code == 429
        assert "Wait a minute" in visitor.text
        advice.add(visitor.page.select("main p")[0].get_text())
    assert len(advice) == 3


def test_other_networks_and_other_letters_are_unaffected(visitor: Visitor) -> None:
    use_up(visitor)
    assert ask(visitor, address="192.0.2.254") == 429
    assert ask(visitor, address="192.0.3.1") == 404
    assert ask(visitor, address="::ffff:192.0.2.9") == 429
    assert ask(visitor, slug="another") == 404


def test_networks_of_ipv6_are_told_apart_by_their_first_64_bits(visitor: Visitor) -> None:
    use_up(visitor, address="2001:db8:1:2::1")
    assert ask(visitor, address="2001:db8:1:2:ffff:ffff:ffff:ffff") == 429
    assert ask(visitor, address="2001:db8:1:3::1") == 404


def test_behind_a_proxy_the_client_is_the_one_that_the_proxy_names(make: VisitorFactory) -> None:
    visitor = make(proxies=1)
    use_up(visitor, address="127.0.0.1", X_Forwarded_For=HERE)
    assert ask(visitor, address="127.0.0.1", X_Forwarded_For="198.51.100.7") == 404
    assert ask(visitor, address="127.0.0.1", X_Forwarded_For=f"198.51.100.7, {HERE}") == 429
    assert ask(visitor, address="127.0.0.1", X_Forwarded_For=f"{HERE}, 198.51.100.7") == 404


def test_without_a_proxy_a_client_cannot_name_itself_another(visitor: Visitor) -> None:
    use_up(visitor)
    for header in ("X_Forwarded_For", "X_Real_Ip", "Forwarded"):
        assert ask(visitor, **{header: "198.51.100.7"}) == 429


@pytest.mark.parametrize("named", ["", "nobody", "1.2.3.4.5", "::1%eth0", "[::1]:80", "é", "9" * 3000])
def test_a_client_whose_address_cannot_be_read_is_served(make: VisitorFactory, named: str) -> None:
    assert ask(make(proxies=1), X_Forwarded_For=named) == 404


def test_applications_count_together_in_redis_and_apart_without(make: VisitorFactory, redis_url: str) -> None:
    slug = uuid.uuid4().hex
    use_up(make(redis_url=redis_url), slug)
    assert ask(make(redis_url=redis_url), slug) == 429
    assert ask(make(redis_url=redis_url), slug, address="198.51.100.7") == 404
    assert ask(make(), slug) == 404


def test_a_rush_is_noticed_together_in_redis_and_apart_without(
    make: VisitorFactory, workshop: Workshop, redis_url: str
) -> None:
    slug = workshop.letter(uuid.uuid4().hex, challenge_above=4).slug
    assert [sign(make(redis_url=redis_url), slug) for _ in range(5)] == [303] * 4 + [422]
    assert make().sign(slug, email="bea@example.org").status_code == 303
    with closing(Redis.from_url(redis_url, decode_responses=True)) as redis:
        (key,) = redis.scan_iter(f"*rush*{slug}*")
        assert 60 < redis.ttl(key) <= 120


def test_a_rush_is_noticed_while_redis_is_away(
    make: VisitorFactory, workshop: Workshop, redis_url: str, wire: Wire
) -> None:
    slug = workshop.letter(uuid.uuid4().hex, challenge_above=2).slug
    visitor = make(redis_url=redis_url.replace(wire.target, wire.way))
    assert sign(visitor, slug) == 303
    wire.cut()
    assert [sign(visitor, slug) for _ in range(4)] == [303, 303, 422, 422]
    wire.mend()
    wait_until(lambda: ask(visitor, slug) and counted(redis_url, slug) != ["1"], seconds=30, what="counted")


def test_redis_holds_no_clients_address(make: VisitorFactory, redis_url: str) -> None:
    slug = uuid.uuid4().hex
    ask(make(redis_url=redis_url), slug, address="203.0.113.77")
    with closing(Redis.from_url(redis_url, decode_responses=True)) as redis:
        keys = [key for key in redis.scan_iter("*") if slug in key]
        assert len(keys) == 1
        assert "203.0.113" not in keys[0]
        assert 0 < redis.ttl(keys[0]) <= 60


@pytest.fixture
def wire(redis_url: str) -> Iterator[Wire]:
    """A way to Redis that can be cut."""
    wire = Wire(urlsplit(redis_url).netloc)
    yield wire
    wire.cut()


def counted(redis_url: str, slug: str) -> list[str]:
    """What Redis has counted for a letter, network by network."""
    with closing(Redis.from_url(redis_url, decode_responses=True)) as redis:
        return [redis.get(key) for key in redis.scan_iter("*LIMITER*") if slug in key]


def test_while_redis_is_away_each_process_counts_by_itself_and_nobody_sees_an_error(
    make: VisitorFactory, redis_url: str, wire: Wire
) -> None:
    slug = uuid.uuid4().hex
    visitor = make(redis_url=redis_url.replace(wire.target, wire.way))
    assert ask(visitor, slug) == 404
    assert counted(redis_url, slug) == ["1"]
    wire.cut()
    use_up(visitor, slug)
    assert ask(visitor, slug, address="198.51.100.7") == 404
    assert counted(redis_url, slug) == ["1"]
    wire.mend()
    wait_until(lambda: ask(visitor, slug) == 404, seconds=30, what="counted in Redis again")
    assert counted(redis_url, slug) == ["2"]


def test_where_redis_was_not_in_reach_at_the_start_people_can_sign_and_are_counted_after_its_return(
    make: VisitorFactory, workshop: Workshop, redis_url: str, wire: Wire
) -> None:
    letter = workshop.letter(uuid.uuid4().hex)
    wire.cut()
    visitor = make(redis_url=redis_url.replace(wire.target, wire.way))
    assert visitor.sign(letter.slug).status_code == 303
    assert visitor.get(f"/letters/{letter.slug}").status_code == 200
    assert len(workshop.outbox()) == 1
    wire.mend()
    wait_until(lambda: ask(visitor, letter.slug) and counted(redis_url, letter.slug), seconds=30, what="counted")
