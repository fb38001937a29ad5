"""The ways to use a page: with a finger, with the keyboard alone, with a mouse."""

from typing import Protocol

from playwright.sync_api import Locator, Page

MOST_STOPS = 80

STOP = """() => {
  const at = document.activeElement, box = at.getBoundingClientRect(), style = getComputedStyle(at);
  const there = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return {
    what: at.outerHTML.slice(0, 120),
    ring: at.matches(":focus-visible") && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    seen: !!there && (at.contains(there) || there.contains(at)),
  };
}"""


class Hand(Protocol):
    """Writes into fields and presses what can be pressed."""

    def write(self, field: Locator, words: str) -> None: ...

    def press(self, target: Locator) -> None: ...


class Finger:
    """Taps, and types where it has tapped."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def write(self, field: Locator, words: str) -> None:
        field.tap()
        self._page.keyboard.type(words)

    def press(self, target: Locator) -> None:
        target.tap()


class Mouse:
    """Clicks, and types where it has clicked."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def write(self, field: Locator, words: str) -> None:
        field.click()
        self._page.keyboard.type(words)

    def press(self, target: Locator) -> None:
        target.click()


class Keyboard:
    """Goes by Tab, and sees at every stop where it is."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def write(self, field: Locator, words: str) -> None:
        self._go_to(field)
        self._page.keyboard.type(words)

    def press(self, target: Locator) -> None:
        self._go_to(target)
        is_box = target.evaluate("element => element.matches('input[type=checkbox], input[type=radio]')")
        self._page.keyboard.press("Space" if is_box else "Enter")

    def _go_to(self, target: Locator) -> None:
        for _ in range(MOST_STOPS):
            self._page.keyboard.press("Tab")
            stop = self._page.evaluate(STOP)
            assert stop["ring"], f"no ring around {stop['what']}"
            assert stop["seen"], f"out of sight: {stop['what']}"
            if target.evaluate("element => element === document.activeElement"):
                return
        raise AssertionError(f"the keyboard does not come to {target}")
