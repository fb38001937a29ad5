"""What can go wrong by the rules of this house; each room adds its own, named for what happened."""


class DomainError(Exception):
    """A rule said no. Knows nothing of HTTP: `http_errors` holds the one table to statuses."""


class NotFound(DomainError):
    """There is nothing by that name, or nothing that whoever asks may know of."""


class CursorUnknown(DomainError):
    """A place in a list was asked for that no page of it ever named."""


class LinkUnknown(NotFound):
    """A link's token was not made here, or was made for another purpose."""


class LinkExpired(DomainError):
    """A link's token is genuine and its time is over; `subject` is what it stood for, for that `purpose`."""

    def __init__(self, purpose: str, subject: tuple[int, ...]) -> None:
        super().__init__("the link has expired")
        self.purpose = purpose
        self.subject = subject


class LinkOver(DomainError):
    """A link's token is genuine, and the signature that it stood for is erased."""


class TooManyTries(DomainError):
    """Something was tried more often than its limit allows; `retry_after` in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("too many tries")
        self.retry_after = retry_after
