"""Every kind of mistake in a letter file is named with its line."""

import pytest

from pledges.letter.head import LetterFileWrong
from pledges.letter.reading import LONGEST_BODY, MOST_PLEDGES, read_letter_file
from tests.letter.files import HEAD, letter_file, read

PLEDGE = "pledges:\n- key: speak-up\n  kind: act\n  text: I will speak"


def mistake(*lines: str, head: str = HEAD, body: str = "More.") -> str:
    with pytest.raises(LetterFileWrong) as caught:
        read(*lines, head=head, body=body)
    assert str(caught.value).startswith(f"line {caught.value.line}: ")
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("colour: red", "line 6: the key 'colour' is not known here; known are anonymous, "),
        ("title: Another", "line 6: the key 'title' stands there twice"),
        ("goal: many", "line 6: 'goal' must be a whole number of at least 1"),
        ("goal: 0", "line 6: 'goal' must be a whole number of at least 1"),
        ("goal: 2.5", "line 6: 'goal' must be a whole number"),
        ("goal: ٣", "line 6: 'goal' must be a whole number"),
        ("goal: 1000000001", "line 6: 'goal' must be a whole number of at most 1000000000"),
        ("goal: 0000000000019999999999", "line 6: 'goal' must be a whole number of at most 1000000000"),
        ("goal: 99999999999999999999", "line 6: 'goal' must be a whole number of at most 1000000000"),
        ("goal: -99999999999999999999", "line 6: 'goal' must be a whole number of at least 1"),
        ("goal: [5]", "line 6: 'goal' must be a single value"),
        ("goal:", "line 6: 'goal' must be a whole number"),
        ("closes: soon", "line 6: 'closes' must be a date or a time, such as 2027-03-08"),
        ("closes: 2027-02-30", "line 6: 'closes' must be a date or a time"),
        ("closes: 9999-12-31", "line 6: 'closes' must be a date or a time"),
        ("closes: 0001-01-01T00:00:00+05:00", "line 6: 'closes' must be a date or a time"),
        ("moderation: maybe", "line 6: 'moderation' must be one of hold, flag"),
        ("count: all", "line 6: 'count' must be one of confirmed, approved"),
        ("anonymous: yes", "line 6: 'anonymous' must be true or false"),
        ("together: 1", "line 6: 'together' must be a whole number of at least 2"),
        ("challenge_above: -1", "line 6: 'challenge_above' must be a whole number of at least 1"),
        ("hashtag: two words", "line 6: 'hashtag' must be letters and digits, 60 at most"),
        ("hashtag: #Comment", "line 6: 'hashtag' must be letters and digits, 60 at most; write it in quotes"),
        ("email_domains: example.org", "line 6: 'email_domains' must be a list"),
        ("email_domains:\n- example.org\n- '@b'", "line 8: 'email_domains', number 2, must be a domain"),
        ("email_domains: [localhost]", "line 6: 'email_domains', number 1, must be a domain"),
        ("email_domains: [a..org]", "line 6: 'email_domains', number 1, must be a domain"),
        ("pledges: act", "line 6: 'pledges' must be a list"),
        ("translations: {}", "line 6: 'translations' must be a list"),
        ("translations: [es]", "line 6: 'translations', number 1, must be made of lines like 'key: value'"),
        ("? [a]\n: b", "line 6: the key must be a single value"),
    ],
)
def test_a_wrong_line_is_named_with_what_it_must_be(line: str, said: str) -> None:
    assert mistake(line).startswith(said)


def test_where_no_key_can_stand_that_is_said() -> None:
    translation = "translations:\n- language: es\n  title: Más\n  body: Más.\n  pledges:\n    speak-up: Hablaré."
    assert mistake(translation) == "line 11: the key 'speak-up' is not known here; nothing is"


@pytest.mark.parametrize("key", ["slug", "title", "language", "to"])
def test_a_missing_key_is_named(key: str) -> None:
    head = "\n".join(line for line in HEAD.splitlines() if not line.startswith(f"{key}:"))
    assert mistake(head=head) == f"line 2: the head lacks '{key}'"


@pytest.mark.parametrize("slug", ["Ask-More", "ask_more", "ask--more", "-ask", "ask more", "añadir", "a" * 81, "a/b"])
def test_a_wrong_slug_is_refused(slug: str) -> None:
    assert mistake(head=HEAD.replace("ask-more", slug)).startswith("line 2: 'slug' must be small letters, digits")


@pytest.mark.parametrize("title", ["''", "x" * 201, '"a\\u202eb"', '"a\\u0007b"', '"a\\u200bb"'])
def test_a_title_that_is_empty_too_long_or_not_readable_is_refused(title: str) -> None:
    assert mistake(head=HEAD.replace("Ask more of us", title)).startswith("line 3: 'title' ")


