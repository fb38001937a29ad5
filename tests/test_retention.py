"""Retention: exactly what has reached its term is erased, and counts and lists stay."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import String, cast, select, text, type_coerce, update

from pledges import clock, retention
from pledges.letter import publishing
from pledges.letter.models import Letter
from pledges.letter.queries import get_letter
from pledges.letter.term import add_months, addresses_kept_until
from pledges.letter.withdrawing import withdraw as withdraw_letter
from pledges.mail.models import KeptMail
from pledges.moderation import deciding
from pledges.signature import queries, withdrawing
from pledges.signature.models import Display, Signature, StatementState
from pledges.signature.queries import rows_by_bucket
from pledges.signature.states import Kind, State
from pledges.tally import recounting
from tests.crowds import crowd, dump, in_state, stolen
from tests.letter.revisions import CHANGE, revise
from tests.people import Visitor, Workshop
from tests.test_commands import Shell

BEGIN = datetime(2027, 3, 8, 12, tzinfo=UTC)
ADDRESSES, UNCONFIRMED, NETWORKS = "addresses of closed letters", "unconfirmed signatures", "network digests"


@pytest.fixture
def time() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(BEGIN, tick=False) as traveller:
        yield traveller


@pytest.fixture
def shell(workshop: Workshop) -> Shell:
    return Shell(workshop.app)


def erased(workshop: Workshop) -> dict[str, int]:
    """What a run erases now, by kind, where there is any."""
    with workshop.app.app_context():
        return {kind: n for kind, n in retention.run(now=clock.now()).items() if n}


def close(workshop: Workshop, letter: Letter) -> None:
    with workshop.writing() as session:
        publishing.close(session, get_letter(session, letter.slug), now=clock.now())


def signature(workshop: Workshop, found: Signature) -> Signature:
    with workshop.writing() as session:
        return queries.find_signature(session, found.id)


def public(visitor: Visitor) -> list[str]:
    """All that the public sees of who has signed."""
    api = "/api/v1/letters/ask-more"
    paths = ("/letters/ask-more/signatories", f"{api}/signatories", f"{api}/count")
    seen = [visitor.get(path).get_data(as_text=True) for path in paths]
    return [line for page in seen for line in page.splitlines() if '"at":' not in line]


def everyone(workshop: Workshop, letter: Letter) -> dict[str, Signature]:
    """A signature in each state, and one of each display, all with sealed and open words."""
    words = {"role": "Nurse", "affiliation": "City Hospital", "country": "ES", "statement": "I will."}
    people = {f"{s}": in_state(workshop, letter, s, f"{s}@example.org", f"Ada {s}", **words) for s in State}
    for display in (Display.AFFILIATION, Display.ANONYMOUS):
        name = f"Ada {display}"
        people[display] = in_state(
            workshop, letter, State.APPROVED, f"{display}@example.org", name, display=display, **words
        )
    return people


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


def test_a_year_after_closing_addresses_and_unshown_words_are_erased(
    workshop: Workshop, visitor: Visitor, time: time_machine.Traveller
) -> None:
    letter = workshop.letter(anonymous="true")
    people = everyone(workshop, letter)
    close(workshop, letter)
    before, figures, loot = public(visitor), workshop.figures(letter), stolen(workshop)
    assert b"Ada rejected" in loot
    time.move_to(datetime(2028, 3, 8, 11, 59, 59, tzinfo=UTC))
    assert ADDRESSES not in erased(workshop)
    time.shift(1)
    assert erased(workshop)[ADDRESSES] == 6
    assert (public(visitor), workshop.figures(letter)) == (before, figures)
    with workshop.writing() as session:
        assert recounting.compare(session, rows_by_bucket()) == []
        left = session.scalars(select(Signature)).all()
        assert {(row.email, row.hidden, row.representative, row.updates) for row in left} == {(None, None, None, False)}
        digests = {row.state: row.email_digest is not None for row in left}
    assert digests == {s: s is not State.WITHDRAWN for s in State if s is not State.PENDING}
    assert signature(workshop, people["anonymous"]).statement_state is None
    for name, seen in (("approved", "Ada approved"), ("affiliation", None)):
        assert signature(workshop, people[name]).words.name == seen
    assert signature(workshop, people["affiliation"]).affiliation == "City Hospital"
    for name in ("awaiting", "rejected", "quarantined", "anonymous"):
        assert not any(vars(signature(workshop, people[name]).words).values()), name
    with workshop.writing() as session:
        assert not session.scalar(text("SELECT count(*) FROM signature_event WHERE reason IS NOT NULL"))
    assert erased(workshop) == {}


NAMED = {"role": "Nurse", "affiliation": "City Hospital", "country": "ES", "statement": "I will."}


def test_whoever_is_shown_to_nobody_leaves_no_word_behind(
    workshop: Workshop, visitor: Visitor, time: time_machine.Traveller
) -> None:
    letter = workshop.letter()
    for n, state in enumerate((State.AWAITING, State.QUARANTINED, State.REJECTED)):
        in_state(workshop, letter, state, f"person-{n}@example.org", f"Person {n}", **NAMED)
        in_state(workshop, letter, state, f"board-{n}@example.org", f"Society {n}", kind=Kind.ORGANIZATION)
    in_state(workshop, letter, State.APPROVED, "earlier@example.org", "Person Earlier", **NAMED)
    with workshop.writing() as session:
        session.execute(update(Signature).values(domain="example.org"))
        organizations = update(Signature).where(Signature.kind == Kind.ORGANIZATION)
        host = type_coerce("society.example", String()) + cast(Signature.id, String())
        session.execute(organizations.values(website="https://society.example", website_host=host))
    revise(workshop, CHANGE)
    shown = in_state(workshop, letter, State.APPROVED, "shown@example.org", "Ada Shown", **NAMED)
    close(workshop, letter)
    before, figures = public(visitor), workshop.figures(letter)
    assert figures.earlier == 2
    time.shift(timedelta(days=366))
    assert erased(workshop)[ADDRESSES] == 8
    assert (public(visitor), workshop.figures(letter)) == (before, figures)
    with workshop.writing() as session:
        assert recounting.compare(session, rows_by_bucket()) == []
        kept = {row.state for row in session.scalars(select(Signature).where(Signature.domain.is_not(None)))}
    assert kept == {State.AWAITING, State.APPROVED, State.QUARANTINED}
    loot = stolen(workshop)
    for word in (b"Person", b"Society", b"society.example", b"no such person"):
        assert word not in loot, word
    assert signature(workshop, shown).words.name == "Ada Shown"
    assert erased(workshop) == {}


def test_whose_address_was_erased_before_is_found_all_the_same(
    workshop: Workshop, time: time_machine.Traveller
) -> None:
    letter = workshop.letter()
    rejected = in_state(workshop, letter, State.REJECTED, name="Ada Forger")
    with workshop.writing() as session:
        session.execute(update(Signature).values(email=None))
    close(workshop, letter)
    time.shift(timedelta(days=366))
    assert erased(workshop)[ADDRESSES] == 1
    assert b"Ada Forger" not in stolen(workshop)
    assert not any(vars(signature(workshop, rejected).words).values())


def test_a_sentence_that_no_moderator_let_through_goes_and_its_name_stays(
    workshop: Workshop, time: time_machine.Traveller
) -> None:
    letter = workshop.letter(moderation="flag")
    listed = {
        state: workshop.confirmed(letter, f"{state}@example.org", statement="I will.") for state in StatementState
    }
    with workshop.writing() as session:
        for state, found in listed.items():
            session.execute(update(Signature).where(Signature.id == found.id).values(statement_state=state, email=None))
    close(workshop, letter)
    time.shift(timedelta(days=366))
    assert erased(workshop)[ADDRESSES] == 2
    left = {state: signature(workshop, found) for state, found in listed.items()}
    assert {row.name for row in left.values()} == {"Ada Example"}
    assert {state: row.statement for state, row in left.items()} == {
        StatementState.WAITING: None,
        StatementState.APPROVED: "I will.",
        StatementState.REJECTED: None,
    }


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


def test_open_letters_and_drafts_keep_addresses(workshop: Workshop, time: time_machine.Traveller) -> None:
    workshop.confirmed(workshop.letter())
    draft = workshop.letter("draft", opened=False)
    with workshop.writing() as session:
        assert addresses_kept_until(draft, now=clock.now()) is None
        session.add(queries.find_signature(session, 1))
    time.shift(timedelta(days=5000))
    assert ADDRESSES not in erased(workshop)


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


def test_who_waited_for_others_in_vain_is_never_listed_without_a_name(
    workshop: Workshop, time: time_machine.Traveller
) -> None:
    letter = workshop.letter()
    alone = in_state(workshop, letter, State.APPROVED)
    with workshop.writing() as session:
        row = queries.lock_signature(session, alone.id)
        row.together, row.listed = True, False
        row.write(row.words, row.display, sealed=True)
    close(workshop, letter)
    time.shift(timedelta(days=366))
    assert erased(workshop)[ADDRESSES] == 1
    left = signature(workshop, alone)
    assert (left.display, left.words.name, left.belongs_on_list) == (Display.ANONYMOUS, None, False)


def test_the_own_page_still_leads_to_withdrawing(
    workshop: Workshop, visitor: Visitor, time: time_machine.Traveller
) -> None:
    letter = workshop.letter(anonymous="true", keep_addresses="6")
    workshop.confirmed(letter, display="anonymous")
    workshop.deliver()
    path = workshop.manage_link("ada@example.org")
    close(workshop, letter)
    time.shift(timedelta(days=200))
    assert erased(workshop)[ADDRESSES] == 1
    assert visitor.get(path).status_code == 200
    assert "None" not in visitor.text
    visitor.post(f"{path}/withdraw")
    assert workshop.figures(letter).withdrawn == 1


def test_a_moderator_can_still_decide_on_a_name_without_its_words(
    workshop: Workshop, visitor: Visitor, time: time_machine.Traveller
) -> None:
    letter = workshop.letter()
    rejected = in_state(workshop, letter, State.REJECTED)
    workshop.account()
    close(workshop, letter)
    time.shift(timedelta(days=366))
    erased(workshop)
    visitor.sign_in("mod@example.org")
    assert visitor.get("/moderation/ask-more/decided").status_code == 200
    assert "(erased)" in visitor.text
    with workshop.writing() as session:
        deciding.take_back(session, letter, rejected.id, account_id=None, now=clock.now())
        deciding.approve(session, letter, [rejected.id], account_id=None, now=clock.now())
    assert (workshop.figures(letter).approved, "signatory__name" in "".join(public(visitor))) == (1, False)


def test_many_are_erased_in_small_batches_each_in_its_own_transaction(
    workshop: Workshop, time: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("pledges.signature.forgetting", "pledges.mail.outbox", "pledges.allowance"):
        monkeypatch.setattr(f"{module}.BATCH", 10)
    letter, other = workshop.letter(), workshop.letter("other")
    crowd(workshop, letter, [f"Name {n}" for n in range(35)])
    kept = crowd(workshop, other, [f"Name {n}" for n in range(5)])
    for number in range(25):
        workshop.sign(other, f"ada-{number}@example.org")
    close(workshop, letter)
    time.shift(timedelta(days=366))
    stopped = iter([False] * 4 + [True] * 99)
    with workshop.app.app_context():
        begun = retention.run(now=clock.now(), is_stopping=lambda: next(stopped))
    assert begun[UNCONFIRMED] == 25
    rest = erased(workshop)
    assert (rest[ADDRESSES], rest["lapsed allowances"]) == (35, 25)
    assert signature(workshop, kept[0]).email == "crowd-0@example.net"
    assert erased(workshop) == {}


def test_several_runs_at_once_erase_each_thing_once(
    workshop: Workshop, time: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pledges.signature.forgetting.BATCH", 7)
    letter = workshop.letter()
    people = crowd(workshop, letter, [f"Name {n}" for n in range(40)])
    close(workshop, letter)
    time.shift(timedelta(days=366))
    gate = threading.Barrier(4)

    def run() -> int:
        gate.wait()
        return erased(workshop).get(ADDRESSES, 0)

    def withdraw() -> int:
        gate.wait()
        for person in people[::-1][:10]:
            with workshop.writing() as session:
                withdrawing.withdraw(session, person.id, now=clock.now())
        return 0

    with ThreadPoolExecutor(4) as pool:
        turns = [pool.submit(run) for _ in range(3)] + [pool.submit(withdraw)]
        total = sum(turn.result() for turn in turns)
    assert 30 <= total <= 40
    with workshop.writing() as session:
        assert not session.scalar(select(Signature.id).where(Signature.email.is_not(None)))
        assert recounting.compare(session, rows_by_bucket()) == []
    assert workshop.figures(letter).withdrawn == 10


def test_the_command_prints_what_it_erased_by_kind(
    workshop: Workshop, shell: Shell, time: time_machine.Traveller
) -> None:
    letter = workshop.letter()
    workshop.confirmed(letter)
    workshop.sign(letter, "bea@example.org")
    workshop.deliver()
    close(workshop, letter)
    time.shift(timedelta(days=366))
    assert shell.done("retention", "run").splitlines() == [
        "unconfirmed signatures: 1 erased",
        "network digests: 0 erased",
        "addresses of closed letters: 1 erased",
        "unread notes on pledges: 0 erased",
        "words of earlier reports: 0 erased",
        "addresses of last words: 0 erased",
        "records of mails: 3 erased",
        "kept mails: 0 erased",
        "lapsed allowances: 2 erased",
    ]
    assert {line.partition(": ")[2] for line in shell.done("retention", "run").splitlines()} == {"0 erased"}
    shell.done("letter", "recount")


def test_the_worker_erases_by_itself(workshop: Workshop, time: time_machine.Traveller) -> None:
    letter = workshop.letter()
    there = workshop.confirmed(letter)
    pending = workshop.sign(letter, "bea@example.org")
    workshop.deliver()
    close(workshop, letter)
    time.shift(timedelta(days=366))
    workshop.worker.work()
    workshop.worker.close()
    assert (signature(workshop, there).email, workshop.state(pending)) == (None, None)


def test_nothing_due_changes_nothing(workshop: Workshop) -> None:
    everyone(workshop, workshop.letter())
    before = dump(workshop)
    assert erased(workshop) == {}
    assert dump(workshop) == before


def test_months_are_those_of_the_calendar() -> None:
    assert add_months(datetime(2028, 2, 29, tzinfo=UTC), 12) == datetime(2029, 2, 28, tzinfo=UTC)
    assert add_months(datetime(2027, 12, 31, tzinfo=UTC), 2) == datetime(2028, 2, 29, tzinfo=UTC)
    assert add_months(datetime(2027, 1, 1, tzinfo=UTC), 120) == datetime(2037, 1, 1, tzinfo=UTC)


def test_whose_name_is_erased_can_not_be_listed_without_it(
    workshop: Workshop, visitor: Visitor, time: time_machine.Traveller
) -> None:
    letter = workshop.letter(anonymous="true", keep_addresses="6")
    in_state(workshop, letter, State.APPROVED, display=Display.ANONYMOUS)
    workshop.deliver()
    path = workshop.manage_link("ada@example.org")
    close(workshop, letter)
    time.shift(timedelta(days=200))
    erased(workshop)
    visitor.get(path)
    assert "your address is erased" in visitor.text
    assert visitor.post(f"{path}/change", {"display": "public"}).status_code == 303
    visitor.get("/letters/ask-more/signatories")
    assert visitor.page.select(".signatory") == []


def test_a_mail_that_was_kept_for_the_mailbox_is_erased_after_two_weeks(
    workshop: Workshop, time: time_machine.Traveller
) -> None:
    with workshop.writing() as session:
        session.add(KeptMail(kept_at=clock.now(), message="To: ada@example.org"))
    time.shift(timedelta(days=14))
    assert erased(workshop) == {}
    time.shift(1)
    assert erased(workshop) == {"kept mails": 1}
