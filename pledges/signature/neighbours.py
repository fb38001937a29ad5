"""Neighbours: the signatures that came from one network at about the same time."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import aliased
from sqlalchemy.sql.functions import GenericFunction

from pledges.db import UtcDateTime
from pledges.signature.models import Signature
from pledges.signature.policy import MANY

ABOUT = timedelta(minutes=10)
"""So long before and after."""


class _Earlier(GenericFunction[datetime]):
    """A stored time less `ABOUT`: the two databases have no words for it in common."""

    type = UtcDateTime()
    inherit_cache = True
    minutes = -ABOUT.total_seconds() / 60
    last_digits = "000"


class _Later(_Earlier):
    """A stored time and `ABOUT` more."""

    inherit_cache = True
    minutes = ABOUT.total_seconds() / 60
    last_digits = "999"


@compiles(_Earlier)
@compiles(_Later)
def _on_postgresql(element: _Earlier, compiler: Any, **how: Any) -> str:
    return f"({compiler.process(element.clauses, **how)} + INTERVAL '{element.minutes:.0f} minutes')"


@compiles(_Earlier, "sqlite")
@compiles(_Later, "sqlite")
def _on_sqlite(element: _Earlier, compiler: Any, **how: Any) -> str:
    written = f"%Y-%m-%d %H:%M:%f{element.last_digits}"  # as times are stored there; it knows milliseconds only
    return f"strftime('{written}', {compiler.process(element.clauses, **how)}, '{element.minutes:+.0f} minutes')"


def counted_from_network() -> ScalarSelect[int]:
    """Of the signature that is asked for: how many came from its network within `ABOUT`, whatever became of them, none
    where it is not known. Stops counting when it is many, so that it costs the same on a letter's busiest night.
    """
    near = aliased(Signature)
    around = near.created_at.between(_Earlier(Signature.created_at), _Later(Signature.created_at))
    same = select(near.id).where(near.network_digest == Signature.network_digest, around)
    few = same.limit(MANY + 1).correlate(Signature).subquery()
    return select(func.count()).select_from(few).correlate(Signature).scalar_subquery()
