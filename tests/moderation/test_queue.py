"""The queue of names: oldest first, a hundred a page."""

from pledges.signature.states import Kind, State
from tests.crowds import crowd, in_state
from tests.moderation.desk import waiting_ids
from tests.people import Visitor, Workshop


def test_the_oldest_name_comes_first_a_hundred_a_page(workshop: Workshop, moderator: Visitor) -> None:
    ids = [s.id for s in crowd(workshop, workshop.letter(), [f"Name {n}" for n in range(230)], State.AWAITING)]
    path, pages = "/moderation/ask-more", []
    while path:
        assert moderator.get(path).status_code == 200
        assert "230 names wait" in moderator.text
        pages.append(waiting_ids(moderator))
        following = moderator.page.select_one("a[rel=next]")
        path = f"/moderation/ask-more{following['href']}" if following else ""
    assert [len(page) for page in pages] == [100, 100, 30]
    assert [signature_id for page in pages for signature_id in page] == ids


def test_names_that_were_decided_meanwhile_make_the_next_page_skip_none(workshop: Workshop, moderator: Visitor) -> None:
    signatures = crowd(workshop, workshop.letter(), [f"Name {n}" for n in range(150)], State.AWAITING)
    moderator.get("/moderation/ask-more")
    following = moderator.page.select_one("a[rel=next]")["href"]
    moderator.press("/decide", button="approve", signature=[s.id for s in signatures[:100]])
    moderator.get(f"/moderation/ask-more{following}")
    assert waiting_ids(moderator) == [s.id for s in signatures[100:]]


def test_only_names_that_wait_are_in_the_queue(workshop: Workshop, moderator: Visitor) -> None:
    letter = workshop.letter()
    signatures = {state: in_state(workshop, letter, state, f"{state}@example.org") for state in State}
    moderator.get("/moderation/ask-more")
    assert waiting_ids(moderator) == [signatures[State.AWAITING].id, signatures[State.QUARANTINED].id]
    assert "2 names wait" in moderator.text


def test_choose_all_ticks_every_name_of_the_page(workshop: Workshop, moderator: Visitor) -> None:
    crowd(workshop, workshop.letter(), [f"Name {n}" for n in range(101)], State.AWAITING)
    moderator.get("/moderation/ask-more")
    assert moderator.page.select("input[name=signature][checked]") == []
    moderator.get("/moderation/ask-more?choose=all")
    assert len(moderator.page.select("input[name=signature][checked]")) == 100
    first = moderator.page.select_one("a[rel=next]")["href"].removeprefix("?after=")
    moderator.get(f"/moderation/ask-more?choose=all&after={first}")
    assert len(moderator.page.select("input[name=signature][checked]")) == 1


def test_a_moderator_sees_what_a_decision_needs_and_no_address(workshop: Workshop, moderator: Visitor) -> None:
    letter = workshop.letter()
    words = {"role": "Nurse", "affiliation": "City Hospital", "country": "ES", "statement": "I <will>."}
    in_state(workshop, letter, State.AWAITING, kind=Kind.ORGANIZATION, **words)
    moderator.get("/moderation/ask-more")
    row = moderator.page.select_one(".queue__row").get_text(" ", strip=True)
    for shown in ("Ada Example", "Nurse", "City Hospital", "Spain", "I <will>.", "@example.org"):
        assert shown in row
    assert "organization" in row
    assert "has a sentence to read" in row
    assert "ada@example.org" not in moderator.response.get_data(as_text=True)


def test_letters_with_the_most_names_waiting_come_first(workshop: Workshop, moderator: Visitor) -> None:
    for slug, waiting in (("few", 1), ("many", 3), ("none", 0)):
        letter = workshop.letter(slug, title=f"Letter {slug}")
        crowd(workshop, letter, [f"Name {n}" for n in range(waiting)], State.AWAITING)
    workshop.letter("draft", title="Letter draft", opened=False)
    moderator.get("/moderation/")
    rows = moderator.page.select("tbody tr")
    assert [row.select_one("a").get_text(strip=True) for row in rows][:2] == ["Letter many", "Letter few"]
    waiting = [row.select_one("td").get_text(strip=True) for row in rows]
    assert waiting == ["3 names", "1 name", "nothing", "nothing"]


def test_an_empty_queue_says_so(workshop: Workshop, moderator: Visitor) -> None:
    workshop.letter()
    moderator.get("/moderation/ask-more")
    assert "No name waits here." in moderator.text
    assert waiting_ids(moderator) == []


def test_a_queue_where_no_name_but_a_sentence_waits_is_not_called_empty(workshop: Workshop, moderator: Visitor) -> None:
    workshop.confirmed(workshop.letter(moderation="flag"), statement="It was my business, too.")
    moderator.get("/moderation/ask-more")
    assert "1 sentence waits" in moderator.text
    assert "No name waits here." not in moderator.text
    assert "0 names wait" not in moderator.text


def test_an_unknown_letter_or_page_is_refused(workshop: Workshop, moderator: Visitor) -> None:
    workshop.letter()
    assert moderator.get("/moderation/nothing").status_code == 404
    assert moderator.get("/moderation/ask-more?after=x").status_code == 400
    assert moderator.get("/moderation/ask-more/decided?after=x").status_code == 400


def test_where_a_form_is_sent_to_leads_to_where_it_stands(workshop: Workshop, moderator: Visitor) -> None:
    workshop.letter()
    here = "/moderation/ask-more"
    for sent_to, page in {
        "decide": here,
        "decide?reports=x": here,
        "decide?from=reports": f"{here}/reports",
        "decide?from=reports&after=x": f"{here}/reports?after=x",
        "revise": f"{here}/decided",
        "revise?after=x": f"{here}/decided?after=x",
    }.items():
        answer = moderator.get(f"{here}/{sent_to}")
        assert (answer.status_code, answer.headers["Location"]) == (303, page)


def test_the_queue_is_not_behind_and_kept_by_nobody(workshop: Workshop, moderator: Visitor) -> None:
    letter = workshop.letter()
    for number in range(3):
        in_state(workshop, letter, State.AWAITING, f"ada-{number}@example.org")
        assert moderator.get("/moderation/ask-more").headers["Cache-Control"] == "no-store"
        assert len(waiting_ids(moderator)) == number + 1


def test_choose_all_leaves_out_what_is_suspicious(workshop: Workshop, moderator: Visitor) -> None:
    letter = workshop.letter()
    plain = in_state(workshop, letter, State.AWAITING)
    in_state(workshop, letter, State.QUARANTINED, "bot@example.org", "Trapped Bot")
    moderator.get("/moderation/ask-more")
    assert moderator.page.select_one("[data-choose-all]").get_text() == "Choose this one"
    moderator.get("/moderation/ask-more?choose=all")
    chosen = moderator.page.select("input[name=signature][checked]")
    assert [box["value"] for box in chosen] == [str(plain.id)]
    assert "Suspicious ones are left out" in moderator.text


def test_where_all_are_suspicious_there_is_no_choosing_all(workshop: Workshop, moderator: Visitor) -> None:
    in_state(workshop, workshop.letter(), State.QUARANTINED)
    moderator.get("/moderation/ask-more")
    assert not moderator.page.select("[data-choose-all]")
