"""Which mail addresses are taken, and which spellings are one person's."""

import pytest

from pledges.signature.addresses import AddressRefused, is_disposable, is_within, read_address

SAME = [
    ("ada@example.org", "Ada@Example.ORG"),
    ("ada@example.org", "  ada@example.org "),
    ("ada.example@gmail.com", "a.d.a.example@gmail.com"),
    ("adaexample@gmail.com", "Ada.Example@GMail.com"),
    ("adaexample@gmail.com", "ada.example+letters@gmail.com"),
    ("adaexample@gmail.com", "adaexample@googlemail.com"),
    ("adaexample@gmail.com", "A.da.Example+x+y@googlemail.com"),
    ("ada@proton.me", "ada@protonmail.com"),
    ("ada@proton.me", "ada@pm.me"),
    ("adaexample@proton.me", "Ada_Ex.am-ple@protonmail.ch"),
    ("ada@proton.me", "ada+letters@proton.me"),
    ("ada@icloud.com", "ada@me.com"),
    ("ada@icloud.com", "ada+x@mac.com"),
    ("ada@outlook.com", "ada+x@outlook.com"),
    ("ada@fastmail.com", "Ada+x@fastmail.com"),
    ("ada@yandex.ru", "ada@ya.ru"),
    ("ada@münchen.de", "ada@xn--mnchen-3ya.de"),
    ("ada@MÜNCHEN.de", "ada@münchen.de"),
    ("josé@example.org", "JOSE\u0301@example.org"),
]

DIFFERENT = [
    ("ada@example.org", "ada@example.com"),
    ("ada@example.org", "ada@mail.example.org"),
    ("ada@example.org", "ada+x@example.org"),
    ("ada.b@example.org", "adab@example.org"),
    ("ada.b@outlook.com", "adab@outlook.com"),
    ("ada.b@icloud.com", "adab@icloud.com"),
    ("ada_b@gmail.com", "adab@gmail.com"),
    ("ada-b@gmail.com", "adab@gmail.com"),
    ("ada@outlook.com", "ada@hotmail.com"),
    ("ada@fastmail.com", "ada@fastmail.fm"),
    ("ada@gmail.com", "ada@gmail.com.example.org"),
]

REFUSED = [
    "",
    "   ",
    "ada",
    "@example.org",
    "ada@",
    "a@b",
    "a@localhost",
    "a@mail.localhost",
    "a@[127.0.0.1]",
    "a@[IPv6:::1]",
    "a@127.0.0.1",
    "ada@example.test",
    "ada@example.invalid",
    "ada@printer.local",
    "ada@hidden.onion",
    "ada@.example.org",
    "ada@example..org",
    "ada@-example.org",
    ".ada@example.org",
    "ada..b@example.org",
    "ada@example.org, eve@example.org",
    "ada @example.org",
    "ada@exam ple.org",
    "Ada <ada@example.org>",
    '"ada b"@example.org',
    "ada@@example.org",
    "ada@example.org\r\nBcc: eve@example.org",
    "ada\n@example.org",
    "ada\x00@example.org",
    "ada\x07@example.org",
    "ada\u202e@example.org",
    "ada\u200b@example.org",
    "ada\ufffd@example.org",
    "a" * 65 + "@example.org",
    "ada@" + "a" * 64 + ".org",
    "ada@" + "a." * 130 + "org",
    "ada@" + ".".join(["a" * 60] * 4) + ".org.example",
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_these_spellings_reach_one_mailbox(one: str, other: str) -> None:
    assert read_address(one).canonical == read_address(other).canonical


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_these_are_different_mailboxes(one: str, other: str) -> None:
    assert read_address(one).canonical != read_address(other).canonical


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_address_on_the_internet_is_refused(text: str) -> None:
    with pytest.raises(AddressRefused):
        read_address(text)


def test_mail_goes_to_the_address_as_it_was_typed() -> None:
    assert read_address(" Ada.Example+Letters@GMail.com").typed == "Ada.Example+Letters@gmail.com"
    assert read_address("ada@münchen.de").typed == "ada@xn--mnchen-3ya.de"


@pytest.mark.parametrize("text", ["+@gmail.com", "+tag@gmail.com"])
def test_a_spelling_that_would_leave_nothing_stays_somebody(text: str) -> None:
    assert not read_address(text).canonical.startswith("@")


def test_the_longest_address_is_taken() -> None:
    longest = "a" * 64 + "@" + ".".join(["b" * 61] * 3) + ".cc"
    assert len(longest) == 253
    assert read_address(longest).typed == longest


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("ada@example.org", True),
        ("ada@EXAMPLE.org", True),
        ("ada@mail.example.org", False),
        ("ada@notexample.org", False),
        ("ada@example.org.evil.com", False),
        ("ada@googlemail.com", False),
        ("ada@gmail.com", True),
    ],
)
def test_only_the_named_domains_themselves_are_within(text: str, inside: bool) -> None:
    assert is_within(read_address(text), ("example.org", "gmail.com")) == inside


def test_a_throw_away_domain_is_known() -> None:
    assert is_disposable("ada@Mailinator.com")
    assert not is_disposable("ada@example.org")
