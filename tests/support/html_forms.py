"""Forms of a page as a browser sees them: what each would send, and by which names its inputs are spoken of."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset({"input", "br", "img", "use", "link", "meta", "hr", "path", "circle", "option"})


@dataclass
class Control:
    """An input, select or textarea; ``label`` is its accessible name, "" without one."""

    attributes: dict[str, str]
    tag: str
    label: str = ""
    value: str = ""

    @property
    def name(self) -> str:
        """What it is sent as."""
        return self.attributes.get("name", "")

    @property
    def is_sent(self) -> bool:
        """Whether a browser sends it."""
        if self.attributes.get("type") in ("checkbox", "radio"):
            return "checked" in self.attributes
        return bool(self.name)


@dataclass
class HtmlForm:
    """A form with its controls, its buttons and the ids that it has."""

    attributes: dict[str, str]
    controls: list[Control] = field(default_factory=list)
    buttons: list[dict[str, str]] = field(default_factory=list)
    groups: list[dict[str, str]] = field(default_factory=list)

    def data(self) -> dict[str, str]:
        """What a browser would send."""
        return {control.name: control.value for control in self.controls if control.is_sent}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[HtmlForm] = []
        self.labels: dict[str, str] = {}
        self.texts: dict[str, str] = {}
        self.loose: list[Control] = []
        self._open: list[tuple[str, str]] = []
        self._label: str | None = None
        self._form: HtmlForm | None = None
        self._select: Control | None = None
        self._area: Control | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = HtmlForm(attributes=attributes)
            self.forms.append(self._form)
        elif tag in ("input", "select", "textarea"):
            self._add(tag, attributes)
        elif tag == "option" and self._select is not None:
            first = not self._select.attributes.get("seen")
            self._select.attributes["seen"] = "yes"
            if first or "selected" in attributes:
                self._select.value = attributes.get("value", "")
        elif tag == "fieldset" and self._form is not None:
            self._form.groups.append(attributes)
        elif tag == "button" and self._form is not None:
            self._form.buttons.append(attributes)
        if attributes.get("id"):
            self.texts.setdefault(attributes["id"], "")
        if tag not in VOID:
            self._open.append((tag, attributes.get("id", "")))
        if tag == "label":
            self._label = attributes.get("for", "")

    def _add(self, tag: str, attributes: dict[str, str]) -> None:
        value = attributes.get("value", "on" if attributes.get("type") == "checkbox" else "")
        control = Control(attributes=attributes, tag=tag, value=value)
        if self._label == "":
            control.label = "(inside its label)"
        (self._form.controls if self._form is not None else self.loose).append(control)
        if tag == "select":
            self._select = control
        elif tag == "textarea":
            self._area = control

    def handle_endtag(self, tag: str) -> None:
        while self._open and tag not in VOID:
            closed, _ = self._open.pop()
            if closed == tag:
                break
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea" and self._area is not None:
            self._area.value = self._area.value.removeprefix("\n")
            self._area = None
        elif tag == "label":
            self._label = None

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area.value += data
        if self._label:
            self.labels[self._label] = self.labels.get(self._label, "") + data
        for _, name in self._open:
            if name:
                self.texts[name] = self.texts.get(name, "") + data


@dataclass(frozen=True)
class Page:
    """The forms of a page, and the text of each element with an id."""

    forms: list[HtmlForm]
    texts: dict[str, str]


def read_page(html: str) -> Page:
    """The forms, with the accessible name of each control filled in."""
    reader = _Reader()
    reader.feed(html)
    for form in reader.forms:
        for control in form.controls:
            given = control.attributes
            named = " ".join(reader.texts.get(part, "") for part in given.get("aria-labelledby", "").split())
            control.label = (
                given.get("aria-label") or named.strip() or reader.labels.get(given.get("id", "")) or control.label
            ).strip()
    return Page(forms=reader.forms, texts=reader.texts)
