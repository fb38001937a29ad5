"""Secret links to letters that are not open yet, as tests send them and take them back, and who came by them."""

from pledges import clock
from pledges.letter import inviting, publishing
from pledges.letter.models import Invitation, Letter
from pledges.letter.queries import get_letter, list_invitations
from pledges.signature import ranking
from pledges.signature.models import Signature
from tests.people import Visitor, Workshop

ADA = {"name": "Ada Example", "email": "ada@example.org"}


def invite(workshop: Workshop, letter: Letter, note: str | None = None) -> Invitation:
    with workshop.writing() as session:
        return inviting.invite(session, letter, note=note, now=clock.now())


def revoke(workshop: Workshop, letter: Letter) -> None:
    with workshop.writing() as session:
        for invitation in list_invitations(session, letter):
            inviting.revoke(session, invitation, now=clock.now())


def path_of(workshop: Workshop, invitation: Invitation) -> str:
    with workshop.app.app_context():
        return f"/first/{inviting.first_token(invitation.id, since=invitation.created_at)}"


def first_link(workshop: Workshop, letter: Letter) -> str:
    return path_of(workshop, invite(workshop, letter))


def open_it(workshop: Workshop, letter: Letter) -> None:
    with workshop.writing() as session:
        publishing.open_letter(session, get_letter(session, letter.slug), now=clock.now())


def came(workshop: Workshop, visitor: Visitor, path: str, *names: str, host: str = "example.org") -> list[str]:
    """Those names sign by the link and confirm; answers their addresses."""
    emails = [f"{name.split()[0].lower()}@{host}" for name in names]
    for name, email in zip(names, emails, strict=True):
        assert visitor.post(path, {"name": name, "email": email}).status_code == 303
        workshop.deliver()
        assert visitor.post(workshop.confirm_link(email)).status_code == 303
    workshop.deliver()
    return emails


def invited(workshop: Workshop, letter: Letter) -> list[Signature]:
    with workshop.writing() as session:
        return [*ranking.list_invited(session, letter)]
