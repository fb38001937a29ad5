"""Staff accounts, and the letters to which some of them are limited."""

import secrets
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from pledges.db import Base, BigId, Sealed, UtcDateTime, one_of


class Role(StrEnum):
    """What an account is for: an admin does everything, an organizer runs letters, a moderator decides on names."""

    ADMIN = "admin"
    ORGANIZER = "organizer"
    MODERATOR = "moderator"


class Account(Base):
    """One member of staff. The address is sealed; its digest finds it again at sign-in."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    email: Mapped[str] = mapped_column(Sealed)
    email_digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    password_hash: Mapped[str] = mapped_column(String(255))
    role: Mapped[Role] = mapped_column(one_of(Role, "role"))
    session_stamp: Mapped[str] = mapped_column(String(32))
    """Sessions that were opened under an older one have ended."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the last mail said that names are waiting."""

    def end_sessions(self) -> None:
        """Ends every session that is open under it."""
        self.session_stamp = secrets.token_hex(16)


class AccountLetter(Base):
    """One letter to which an account is limited; an account with none reaches every letter."""

    __tablename__ = "account_letter"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id", ondelete="CASCADE"), primary_key=True, index=True)


class AccountNetwork(Base):
    """A network from which an account was signed in to."""

    __tablename__ = "account_network"

    account_id: Mapped[int] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    """Keyed, and different for each account."""
    used_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """The last time."""
