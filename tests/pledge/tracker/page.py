"""The tracker's page as tests read it."""

from tests.people import Visitor

TRACKER = "/letters/ask-more/pledges"


def section(visitor: Visitor, key: str) -> str:
    found = visitor.page.select_one(f"#{key}")
    assert found is not None
    return " ".join(found.get_text(" ").split())
