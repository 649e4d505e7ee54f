"""The outline under somebody's hands, which never leave the keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, expect

IS_SETTLED = """revision => {
  const shown = document.getElementById("outline-rows").dataset.revision;
  return Number(shown) > revision && shown === document.getElementById("designer").dataset.revision
    && window.IntegratorEdits.pending() === 0
    && !document.querySelector(".field-place[data-closing], #inspector[hidden] form");
}"""


class Outline:
    """The outline of one page under somebody's hands, which never leave the keyboard."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.keys = 0
        page.goto(address)
        expect(page.locator("#step-trigger")).to_be_focused()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
        self.keys += len(keys)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.keys += len(text)

    @contextmanager
    def edits(self) -> Iterator[None]:
        """What is done inside ends in an edit; goes on when the page shows it."""
        before = int(self.page.locator("#designer").get_attribute("data-revision") or 0)
        yield
        self.page.wait_for_function(IS_SETTLED, arg=before)

    def reach(self, condition: str) -> None:
        """Tab to the element of which this holds."""
        for _ in range(60):
            if self.page.evaluate(f"(at => {condition})(document.activeElement)"):
                return
            self.press("Tab")
        shown = self.page.locator("main").inner_text()
        raise AssertionError(f"no Tab leads to where {condition}; the page says: {shown}")

    def open(self, row: str, setting: str) -> None:
        """Open a choice of the row that has the focus."""
        self.press("Escape")
        self.reach(f'at.id === "choice-{row}-{setting}"')
        self.press("Enter")

    def fill(self, row: str, setting: str, text: str) -> None:
        """Say a setting in its own field."""
        with self.edits():
            self.open(row, setting)
            expect(self.page.locator(f"#step-{row} .field-place :focus")).to_have_count(1)
            self.put(text)
            self.press("Control+Enter")

    def say(self, row: str, setting: str, text: str) -> None:
        """Say a setting in its own field, letter by letter; by as many keys as a person needs."""
        with self.edits():
            self.reach(f'at.id === "choice-{row}-{setting}"')
            self.press("Enter")
            expect(self.page.locator(f"#step-{row} .field-place :focus")).to_have_count(1)
            self.type(text)
            self.press("Control+Enter")

    def insert(self, words: str) -> None:
        """A step of the kind that these letters find, behind the one that has the focus."""
        with self.edits():
            self.press("a")
            self.type(words)
            self.press("Enter")

    def put(self, text: str) -> None:
        """Text into the field that has the focus, in place of what is there."""
        self.press("Control+a")
        self.page.keyboard.insert_text(text)

    def fill_json(self, row: str, setting: str, text: str) -> None:
        """Say a setting as JSON, by the button of its field."""
        with self.edits():
            self.open(row, setting)
            expect(self.page.locator(f"#step-{row} .field-place :focus")).to_have_count(1)
            self.reach('at.textContent.trim() === "As JSON"')
            self.press("Enter")
            expect(self.page.locator(f"#step-{row} .field-place textarea").first).to_be_visible()
            self.reach('at.matches(".field-place textarea")')
            self.put(text)
            self.press("Control+Enter")

    def choose(self, row: str, setting: str, first_letter: str) -> None:
        """Take one of few options by its first letter."""
        with self.edits():
            self.open(row, setting)
            expect(self.page.locator(f"#step-{row} [role=listbox]")).to_be_focused()
            self.press(first_letter, "Enter")

    def add(self, words: str, name: str) -> str:
        """A step behind the one that has the focus, called so; gives its key."""
        with self.edits():
            self.press("Escape", "a")
            self.type(words)
            self.press("Enter")
        key = name.lower().replace(" ", "_")
        if self.picked != key:
            with self.edits():
                self.press("F2")
                self.type(name)
                self.press("Enter")
        assert self.picked == key
        return key

    @property
    def picked(self) -> str | None:
        return self.page.locator("#outline > li.is-at").get_attribute("data-row")

    @property
    def focused(self) -> str:
        return str(self.page.evaluate("document.activeElement.id"))
