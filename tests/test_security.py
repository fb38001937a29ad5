"""The keyring: what it seals only its keys open, what it digests tells nothing, what it signs serves one purpose."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from pledges.db import db
from pledges.errors import LinkExpired, LinkUnknown
from pledges.security import Keyring, KeysMissing, keyring
from pledges.signature.words import Display
from tests.people import Workshop

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def ring(*sealing: str, digest: str = "d" * 40, signing: tuple[str, ...] = ("s" * 40,)) -> Keyring:
    return Keyring(sealing=sealing or ("k" * 40,), digest=digest, signing=signing)


KEYS = ring()


@given(st.text())
@settings(max_examples=50)
def test_what_is_sealed_opens_again_and_is_printable(secret: str) -> None:
    sealed = KEYS.seal(secret)
    assert KEYS.unseal(sealed) == secret
    assert sealed.isascii()
    assert sealed.isprintable()


def test_what_is_sealed_does_not_show_nor_that_it_was_sealed_before() -> None:
    sealed = KEYS.seal("ada@example.org")
    assert b"ada" not in base64.urlsafe_b64decode(sealed)
    assert sealed != KEYS.seal("ada@example.org")


def test_older_keys_still_open_and_the_newest_seals() -> None:
    old, new = "o" * 40, "n" * 40
    both = ring(new, old)
    assert both.unseal(ring(old).seal("ada")) == "ada"
    assert ring(new).unseal(both.seal("ada")) == "ada"
    with pytest.raises(KeysMissing):
        ring(old).unseal(both.seal("ada"))


def test_what_is_sealed_anew_opens_without_the_older_key() -> None:
    old, new = "o" * 40, "n" * 40
    sealed = ring(old).seal("ada")
    assert ring(new).unseal(ring(new, old).reseal(sealed)) == "ada"


def test_a_key_that_is_gone_is_said_so_and_not_what_was_sealed() -> None:
    with pytest.raises(KeysMissing, match="PLEDGES_SEALING_KEYS"):
        ring("x" * 40).unseal(KEYS.seal("ada@example.org"))


@pytest.mark.parametrize("at", [0, 20, -1])
def test_what_was_tampered_with_does_not_open(at: int) -> None:
    sealed = list(KEYS.seal("ada@example.org"))
    sealed[at] = "A" if sealed[at] != "A" else "B"
    with pytest.raises(KeysMissing):
        KEYS.unseal("".join(sealed))


def test_a_digest_finds_its_value_again_and_no_other() -> None:
    assert KEYS.digest("mailbox", "ada@example.org") == ring("z" * 40).digest("mailbox", "ada@example.org")
    assert len(KEYS.digest("mailbox", "ada@example.org")) == 32
    assert KEYS.digest("mailbox", "ada@example.org") != KEYS.digest("mailbox", "bob@example.org")


def test_digests_of_two_purposes_can_not_be_compared() -> None:
    assert KEYS.digest("mailbox", "ada@example.org") != KEYS.digest("staff", "ada@example.org")
    assert KEYS.digest("mailbox of letter 1", "1") != KEYS.digest("mailbox of letter 11", "")


def test_a_digest_can_not_be_made_without_its_key() -> None:
    assert KEYS.digest("mailbox", "ada@example.org") != ring(digest="e" * 40).digest("mailbox", "ada@example.org")


def test_a_token_stands_for_its_subject_until_its_end() -> None:
    token = KEYS.issue("confirm", 7, 3, now=NOW, lasts=DAY)
    assert KEYS.read("confirm", token, now=NOW) == (7, 3)
    assert KEYS.read("confirm", token, now=NOW + DAY - timedelta(seconds=1)) == (7, 3)


def test_an_expired_token_is_refused_and_says_what_it_stood_for() -> None:
    token = KEYS.issue("confirm", 7, 3, now=NOW, lasts=DAY)
    with pytest.raises(LinkExpired) as caught:
        KEYS.read("confirm", token, now=NOW + DAY)
    assert caught.value.subject == (7, 3)


def test_a_token_serves_one_purpose() -> None:
    token = KEYS.issue("confirm", 7, now=NOW, lasts=DAY)
    for purpose in ("manage", "unsubscribe", "", "confirm "):
        with pytest.raises(LinkUnknown):
            KEYS.read(purpose, token, now=NOW)


def test_a_token_with_any_character_changed_is_refused() -> None:
    token = KEYS.issue("confirm", 7, now=NOW, lasts=DAY)
    for at, character in enumerate(token[:-1]):
        changed = token[:at] + ("A" if character != "A" else "B") + token[at + 1 :]
        with pytest.raises(LinkUnknown):
            KEYS.read("confirm", changed, now=NOW)


@given(st.text(max_size=60))
@settings(max_examples=50)
def test_what_was_never_issued_is_refused(token: str) -> None:
    with pytest.raises(LinkUnknown):
        KEYS.read("confirm", token, now=NOW)


@pytest.mark.parametrize("token", ["", ".", "..", "\ud800", "a" * 10_000, "WzFd", "\0"])
def test_what_is_no_token_at_all_is_refused(token: str) -> None:
    with pytest.raises(LinkUnknown):
        KEYS.read("confirm", token, now=NOW)


def test_one_subject_can_not_be_made_of_anothers_parts() -> None:
    subject, signature = KEYS.issue("confirm", 7, now=NOW, lasts=DAY).rsplit(".", 1)
    other = KEYS.issue("confirm", 8, now=NOW, lasts=DAY).rsplit(".", 1)
    with pytest.raises(LinkUnknown):
        KEYS.read("confirm", f"{subject}.{other[1]}", now=NOW)
    assert signature != other[1]


def test_tokens_of_a_fallback_key_are_accepted_and_new_ones_are_of_the_newest() -> None:
    old, new = "o" * 40, "n" * 40
    before, between, after = (ring(signing=keys) for keys in ((old,), (new, old), (new,)))
    issued_before = before.issue("manage", 7, now=NOW, lasts=DAY)
    assert between.read("manage", issued_before, now=NOW) == (7,)
    assert after.read("manage", between.issue("manage", 8, now=NOW, lasts=DAY), now=NOW) == (8,)
    for keys, token in ((after, issued_before), (before, between.issue("manage", 8, now=NOW, lasts=DAY))):
        with pytest.raises(LinkUnknown):
            keys.read("manage", token, now=NOW)


def test_the_apps_keyring_is_that_of_its_settings(app: Flask) -> None:
    found = app.extensions["pledges.settings"]
    assert Keyring.from_settings(found).unseal(keyring().seal("ada")) == "ada"
    assert Keyring.from_settings(found).digest("a", "b") == keyring().digest("a", "b")


def test_a_stolen_database_does_not_tell_an_address_a_hidden_name_or_a_link(workshop: Workshop) -> None:
    letter = workshop.letter(anonymous="true")
    workshop.account("staff@example.org")
    workshop.confirmed(letter, "ada@example.org", "Ada Hidden", display=Display.ANONYMOUS)
    mail = workshop.deliver()
    assert mail
    with workshop.app.app_context(), db.engine.connect() as connection:
        tables = db.inspect(db.engine).get_table_names()
        rows = [row for table in tables for row in connection.execute(text(f"SELECT * FROM {table}"))]
    stored = repr([tuple(bytes(v) if isinstance(v, memoryview) else v for v in row) for row in rows])
    assert "ask-more" in stored
    for secret in ("ada@", "example.org", "Hidden", "staff@"):
        assert secret not in stored
