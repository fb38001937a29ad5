"""`flask keys reseal`: everything sealed anew, so that an old key can be dropped."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from pledges import resealing
from pledges.db import Base, Sealed, transaction
from pledges.letter.models import PledgeKind
from pledges.mail import outbox
from pledges.mail.models import KeptMail
from pledges.pledge.models import Commitment, Pledge, Report
from pledges.pledge.states import Actor
from pledges.pledge.states import State as PledgeState
from pledges.security import Keyring, KeysMissing, use
from pledges.signature import queries
from tests.conftest import KEYS
from tests.people import Visitor, Workshop
from tests.test_commands import Shell

KEPT = PledgeState.KEPT
OLD, NEW = KEYS["sealing_keys"][0], "n" * 40
SEALED = [(t.name, c.name) for t in Base.metadata.tables.values() for c in t.columns if isinstance(c.type, Sealed)]


def keyring(*sealing: str) -> Keyring:
    return Keyring(sealing=sealing, digest=KEYS["digest_key"], signing=[KEYS["secret_key"]])


@pytest.fixture
def shell(workshop: Workshop) -> Iterator[Shell]:
    """Commands that run with a new sealing key in front of the old one."""
    yield Shell(workshop.app)
    use(Keyring.from_settings(workshop.settings))


def stored(workshop: Workshop, table: str, column: str) -> list[str]:
    with workshop.writing() as session:
        found = session.scalars(text(f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL ORDER BY id"))
        return [*found]


def something_everywhere(workshop: Workshop, people: int = 3) -> None:
    letter = workshop.letter(anonymous="true")
    for number in range(people):
        workshop.confirmed(letter, f"ada-{number}@example.org", display="anonymous")
    workshop.account()
    with workshop.writing() as session:
        queries.lock_signature(session, 1).representative = "Bea Example"
        said = {"note": "It went well.", "evidence": "https://example.org/proof"}
        pledge = Pledge(letter_id=letter.id, position=0, key="speak", kind=PledgeKind.ACT, texts={"en": "I speak"})
        session.add(pledge)
        session.flush()
        commitment = Commitment(
            signature_id=1,
            pledge_id=pledge.id,
            state=KEPT,
            wording="I speak",
            language="en",
            reference="A",
            created_at=workshop.now(),
            **said,
        )
        session.add(commitment)
        session.flush()
        report = Report(commitment_id=commitment.id, at=workshop.now(), outcome=KEPT, actor=Actor.SIGNATORY, **said)
        session.add(report)
        outbox.owe(session, "withdrawn", 1, recipient="eve@example.org", now=workshop.now())
        session.add(KeptMail(kept_at=workshop.now(), message="To: bea@example.org"))


def lines(output: str) -> dict[str, int]:
    """How many were sealed anew, by column."""
    return {name: int(rest.split()[0]) for name, _, rest in (line.partition(": ") for line in output.splitlines())}


def test_every_sealed_column_opens_once_the_old_key_is_dropped(workshop: Workshop, shell: Shell) -> None:
    something_everywhere(workshop)
    before = {place: stored(workshop, *place) for place in SEALED}
    assert all(before.values()), "a sealed column that this test has nothing for"
    use(keyring(NEW, OLD))
    printed = lines(shell.done("keys", "reseal"))
    assert printed == {f"{table}.{column}": len(values) for (table, column), values in before.items()}
    only_new, only_old = keyring(NEW), keyring(OLD)
    for place, values in before.items():
        after = stored(workshop, *place)
        assert [only_new.unseal(value) for value in after] == [only_old.unseal(value) for value in values], place
        with pytest.raises(KeysMissing):
            only_old.unseal(after[0])


def test_the_service_goes_on_without_the_old_key(workshop: Workshop, visitor: Visitor, shell: Shell) -> None:
    letter = workshop.letter(anonymous="true")
    workshop.confirmed(letter, display="anonymous")
    workshop.account()
    workshop.deliver()
    path = workshop.manage_link("ada@example.org")
    use(keyring(NEW, OLD))
    shell.done("keys", "reseal")
    use(keyring(NEW))
    assert visitor.get(path).status_code == 200
    assert "Ada Example" in visitor.text
    assert visitor.sign_in("mod@example.org").status_code == 303
    assert visitor.sign("ask-more", email="bea@example.org").status_code == 303
    assert [mail["To"] for mail in workshop.deliver()] == ["bea@example.org"]


def test_a_second_run_finds_nothing_and_writes_nothing(workshop: Workshop, shell: Shell) -> None:
    something_everywhere(workshop)
    use(keyring(NEW, OLD))
    shell.done("keys", "reseal")
    before = {place: stored(workshop, *place) for place in SEALED}
    assert set(lines(shell.done("keys", "reseal")).values()) == {0}
    assert {place: stored(workshop, *place) for place in SEALED} == before


def test_an_interrupted_run_is_finished_by_the_next(
    workshop: Workshop, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    something_everywhere(workshop, people=5)
    monkeypatch.setattr("pledges.resealing.PAGE", 2)
    use(keyring(NEW, OLD))
    email = next(each for each in resealing.list_sealed_columns() if each.name == "signature.email")
    with workshop.app.app_context(), transaction() as session:
        page = email.read(session, None)
        assert email.write(session, page) == 2
    assert lines(shell.done("keys", "reseal"))["signature.email"] == 3
    with workshop.writing() as session:
        use(keyring(NEW))
        assert {queries.find_signature(session, n).email for n in range(1, 6)} == {
            f"ada-{n}@example.org" for n in range(5)
        }


def test_what_the_service_writes_meanwhile_is_left_as_it_is(workshop: Workshop, shell: Shell) -> None:
    first = workshop.confirmed(workshop.letter())
    second = workshop.confirmed(workshop.letter("another"), "bea@example.org")
    use(keyring(NEW, OLD))
    email = next(each for each in resealing.list_sealed_columns() if each.name == "signature.email")
    with workshop.writing() as session:
        page = email.read(session, None)
    with workshop.writing() as session:
        queries.lock_signature(session, first.id).erase()
    with workshop.writing() as session:
        assert email.write(session, page) == 1
    with workshop.writing() as session:
        assert queries.find_signature(session, first.id).email is None
        assert queries.find_signature(session, second.id).email == "bea@example.org"


def test_what_no_key_opens_is_told_and_hinders_nothing_else(workshop: Workshop, shell: Shell) -> None:
    letter = workshop.letter()
    use(keyring("x" * 40))
    lost = workshop.confirmed(letter, "lost@example.org")
    use(keyring(OLD))
    workshop.confirmed(letter, "ada@example.org")
    use(keyring(NEW, OLD))
    result = shell.run("keys", "reseal")
    assert result.exit_code == 1
    assert result.stderr == "signature.email: 1 open with none of PLEDGES_SEALING_KEYS\n"
    assert lines(result.stdout)["signature.email"] == 1
    use(keyring("x" * 40, NEW))
    with workshop.writing() as session:
        assert queries.find_signature(session, lost.id).email == "lost@example.org"
