"""The whole story, from the form to the public list, through pages and mail."""

from tests.mailing import link, plain
from tests.people import Visitor, Workshop


def test_a_name_goes_from_the_form_through_mail_and_moderation_to_the_list(
    workshop: Workshop, visitor: Visitor
) -> None:
    workshop.letter(goal=10)
    workshop.account()
    assert visitor.sign("ask-more", name="María Núñez", role="Editor", country="ES").status_code == 303
    assert visitor.response.headers["Location"] == "/letters/ask-more/check-email"

    (mail,) = workshop.deliver()
    assert mail["To"] == "ada@example.org"
    path = link(mail, "confirm")
    assert visitor.get(path).status_code == 200
    assert "María Núñez" in visitor.text
    assert visitor.get("/api/v1/letters/ask-more/count").json["count"] == 0

    visitor.get(path)
    visitor.press("/confirm/")
    assert visitor.response.request.path == "/letters/ask-more/thanks"
    assert visitor.get("/api/v1/letters/ask-more/count").json["breakdown"]["awaiting"] == 1
    visitor.get("/letters/ask-more/signatories")
    assert not visitor.page.select(".signatory")

    visitor.sign_in("mod@example.org")
    visitor.get("/moderation/ask-more")
    box = visitor.page.select_one("input[name=signature]")
    visitor.press("/decide", button="approve", signature=box["value"])
    assert visitor.response.request.path == "/moderation/ask-more"
    assert "1 name approved." in visitor.text

    visitor.get("/letters/ask-more/signatories?q=nun")
    assert "María Núñez" in visitor.page.select_one(".signatory").get_text()
    count = visitor.get("/api/v1/letters/ask-more/count").json
    assert (count["count"], count["breakdown"]["approved"], count["goal"]) == (1, 1, 10)
    thanks = workshop.deliver()
    assert "/manage/" in plain(thanks[0])
