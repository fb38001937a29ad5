"""Settings: a wrong or missing one stops the start with one line that names it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pledges.config import INSTANCE, MailServer, Settings, SettingWrong, read
from pledges.security import Keyring, fresh_settings

ROOT = INSTANCE.parent
REQUIRED = {"PLEDGES_SECRET_KEY": "s" * 32, "PLEDGES_SEALING_KEYS": "k" * 32, "PLEDGES_DIGEST_KEY": "d" * 32}
SECRET = "hunter2"


def settings(**given: str) -> Settings:
    return read({**REQUIRED, **{f"PLEDGES_{name}": value for name, value in given.items()}})


def flask(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("PLEDGES_", "FLASK_", "COV_"))}
    command = [sys.executable, "-m", "flask", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env={**bare, **environment}, capture_output=True, text=True, timeout=60, check=False
    )


def test_what_is_not_set_has_its_default() -> None:
    found = settings()
    assert found.database_url == f"sqlite:///{INSTANCE / 'pledges.db'}"
    assert (found.redis_url, found.mail_server, found.metrics_token) == (None, None, None)
    assert (found.mail_from, found.base_url) == ("letters@localhost", "http://127.0.0.1:8000")
    assert (found.proxies, found.secret_key_fallbacks) == (0, ())
    assert (found.on_loopback, found.is_https, found.is_sqlite) == (True, False, True)


def test_an_empty_setting_is_one_that_is_not_set() -> None:
    names = ("DATABASE_URL", "REDIS_URL", "MAIL_URL", "MAIL_FROM", "BASE_URL", "SECRET_KEY_FALLBACKS", "PROXIES")
    assert settings(**dict.fromkeys(names, " ")) == settings()


@pytest.mark.parametrize("name", REQUIRED)
@pytest.mark.parametrize("value", [None, "", "   ", "x" * 31, "x" * 31 + "   "])
def test_a_secret_that_is_missing_or_short_is_named(name: str, value: str | None) -> None:
    with pytest.raises(SettingWrong) as caught:
        read({**REQUIRED, name: value} if value is not None else {k: v for k, v in REQUIRED.items() if k != name})
    assert str(caught.value).startswith(f"{name} ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY_FALLBACKS", "x" * 32 + ",short"),
        ("SECRET_KEY_FALLBACKS", "x" * 32 + ","),
        ("SEALING_KEYS", "x" * 32 + ",,"),
        ("SEALING_KEYS", "short," + "x" * 32),
        ("DATABASE_URL", "mysql://host/db"),
        ("DATABASE_URL", "pledges.db"),
        ("DATABASE_URL", f"postgresql://user:{SECRET}@host:port/db"),
        ("DATABASE_URL", f"postgresql://user:{SECRET}@host:70000/db"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "sqlite:///"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("DATABASE_URL", "sqlite:////nowhere/at/all/pledges.db"),
        ("REDIS_URL", "127.0.0.1:6379"),
        ("REDIS_URL", f"redis://:{SECRET}@host:port"),
        ("REDIS_URL", f"redis://:{SECRET}@127.0.0.1:6379/abc"),
        ("REDIS_URL", "redis://127.0.0.1:6379/0/1"),
        ("REDIS_URL", "redis://127.0.0.1:6379/0?db=abc"),
        ("REDIS_URL", "redis://127.0.0.1:6379/0?foo=bar"),
        ("REDIS_URL", "redis://"),
        ("DATABASE_URL", f"postgresql://ada:{SECRET}@127.0.0.1/db?foo=bar"),
        ("MAIL_URL", "mail.example.org"),
        ("MAIL_URL", "http://mail.example.org"),
        ("MAIL_URL", "smtp://"),
        ("MAIL_URL", f"smtp://user:{SECRET}@host:many"),
        ("MAIL_URL", f"smtp://user:{SECRET}@host:99999"),
        ("MAIL_URL", f"smtp://user:{SECRET}@host?tls=yes"),
        ("MAIL_URL", f"smtp://user:{SECRET}@host?tls="),
        ("MAIL_URL", f"smtp://user:{SECRET}@host?ssl=true"),
        ("MAIL_FROM", "nobody"),
        ("MAIL_FROM", "@example.org"),
        ("MAIL_FROM", "letters@"),
        ("MAIL_FROM", "a@example.org, b@example.org"),
        ("MAIL_FROM", "Letters a@example.org"),
        ("MAIL_FROM", "Letters <a@example.org"),
        ("MAIL_FROM", "lett\u00e9rs@example.org"),
        ("MAIL_FROM", "Letters\n<a@example.org>"),
        ("BASE_URL", "letters.example.org"),
        ("BASE_URL", "ftp://letters.example.org"),
        ("BASE_URL", "https://"),
        ("BASE_URL", "https://letters.example.org/path"),
        ("BASE_URL", "https://letters.example.org?"),
        ("BASE_URL", "https://letters.example.org#top"),
        ("BASE_URL", f"https://user:{SECRET}@letters.example.org"),
        ("BASE_URL", "https://letters example.org"),
        ("BASE_URL", "https://letters.example.org:port"),
        ("BASE_URL", "https://[::1"),
        ("PROXIES", "-1"),
        ("PROXIES", "11"),
        ("PROXIES", "one"),
        ("PROXIES", "1.5"),
        ("PROXIES", "\u0661"),
        ("PROXIES", "9" * 5000),
    ],
)
def test_a_setting_that_can_not_be_used_is_named_in_one_line_without_its_value(name: str, value: str) -> None:
    with pytest.raises(SettingWrong) as caught:
        settings(**{name: value})
    assert str(caught.value).startswith(f"PLEDGES_{name} ")
    assert "\n" not in str(caught.value)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example.org", MailServer("mail.example.org", 25)),
        ("smtp://mail.example.org:2525/", MailServer("mail.example.org", 2525)),
        ("smtp://mail.example.org?tls=starttls", MailServer("mail.example.org", 587, tls="starttls")),
        ("smtp://mail.example.org?tls=implicit", MailServer("mail.example.org", 465, tls="implicit")),
        (
            "smtp://me%40example.org:a%2Fb%3Ac@mail.example.org:2500?tls=starttls",
            MailServer("mail.example.org", 2500, "me@example.org", "a/b:c", "starttls"),
        ),
        ("smtp://[::1]:25", MailServer("::1", 25)),
    ],
)
def test_a_mail_url_says_where_and_how_mail_is_handed_over(url: str, server: MailServer) -> None:
    assert settings(MAIL_URL=url).mail_server == server


def test_what_can_be_used_is_read() -> None:
    found = settings(
        SECRET_KEY=" " + "s" * 40 + " ",
        SECRET_KEY_FALLBACKS=f"{'a' * 32}, {'b' * 32}",
        SEALING_KEYS=f"{'new' * 12},{'old' * 12}",
        DATABASE_URL="postgresql://user:pass@db.example.org:5433/pledges",
        REDIS_URL="redis://:word@cache.example.org:6379/1",
        MAIL_FROM="Open letters <letters@example.org>",
        BASE_URL="HTTPS://Letters.Example.org:8443/",
        PROXIES="2",
        METRICS_TOKEN="watch",
    )
    assert found.secret_key == "s" * 40
    assert found.secret_key_fallbacks == ("a" * 32, "b" * 32)
    assert found.sealing_keys == ("new" * 12, "old" * 12)
    assert found.database_url == "postgresql://user:pass@db.example.org:5433/pledges"
    assert found.redis_url == "redis://:word@cache.example.org:6379/1"
    assert (found.mail_from, found.proxies) == ("Open letters <letters@example.org>", 2)
    assert (found.base_url, found.is_https, found.on_loopback) == ("https://letters.example.org:8443", True, False)
    assert (found.is_sqlite, found.metrics_token) == (False, "watch")


@pytest.mark.parametrize("url", ["http://localhost:8000", "http://127.0.0.1", "https://[::1]:8443"])
def test_a_base_url_on_loopback_is_this_machine(url: str) -> None:
    assert settings(BASE_URL=url).on_loopback


def test_no_secret_shows_where_settings_are_printed() -> None:
    found = settings(
        SECRET_KEY_FALLBACKS="f" * 32,
        DATABASE_URL=f"postgresql://user:{SECRET}@host/db",
        REDIS_URL=f"redis://:{SECRET}@host",
        MAIL_URL=f"smtp://user:{SECRET}@host",
        METRICS_TOKEN=SECRET,
    )
    printed = repr(found)
    assert SECRET not in printed
    assert not [letter for letter in "skdf" if letter * 32 in printed]


@pytest.mark.parametrize(
    ("arguments", "environment", "named"),
    [
        (("db", "upgrade"), {}, "PLEDGES_SECRET_KEY is missing"),
        (("serve",), {**REQUIRED, "PLEDGES_PROXIES": "many"}, "PLEDGES_PROXIES must be"),
        (("worker",), {**REQUIRED, "PLEDGES_DATABASE_URL": "postgresql://h:p/db"}, "PLEDGES_DATABASE_URL must"),
    ],
)
def test_flask_ends_with_one_line_that_names_the_setting(
    arguments: tuple[str, ...], environment: dict[str, str], named: str
) -> None:
    ended = flask(*arguments, **environment)
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.startswith(named)
    assert len(ended.stderr.splitlines()) == 1


def test_fresh_keys_are_printed_without_any_settings_and_are_accepted(tmp_path: Path) -> None:
    printed = flask("keys", "generate", PLEDGES_PROXIES="many")
    assert (printed.returncode, printed.stderr) == (0, "")
    environment = dict(line.split("=", 1) for line in printed.stdout.splitlines())
    assert environment.keys() == REQUIRED.keys()
    keys = Keyring.from_settings(read(environment))
    assert keys.unseal(keys.seal("ada@example.org")) == "ada@example.org"
    upgraded = flask("db", "upgrade", **environment, PLEDGES_DATABASE_URL=f"sqlite:///{tmp_path}/pledges.db")
    assert upgraded.returncode == 0, upgraded.stderr
    assert (tmp_path / "pledges.db").stat().st_size > 0


def test_fresh_keys_differ_each_time_and_from_each_other() -> None:
    values = [*fresh_settings().values(), *fresh_settings().values()]
    assert len(set(values)) == 6
    assert min(map(len, values)) >= 43
