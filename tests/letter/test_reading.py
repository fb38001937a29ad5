"""Every key of a letter file's head is read, and kept in the letter."""

from datetime import UTC, datetime

import pytest

from pledges import clock
from pledges.letter import publishing
from pledges.letter.models import Counted, Moderation
from pledges.letter.queries import get_letter
from pledges.letter.reading import read_letter_file
from tests.letter.files import HEAD, letter_file, read
from tests.people import Workshop

EVERYTHING = """hashtag: "#AskMoreOfUs"
goal: 1_500
closes: 2027-03-08T18:00:00+01:00
moderation: flag
count: approved
email_domains: [example.org, Uni.Example.EDU]
anonymous: true
together: 25
challenge_above: 40
pledges:
  - {key: speak-up, kind: act, text: I will speak, due: 2027-06-01, every: 90, threshold: 100}
  - {key: legal-help, kind: amount, text: I will give, unit: USD, target: 50000.50, lowest: 5, highest: 1000.50,
     required: true, pay: "https://pay.example.org/legal?to=us"}"""


def test_what_the_head_says_is_what_the_letter_is(workshop: Workshop) -> None:
    with workshop.writing() as session:
        publishing.create(session, read(EVERYTHING), now=clock.now())
    with workshop.writing() as session:
        letter = get_letter(session, "ask-more")
    text = letter.text_in(None)
    assert (text.title, text.addressee, text.language) == ("Ask more of us", "The board", "en")
    assert (letter.hashtag, letter.goal, letter.together, letter.challenge_above) == ("AskMoreOfUs", 1500, 25, 40)
    assert letter.closes_at == datetime(2027, 3, 8, 17, tzinfo=UTC)
    assert (letter.moderation, letter.counted, letter.anonymous) == (Moderation.FLAG, Counted.APPROVED, True)
    assert letter.email_domains == ["example.org", "uni.example.edu"]
    act, amount = letter.offered_pledges
    assert act == {
        "key": "speak-up",
        "kind": "act",
        "texts": {"en": "I will speak"},
        "unit": None,
        "due": "2027-06-01",
        "target": None,
        "every": 90,
        "threshold": 100,
        "lowest": None,
        "highest": None,
        "pay": None,
        "required": False,
    }
    assert (amount["kind"], amount["unit"], amount["target"]) == ("amount", "USD", "50000.50")
    assert (amount["lowest"], amount["highest"], amount["required"]) == ("5", "1000.50", True)
    assert amount["pay"] == "https://pay.example.org/legal?to=us"


def test_what_the_head_leaves_out_has_its_default(workshop: Workshop) -> None:
    letter = workshop.letter()
    assert (letter.hashtag, letter.goal, letter.closes_at, letter.together) == (None, None, None, None)
    assert (letter.moderation, letter.counted, letter.anonymous) == (Moderation.HOLD, Counted.CONFIRMED, False)
    assert letter.keeps_addresses_months == 12
    assert (letter.email_domains, letter.offered_pledges, letter.challenge_above) == ([], [], None)


@pytest.mark.parametrize(
    ("closes", "moment"),
    [
        ("2027-03-08", datetime(2027, 3, 9, tzinfo=UTC)),
        ("20270308", datetime(2027, 3, 9, tzinfo=UTC)),
        ("2027-12-31", datetime(2028, 1, 1, tzinfo=UTC)),
        ("2027-03-08T18:00", datetime(2027, 3, 8, 18, tzinfo=UTC)),
        ("2027-03-08 18:00:00Z", datetime(2027, 3, 8, 18, tzinfo=UTC)),
        ("2027-03-08T01:00:00+05:30", datetime(2027, 3, 7, 19, 30, tzinfo=UTC)),
    ],
)
def test_a_date_alone_means_the_end_of_that_day_in_utc(closes: str, moment: datetime) -> None:
    assert read(f"closes: {closes}").closes_at == moment


@pytest.mark.parametrize(
    ("written", "kept"), [("EN", "en"), ("pt-br", "pt-BR"), ("ZH-hant-tw", "zh-Hant-TW"), ("gsw", "gsw")]
)
def test_a_language_is_kept_in_its_usual_case(written: str, kept: str) -> None:
    assert read(head=HEAD.replace("language: en", f"language: {written}")).texts[0].language == kept


@pytest.mark.parametrize("written", ["AskMore", '"#AskMore"'])
def test_a_hashtag_may_be_written_with_its_sign_or_without(written: str) -> None:
    assert read(f"hashtag: {written}").hashtag == "AskMore"


def test_words_that_yaml_takes_for_something_else_stay_words() -> None:
    head = HEAD.replace("Ask more of us", "1984").replace("language: en", "language: no")
    own = read(head=head.replace("ask-more", "2027")).texts[0]
    assert (own.title, own.language) == ("1984", "no")


def test_a_domain_in_another_script_is_kept_as_mail_spells_it_and_once() -> None:
    assert read("email_domains: [münchen.example, example.org, EXAMPLE.ORG]").email_domains == (
        "xn--mnchen-3ya.example",
        "example.org",
    )


def test_the_letter_below_the_head_is_kept_as_it_stands() -> None:
    body = "First.\n\n---\n\n- a\n- b"
    assert read(body=f"\n\n{body}\n\n").texts[0].markdown == f"{body}\n"


def test_files_of_other_systems_read_the_same() -> None:
    plain = letter_file("goal: 5")
    assert read_letter_file("\ufeff" + plain.replace("\n", "\r\n")) == read_letter_file(plain)


def test_a_title_is_kept_in_one_line_with_single_spaces() -> None:
    head = HEAD.replace("Ask more of us", "\n  Ask\n  more")
    assert read(head=head).texts[0].title == "Ask more"
