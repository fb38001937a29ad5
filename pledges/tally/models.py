"""The stored counts, spread over several rows for each letter."""

from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from pledges.db import Base

SHARDS = 16
AHEAD = -1
"""The place of a row beside them, in which stands what is about to be counted otherwise, and is counted so already."""


class Bucket(StrEnum):
    """What is counted apart. `awaiting` and `approved` are people for the present text; each value is a column."""

    AWAITING = "awaiting"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EARLIER = "earlier"
    ORGANIZATIONS = "organizations"
    IMPORTED = "imported"


class Tally(Base):
    """One of a letter's `SHARDS` rows of counts. One row alone may be negative: only their sum means something."""

    __tablename__ = "tally"

    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id", ondelete="CASCADE"), primary_key=True)
    shard: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    awaiting: Mapped[int] = mapped_column(default=0)
    approved: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[int] = mapped_column(default=0)
    withdrawn: Mapped[int] = mapped_column(default=0)
    earlier: Mapped[int] = mapped_column(default=0)
    organizations: Mapped[int] = mapped_column(default=0)
    imported: Mapped[int] = mapped_column(default=0)
    changes: Mapped[int] = mapped_column(BigInteger, default=0)
    """How often something changed that the public may see; the sum stamps what is rendered from it."""