@pytest.mark.parametrize("language", ["english", "e", "en_US", "en-", "12", "en-abcdefghi"])
def test_what_is_no_language_is_refused(language: str) -> None:
    said = mistake(head=HEAD.replace("language: en", f"language: {language}"))
    assert said.startswith("line 4: 'language' must be a language by BCP 47")


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("  due: someday", "line 10: 'due' must be a date"),
        ("  due: 9999-12-31", "line 10: 'due' must be a date up to the year 2999"),
        ("  due: 3000-01-01", "line 10: 'due' must be a date up to the year 2999"),
        ("  unit: USD", "line 7: 'pledges', number 1, needs 'unit' if its kind is amount, and only then"),
        ("  target: -3", "line 10: 'target' must be a number above 0"),
        ("  target: 0.00", "line 10: 'target' must be a number above 0"),
        ("  target: 1e9", "line 10: 'target' must be a number above 0"),
        ("  target: NaN", "line 10: 'target' must be a number above 0"),
        ("  target: 1_0", "line 10: 'target' must be a number above 0"),
        ("  every: 0", "line 10: 'every' must be a whole number of at least 1"),
        ("  every: 1000000000", "line 10: 'every' must be a whole number of at most 3650"),
        ("  threshold: some", "line 10: 'threshold' must be a whole number of at least 1"),
        ("  price: 3", "line 10: the key 'price' is not known here"),
        ("- {key: speak-up, kind: act, text: Twice}", "line 10: 'key' must be small letters"),
        ("- {key: Speak, kind: act, text: x}", "line 10: 'key' must be small letters"),
        ("- {key: b, kind: wish, text: x}", "line 10: 'kind' must be one of act, amount"),
        ("- {key: b, kind: amount, text: x}", "line 10: 'pledges', number 2, needs 'unit'"),
        ("- {key: b, kind: act}", "line 10: 'pledges', number 2, lacks 'text'"),
    ],
)
def test_a_wrong_pledge_is_named(lines: str, said: str) -> None:
    assert mistake(PLEDGE, lines).startswith(said)


AMOUNT = "pledges:\n- key: give\n  kind: amount\n  unit: JPY\n  text: I will give"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("  lowest: 0", "line 11: 'lowest' must be a number above 0"),
        ("  lowest: -5", "line 11: 'lowest' must be a number above 0"),
        ("  lowest: 10.5", "line 11: 'lowest' must have 0 decimals at most, being an amount of JPY"),
        ("  highest: 0.01", "line 11: 'highest' must have 0 decimals at most, being an amount of JPY"),
        ("  target: 2.5", "line 11: 'target' must have 0 decimals at most, being an amount of JPY"),
        ("  lowest: 20\n  highest: 10", "line 12: 'highest' must not be below 'lowest'"),
        ("  target: 1000000000001", "line 11: 'target' must be 1000000000000 at most"),
        ("  required: yes", "line 11: 'required' must be true or false"),
        ("  pay: javascript:alert(1)", "line 11: 'pay' must be a link that begins with https:// or http://"),
        ("  pay: //pay.example.org", "line 11: 'pay' must be a link"),
        ("  pay: https://", "line 11: 'pay' must be a link"),
        ("  pay: 'https://a b.example'", "line 11: 'pay' must be a link"),
        ("  pay: https://us:them@pay.example", "line 11: 'pay' must be a link"),
    ],
)
def test_a_wrong_amount_is_named(lines: str, said: str) -> None:
    assert mistake(AMOUNT, lines).startswith(said)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("  lowest: 5", "line 10: 'lowest' is for a pledge whose kind is amount"),
        ("  highest: 5", "line 10: 'highest' is for a pledge whose kind is amount"),
        ("  pay: https://example.org", "line 10: 'pay' is for a pledge whose kind is amount"),
        ("  target: 10.5", "line 10: 'target' must have 0 decimals at most, being a number of people"),
    ],
)
def test_what_only_an_amount_has_is_refused_of_an_act(line: str, said: str) -> None:
    assert mistake(PLEDGE, line).startswith(said)


def test_more_pledges_than_one_can_read_are_refused() -> None:
    many = [f"- {{key: p{n}, kind: act, text: x}}" for n in range(MOST_PLEDGES + 1)]
    assert mistake("pledges:", *many) == f"line 7: 'pledges' are too many: {MOST_PLEDGES} at most"


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        ("", 1, "a letter file begins with a line '---'"),
        ("Dear board,", 1, "a letter file begins with a line '---'"),
        ("---\nslug: a\ntitle: b\n", 4, "the head does not end"),
        ("---\n---\nbody", 1, "the head is empty"),
        ("---\n- slug\n---\nbody", 2, "the head must be made of lines like 'key: value'"),
        ("---\nslug: a\ntitle: b: c\n---\nbody", 3, "the head is not YAML: mapping values are not allowed here"),
        ("---\nslug: a\n\ttitle: b\n---\nbody", 3, "the head is not YAML: "),
        ("---\nslug: a\ntitle: *none\n---\nbody", 3, "the head is not YAML: found undefined alias"),
        ("---\nslug: a\ntitle: a\x07b\n---\nbody", 3, "the head holds a character that YAML does not allow"),
        (f"---\nslug: {'[' * 3000}\n---\nbody", 1, "the head is nested too deeply"),
    ],
)
def test_what_has_no_head_or_no_yaml_is_refused(content: str, line: int, said: str) -> None:
    with pytest.raises(LetterFileWrong, match=said) as caught:
        read_letter_file(content)
    assert caught.value.line == line


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (" \n\n", "line 7: the letter itself is missing below the head"),
        ("x" * (LONGEST_BODY + 1), f"line 7: the letter must have at most {LONGEST_BODY} characters"),
        ("a\0b", "line 7: the letter must have at most"),
    ],
)
def test_a_letter_without_a_body_or_with_an_endless_one_is_refused(body: str, said: str) -> None:
    assert mistake(body=body).startswith(said)


def test_a_tag_that_would_run_code_is_only_an_unknown_key() -> None:
    with pytest.raises(LetterFileWrong, match="'x' is not known here"):
        read_letter_file(letter_file("!!python/object/apply:os.system x: [true]"))
