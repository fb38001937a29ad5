"""Runs of retention as tests start them, and what is left after one."""

from pledges import clock, retention
from pledges.letter import publishing
from pledges.letter.models import Letter
from pledges.letter.queries import get_letter
from pledges.signature import queries
from pledges.signature.models import Signature
from pledges.signature.states import State
from pledges.signature.words import Display
from tests.crowds import in_state
from tests.people import Visitor, Workshop

ADDRESSES, UNCONFIRMED, NETWORKS = "addresses of closed letters", "unconfirmed signatures", "network digests"


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
