"""A form that comes back says what to mend, leads there, and has forgotten nothing."""

from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ON_SQLITE, OpenPage, Site
from tests.people import Workshop
from tests.serving import Server

pytestmark = pytest.mark.browser


@pytest.fixture(params=[True, False], ids=["script", "no script"])
def wrong(request: pytest.FixtureRequest, site: Site, open_page: OpenPage) -> Page:
    """The form with two mistakes, as it comes back."""
    page, _ = open_page(java_script_enabled=request.param)
    page.goto(f"{site.url}/letters/ask-more-of-us")
    page.fill("#email", "ada@localhost")
    page.locator("summary").click()
    page.fill("#role", "Electrician & fitter")
    page.fill("#statement", 'I said "no".')
    page.select_option("#country", "MX")
    page.get_by_label("Nothing: I am counted, not listed").check()
    page.get_by_role("button", name="Sign").click()
    page.wait_for_selector("#errors")
    return page


def test_the_summary_of_mistakes_has_the_focus(wrong: Page) -> None:
    expect(wrong.locator("#errors")).to_be_focused()
    expect(wrong.locator("#errors")).to_be_in_viewport()
    expect(wrong.locator("#errors p")).to_have_text("2 things are still to mend:")


def test_each_mistake_leads_to_its_field(wrong: Page) -> None:
    links = wrong.locator("#errors a")
    assert [link.get_attribute("href") for link in links.all()] == ["#name", "#email"]
    for link in links.all():
        link.click()
        field = wrong.locator(link.get_attribute("href") or "")
        expect(field).to_be_focused()
        expect(field).to_be_in_viewport()
        expect(field).to_have_attribute("aria-invalid", "true")
        described = (field.get_attribute("aria-describedby") or "").split()[0]
        assert wrong.locator(f"#{described}").inner_text() in link.inner_text()


def test_what_was_typed_is_still_there_and_in_sight(wrong: Page) -> None:
    assert wrong.input_value("#name") == ""
    assert wrong.input_value("#email") == "ada@localhost"
    expect(wrong.locator("details.more")).to_have_attribute("open", "")
    expect(wrong.locator("#role")).to_be_visible()
    assert wrong.input_value("#role") == "Electrician & fitter"
    assert wrong.input_value("#statement") == 'I said "no".'
    assert wrong.input_value("#country") == "MX"
    expect(wrong.get_by_label("Nothing: I am counted, not listed")).to_be_checked()
    expect(wrong.get_by_label("for myself")).to_be_checked()


def test_what_only_an_organization_says_stands_there_only_for_one(site: Site, open_page: OpenPage) -> None:
    page, _ = open_page()
    page.goto(f"{site.url}/letters/ask-more-of-us")
    page.locator("summary").click()
    expect(page.locator("#website")).to_be_hidden()
    page.get_by_role("radio", name="for an organization").check()
    expect(page.locator("#website")).to_be_visible()
    expect(page.locator("#role")).to_be_hidden()
    expect(page.locator("label[for=name]")).to_have_text("Name of the organization")
    expect(page.locator("#shown")).not_to_contain_text("Your name")
    expect(page.locator("[data-otherwise]")).to_be_hidden()
    page.get_by_role("radio", name="for myself").check()
    expect(page.locator("label[for=name]")).to_have_text("Your name")
    expect(page.locator("[data-otherwise]")).to_be_visible()
    page.get_by_role("radio", name="for an organization").check()
    page.fill("#name", "Example Society")
    page.get_by_role("button", name="Sign").click()
    page.wait_for_selector("#website[aria-invalid]")
    expect(page.locator("#representative")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("radio", name="for an organization")).to_be_checked()


@ON_SQLITE
def test_what_does_not_stand_there_is_not_sent(workshop: Workshop, served: Server, open_page: OpenPage) -> None:
    workshop.letter(anonymous="true", together=5, email_domains="[example.org]")
    page, watch = open_page()
    page.goto(f"{served.url}/letters/ask-more")
    page.locator("summary").click()
    page.fill("#name", "Example Society")
    page.fill("#email", "office@example.org")
    page.fill("#role", "Chair")
    page.get_by_label("Nothing: I am counted, not listed").check()
    page.locator("#together").check()
    page.locator("#erase_address").check()
    page.get_by_role("radio", name="for an organization").check()
    page.fill("#website", "example.org")
    page.fill("#representative", "Ada Example")
    page.get_by_role("button", name="Sign").click()
    page.wait_for_url("**/check-email")
    (sent,) = [asked.post_data for asked in watch.requests if asked.method == "POST"]
    assert {"name", "email", "kind", "website", "representative"} <= {*parse_qs(sent)}
    assert not {"role", "affiliation", "display", "together", "erase_address"} & {*parse_qs(sent)}


@ON_SQLITE
def test_back_from_a_form_that_was_mended_leads_to_the_form(
    workshop: Workshop, served: Server, open_page: OpenPage
) -> None:
    workshop.letter()
    page, watch = open_page()
    page.goto(f"{served.url}/letters/ask-more")
    page.fill("#name", "Ada Example")
    page.fill("#email", "ada@localhost")
    page.get_by_role("button", name="Sign").click()
    page.wait_for_selector("#errors")
    page.fill("#email", "ada@example.org")
    page.get_by_role("button", name="Sign").click()
    page.wait_for_url("**/check-email")
    page.go_back()
    page.wait_for_url("**/letters/ask-more#sign")
    expect(page.get_by_role("button", name="Sign")).to_be_visible()
    assert watch.posts == ["/letters/ask-more/sign"] * 2
