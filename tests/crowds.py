"""Signatures by the dozen and in any state, and the whole database as a thief would read it."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import make_url, text

from pledges import clock
from pledges.db import Base
from pledges.letter.models import Letter
from pledges.letter.queries import get_letter
from pledges.signature import moving, queries, signing, statements, withdrawing
from pledges.signature.addresses import read_address
from pledges.signature.models import Signature, StatementState
from pledges.signature.states import Actor, Kind, State
from pledges.signature.words import Display
from tests.people import Workshop


def in_state(
    workshop: Workshop,
    letter: Letter,
    state: State,
    email: str = "ada@example.org",
    name: str = "Ada Example",
    **how: Any,
) -> Signature:
    """A signature that has come to this state by the way of the deeds, under a letter that holds every name."""
    signs = workshop.sign if state in (State.PENDING, State.QUARANTINED) else workshop.confirmed
    signed = signs(letter, email, name, **how)
    with workshop.writing() as session:
        signature = queries.lock_signature(session, signed.id)
        assert signature is not None
        if state is State.QUARANTINED:
            signature.confirmed_at = clock.now()
            moving.move(session, [signature], state, by=Actor.POLICY, now=clock.now())
        elif state in (State.APPROVED, State.REJECTED):
            reasons = {signature.id: "no such person"} if state is State.REJECTED else {}
            if state is State.APPROVED:
                statements.mark([signature], StatementState.APPROVED)
            moving.move(session, [signature], state, by=Actor.MODERATOR, now=clock.now(), reasons=reasons)
        elif state is State.WITHDRAWN:
            withdrawing.withdraw(session, signature.id, now=clock.now())
    assert signature.state is state
    return signature


def crowd(
    workshop: Workshop,
    letter: Letter,
    names: Sequence[str],
    state: State = State.APPROVED,
    *,
    apart: timedelta = timedelta(seconds=1),
) -> list[Signature]:
    """Many confirmed signatures at once, the last name newest; nobody gets mail."""
    began = clock.now() - len(names) * apart
    with workshop.writing() as session:
        text_id = get_letter(session, letter.slug).text_in(None).id
        signatures = [
            Signature(
                letter_id=letter.id,
                text_id=text_id,
                state=State.PENDING,
                kind=Kind.PERSON,
                display=Display.PUBLIC,
                name=name,
                email=f"crowd-{number}@example.net",
                email_digest=signing.mailbox_digest(letter.id, read_address(f"crowd-{number}@example.net")),
                created_at=began,
                confirmed_at=began + number * apart,
            )
            for number, name in enumerate(names)
        ]
        session.add_all(signatures)
        session.flush()
        moving.move(session, signatures, State.AWAITING, by=Actor.SIGNATORY, now=clock.now())
        if state is not State.AWAITING:
            moving.move(session, signatures, state, by=Actor.MODERATOR, now=clock.now())
    return signatures


def dump(workshop: Workshop) -> dict[str, list[str]]:
    """Every row of every table as the database holds it, nothing unsealed."""
    with workshop.writing() as session:
        return {
            table: sorted(repr(tuple(row)) for row in session.execute(text(f"SELECT * FROM {table}")))
            for table in Base.metadata.tables
        }


def stolen(workshop: Workshop) -> bytes:
    """All that a thief of the database reads: of SQLite its files, of PostgreSQL every row as text."""
    url = make_url(workshop.settings.database_url)
    rows = repr(dump(workshop)).encode()
    if url.drivername != "sqlite":
        return rows
    assert url.database is not None
    folder = Path(url.database).parent
    return rows + b"".join(file.read_bytes() for file in sorted(folder.glob(f"{Path(url.database).name}*")))
