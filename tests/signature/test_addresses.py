"""Which mail addresses are taken, and which spellings are one person's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledges.signature.addresses import AddressRefused, is_disposable, is_within, read_address
from pledges.signature.providers import _BY_DOMAIN, canonical_of

SAME = [
    ("ΑΣ@example.org", "ασ@example.org"),
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
    ("ada@straße.example", "ada@xn--strae-oqa.example"),
    ("ada@例え.jp", "ada@xn--r8jz45g.JP"),
    ("ada@ｅｘａｍｐｌｅ.org", "ada@example.org"),
    ("用户@例え.jp", "用户@xn--r8jz45g.jp"),
    ("ада@почта.рф", "АДА@ПОЧТА.РФ"),
    ("ada@example.org", "ada@example。org"),
    ("ada@fastmail.com", "letters@ada.fastmail.com"),
    ("ada@fastmail.fm", "x+y@Ada.FastMail.fm"),
    ("ada@hotmail.co.uk", "ada+x@hotmail.co.uk"),
    ("ada@live.nl", "Ada+x@live.nl"),
    ("ada@yahoo.com", "Ada+x@yahoo.com"),
    ("lovelace-one@yahoo.com", "lovelace-two@yahoo.com"),
    ("lovelace-one@yahoo.de", "Lovelace-two-three@yahoo.de"),
    ("ada@mail.ru", "ada+x@mail.ru"),
    ("ada@zohomail.eu", "ada+x@zohomail.eu"),
    ("ada@riseup.net", "ada+x@riseup.net"),
    ("ada@yandex.uz", "ada+x@narod.ru"),
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
    ("ada@straße.example", "ada@strasse.example"),
    ("jose@example.org", "josé@example.org"),
    ("ada@example.org", "аda@example.org"),
    ("ａda@example.org", "ada@example.org"),
    ("strasse@example.org", "straße@example.org"),
    ("ada@yahoo.com", "ada-x@yahoo.com"),
    ("ada-x@yahoo.com", "ada-x@yahoo.de"),
    ("ada.b@yahoo.com", "adab@yahoo.com"),
    ("ada-x@yahoo.co.jp", "ada-y@yahoo.co.jp"),
    ("ada-x@gmail.com", "ada-y@gmail.com"),
    ("ada.b@yandex.ru", "adab@yandex.ru"),
    ("ada+x@gmx.de", "ada@gmx.de"),
    ("ada+x@web.de", "ada@web.de"),
    ("ada@gmx.de", "ada@gmx.net"),
    ("ada+x@tuta.com", "ada@tuta.com"),
    ("ada@tuta.com", "ada@tutanota.com"),
    ("ada@mail.ru", "ada@bk.ru"),
    ("ada@hotmail.com", "ada@hotmail.co.uk"),
    ("ada@bea.fastmail.com", "ada@fastmail.com"),
    ("x@a.b.fastmail.com", "x@c.b.fastmail.com"),
    ("ada@bea.outlook.com", "ada@cea.outlook.com"),
    ("ada@fastmail.com.example.org", "ada@fastmail.com"),
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
    "ada@example.org.",
    "ada.@gmail.com",
    "ada@xn--a.org",
    "ada@ex\u00adample.org\u200d",
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


@pytest.mark.parametrize(
    "text", ["+@gmail.com", "+tag@gmail.com", "-@yahoo.com", "-x@yahoo.com", "+-@yahoo.com", "_@proton.me"]
)
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


@pytest.mark.parametrize("one", [spelling for pair in SAME for spelling in pair])
def test_the_one_spelling_is_its_own(one: str) -> None:
    canonical = read_address(one).canonical
    if not canonical.partition("@")[0].endswith("-"):
        assert read_address(canonical).canonical == canonical


@given(local=st.from_regex(r"[a-z0-9]([a-z0-9._+-]{0,20}[a-z0-9])?", fullmatch=True), number=st.integers(0, 400))
def test_no_spelling_at_any_provider_leaves_nobody_or_changes_by_being_read_again(local: str, number: int) -> None:
    domains = sorted(_BY_DOMAIN)
    domain = domains[number % len(domains)]
    canonical = canonical_of(local, domain)
    name, _, resolved = canonical.partition("@")
    assert name
    assert canonical_of(name, resolved) == canonical
    assert canonical_of(local.upper(), domain.upper()) == canonical
