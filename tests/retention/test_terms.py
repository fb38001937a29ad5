"""When what is kept has reached its term: never a second earlier, and anew for a letter that is opened again."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import update

from pledges import clock
from pledges.letter import publishing
from pledges.letter.queries import get_letter
from pledges.letter.term import add_months, addresses_kept_until
from pledges.letter.withdrawing import withdraw as withdraw_letter
from pledges.mail.models import KeptMail
from pledges.signature.models import Signature
from pledges.signature.states import State
from tests.crowds import in_state
from tests.people import Visitor, Workshop
from tests.retention.erasing import ADDRESSES, NETWORKS, UNCONFIRMED, close, erased, signature
from tests.signature.invitations import came, first_link


def test_what_nobody_confirms_is_erased_after_thirty_days(workshop: Workshop, time: time_machine.Traveller) -> None:
    letter = workshop.letter()
    pending, confirmed = workshop.sign(letter), workshop.confirmed(letter, "bea@example.org")
    time.shift(timedelta(days=30) - timedelta(seconds=1))
    assert UNCONFIRMED not in erased(workshop)
    time.shift(1)
    assert erased(workshop)[UNCONFIRMED] == 1
    assert (workshop.state(pending), workshop.state(confirmed)) == (None, State.AWAITING)
    assert erased(workshop) == {}


def test_networks_are_erased_after_a_week_and_nothing_else(workshop: Workshop, time: time_machine.Traveller) -> None:
    letter = workshop.letter()
    old = workshop.confirmed(letter)
    with workshop.writing() as session:
        session.execute(update(Signature).values(network_digest=b"n" * 32))
    time.shift(timedelta(days=7) - timedelta(seconds=1))
    young = workshop.confirmed(letter, "bea@example.org")
    with workshop.writing() as session:
        session.execute(update(Signature).values(network_digest=b"n" * 32))
    assert NETWORKS not in erased(workshop)
    time.shift(1)
    assert erased(workshop)[NETWORKS] == 1
    assert (signature(workshop, old).network_digest, signature(workshop, young).network_digest) == (None, b"n" * 32)
    assert signature(workshop, old).email == "ada@example.org"


@pytest.mark.parametrize(
    ("head", "until"),
    [
        ({}, datetime(2028, 3, 8, 12, tzinfo=UTC)),
        ({"keep_addresses": "1"}, datetime(2027, 4, 8, 12, tzinfo=UTC)),
        ({"keep_addresses": "120"}, datetime(2037, 3, 8, 12, tzinfo=UTC)),
        ({"pledges": "[{key: a, kind: act, text: A, due: 2027-01-01}]"}, datetime(2028, 3, 8, 12, tzinfo=UTC)),
        (
            {"pledges": "[{key: a, kind: act, text: A, due: 2029-05-31}, {key: b, kind: act, text: B}]"},
            datetime(2030, 6, 1, tzinfo=UTC),
        ),
        (
            {"keep_addresses": "9", "pledges": "[{key: a, kind: act, text: A, due: 2028-05-30}]"},
            datetime(2029, 2, 28, tzinfo=UTC),
        ),
        (
            {"keep_addresses": "120", "pledges": "[{key: a, kind: act, text: A, due: 2999-12-31, every: 3650}]"},
            datetime(3010, 1, 1, tzinfo=UTC),
        ),
    ],
)
def test_the_term_begins_with_the_end_or_the_last_pledge_due(
    workshop: Workshop, time: time_machine.Traveller, head: dict[str, str], until: datetime
) -> None:
    letter = workshop.letter(**head)
    workshop.confirmed(letter)
    close(workshop, letter)
    time.move_to(until - timedelta(seconds=1))
    assert ADDRESSES not in erased(workshop)
    time.move_to(until)
    assert erased(workshop)[ADDRESSES] == 1


def test_a_letter_whose_own_date_passed_while_nothing_ran_has_its_term_from_that_date(
    workshop: Workshop, time: time_machine.Traveller
) -> None:
    letter = workshop.letter(closes="2027-04-08T12:00:00Z")
    workshop.confirmed(letter)
    time.move_to(datetime(2028, 4, 8, 12, tzinfo=UTC))
    assert erased(workshop)[ADDRESSES] == 1


def test_open_letters_keep_addresses(workshop: Workshop, time: time_machine.Traveller) -> None:
    workshop.confirmed(workshop.letter())
    time.shift(timedelta(days=5000))
    assert ADDRESSES not in erased(workshop)


def test_a_draft_that_never_opens_keeps_them_for_its_term_after_the_newest_link(
    workshop: Workshop, visitor: Visitor, time: time_machine.Traveller
) -> None:
    draft = workshop.letter(opened=False)
    came(workshop, visitor, first_link(workshop, draft), "Ada Example")
    time.shift(timedelta(days=300))
    first_link(workshop, draft)
    time.shift(timedelta(days=364))
    assert addresses_kept_until(draft, now=clock.now()) is None
    assert ADDRESSES not in erased(workshop)
    time.shift(timedelta(days=2))
    assert erased(workshop)[ADDRESSES] == 1


def test_a_letter_that_its_organizer_withdrew_has_its_term_too(
    workshop: Workshop, time: time_machine.Traveller
) -> None:
    letter = workshop.letter()
    workshop.confirmed(letter)
    with workshop.writing() as session:
        withdraw_letter(session, get_letter(session, "ask-more"), "We were wrong.", now=clock.now())
    time.shift(timedelta(days=365))
    assert ADDRESSES not in erased(workshop)
    time.shift(timedelta(days=1))
    assert erased(workshop)[ADDRESSES] == 1


def test_a_letter_opened_again_has_its_term_anew_and_counts_nobody_twice(
    workshop: Workshop, visitor: Visitor, time: time_machine.Traveller
) -> None:
    letter = workshop.letter()
    in_state(workshop, letter, State.APPROVED)
    close(workshop, letter)
    time.shift(timedelta(days=300))
    with workshop.writing() as session:
        publishing.open_letter(session, get_letter(session, "ask-more"), now=clock.now())
    time.shift(timedelta(days=300))
    assert ADDRESSES not in erased(workshop)
    close(workshop, letter)
    time.shift(timedelta(days=366))
    assert erased(workshop)[ADDRESSES] == 1
    with workshop.writing() as session:
        publishing.open_letter(session, get_letter(session, "ask-more"), now=clock.now())
    visitor.sign("ask-more", email="Ada+again@example.org")
    visitor.sign("ask-more", email="ada@example.org")
    workshop.deliver()
    assert "/confirm/" not in workshop.sink.to("ada@example.org")[-1].as_string()
    assert workshop.figures(letter).approved == 1


def test_months_are_those_of_the_calendar() -> None:
    assert add_months(datetime(2028, 2, 29, tzinfo=UTC), 12) == datetime(2029, 2, 28, tzinfo=UTC)
    assert add_months(datetime(2027, 12, 31, tzinfo=UTC), 2) == datetime(2028, 2, 29, tzinfo=UTC)
    assert add_months(datetime(2027, 1, 1, tzinfo=UTC), 120) == datetime(2037, 1, 1, tzinfo=UTC)


def test_a_mail_that_was_kept_for_the_mailbox_is_erased_after_two_weeks(
    workshop: Workshop, time: time_machine.Traveller
) -> None:
    with workshop.writing() as session:
        session.add(KeptMail(kept_at=clock.now(), message="To: ada@example.org"))
    time.shift(timedelta(days=14))
    assert erased(workshop) == {}
    time.shift(1)
    assert erased(workshop) == {"kept mails": 1}
