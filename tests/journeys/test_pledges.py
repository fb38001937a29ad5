"""A pledge from the form through two check-ins to the tracker, with the clock moved, through pages and mail."""

import re

import time_machine

from pledges.pledge.models import Commitment
from tests.mailing import link
from tests.moderation.desk import csrf_token
from tests.people import Visitor, Workshop
from tests.pledge.promises import PLEDGES

TRACKER = "/letters/ask-more/pledges"
SPEAK = PLEDGES.replace("target: 100}", "target: 100, every: 30}")


def test_a_pledge_goes_from_the_form_through_two_check_ins_to_the_tracker(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter(moderation="flag", pledges=SPEAK)
    workshop.account()
    with time_machine.travel("2027-03-01T12:00:00Z"):
        chosen = {"pledge": ["speak", "give"], "pledge-give-amount": "2,500", "show_pledges": "y"}
        assert visitor.sign("ask-more", name="María Núñez", **chosen).status_code == 303
        workshop.deliver()
        assert "Nobody has pledged this yet." in said(visitor)
        visitor.get(workshop.confirm_link("ada@example.org"))
        visitor.press("/confirm/")
        workshop.deliver()
        assert "1 has pledged this" in said(visitor)
        assert "€2,500" in said(visitor)
        assert "that fell due" not in said(visitor)
        page = visitor.page.select_one("#speak a.signatory__name")["href"]

    with time_machine.travel("2027-04-01T12:00:00Z"):
        (mail,) = workshop.deliver()
        path = link(mail, "report")
        before = said(visitor)
        visitor.get(path)
        assert said(visitor) == before
        assert visitor.post(path, {"speak-outcome": "not_yet"}).status_code == 303
        assert "1 of 1 has reported ahead of time: 0 kept, 0 partly, 1 not yet" in said(visitor)

    with time_machine.travel("2027-06-02T12:00:00Z"):
        mails = [mail for mail in workshop.deliver() if mail["To"] == "ada@example.org"]
        assert "Not yet 1 of 1 that fell due" in said(visitor)
        assert "No report 1 of 1 that fell due" in said(visitor)
        told = {"speak-outcome": "kept", "speak-note": "I told him.", "speak-evidence": "https://example.org/minutes"}
        path = link(mails[-1], "report")
        assert visitor.post(path, {**told, "give-outcome": "kept", "give-amount": "3,000.50"}).status_code == 303
        assert "Kept 1 of 1 that fell due" in said(visitor)
        assert "Delivered, as reported €3,000.50" in said(visitor)
        assert "I told him." not in visitor.text
        approve_note(workshop, visitor)
        assert "I told him." in said(visitor)
        assert "María Núñez" in visitor.text
        visitor.get(page)
        assert "kept by their own word" in visitor.text
        speak, give, _strike = visitor.get(f"/api/v1{TRACKER}").json["pledges"]
        assert (speak["kept"], speak["reached_due"], speak["no_report"]) == (1, 1, 0)
        assert (give["pledged"], give["delivered"]) == ("2500.00", "3000.50")
        assert workshop.app.test_cli_runner().invoke(args=["letter", "recount"]).exit_code == 0

        visitor.get(workshop.manage_link("ada@example.org"))
        form = next(f for f in visitor.page.find_all("form") if re.search("show", f.get("action") or ""))
        visitor.post(form["action"], {})
        assert "María" not in said(visitor)
        assert visitor.get(page).status_code == 404


def said(visitor: Visitor) -> str:
    visitor.get(TRACKER)
    return visitor.text


def approve_note(workshop: Workshop, visitor: Visitor) -> None:
    """As a moderator does in the queue."""
    with workshop.writing() as session:
        (waiting,) = session.query(Commitment).filter(Commitment.reading == "waiting")
    visitor.sign_in("mod@example.org")
    visitor.get("/account/password")
    sent = {"commitment": [waiting.id], "decision": "approve_report", "csrf_token": csrf_token(visitor)}
    assert visitor.post("/moderation/ask-more/decide", sent).status_code == 303
