"""The frame of the designer: bar, palette, views, drawer. It reads what the frame shows and changes nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.contrib.staticfiles import finders
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse

from flows.definition.kind import KindSpec
from flows.queries.drafts import DesignerDraft, get_designer_draft
from flows.registry import kind_specs, trigger_specs
from integrator.people.access import get_reader

GROUPS = (("people", "People"), ("logic", "Logic"), ("cases", "Cases"), ("systems", "Systems"))
VIEWS = (
    ("canvas", "Canvas", "sitemap", ""),
    ("outline", "Outline", "list-tree", "outline/"),
    ("text", "Text", "code", "text/"),
)
DRAWERS = ("problems", "data", "try")
# Modules of the other parts, in the order in which they are loaded; one that is not there is left out.
SCRIPTS = (
    "designer/queue.js",
    "js/designer/shell.js",
    "js/designer/drawer.js",
    "js/designer/palette.js",
    "js/designer/inspector.js",
    "js/designer/picker.js",
    "js/designer/expression.js",
    "js/designer/path_input.js",
    "js/designer/mapper.js",
    "js/designer/data.js",
    "js/designer/trying.js",
)


STYLES = ("css/designer-inspector.css", "css/designer-data.css", "css/designer-trying.css")


@dataclass(frozen=True, kw_only=True)
class PaletteItem:
    """A kind to add: its words, and in ``find`` everything it may be looked for by, in lower case."""

    key: str
    label: str
    icon: str
    hint: str
    is_people: bool
    find: str


@dataclass(frozen=True, kw_only=True)
class PaletteGroup:
    """A category of the palette."""

    key: str
    label: str
    items: tuple[PaletteItem, ...]


def frame_designer(request: HttpRequest, key: str, view: str) -> dict[str, Any]:
    """What every view of one's own draft has. Raises NotFound without a draft, for strangers too."""
    person = get_reader(request)
    found = get_designer_draft(person, key)
    return {**frame_of(request, found, view), "author_name": person.get_short_name() or str(person)}


def frame_of(request: HttpRequest, found: DesignerDraft, view: str) -> dict[str, Any]:
    """The frame for a draft that was read already."""
    flow, here = found.flow, reverse("flow_draft", args=[found.flow.key])
    picked = request.GET.get("step", "")
    return {
        "found": found,
        "flow": flow,
        "revision": found.revision,
        "saved_at": found.draft.updated_at,
        "live": flow.live_version,
        "problem_count": len(found.findings),
        "undo_label": found.undo_label or "",
        "redo_label": found.redo_label or "",
        "may_publish": found.may_publish,
        "address": here,
        "publish_address": f"{here}publish/",
        "view_name": view,
        "is_reading": view != "canvas",
        "views": [
            {"name": name, "label": label, "icon": icon, "href": here + path, "is_here": name == view}
            for name, label, icon, path in VIEWS
        ],
        "picked_step": picked if picked in found.definition.steps or picked in ("trigger", "flow") else "",
        "open_drawer": request.GET.get("drawer", "") if request.GET.get("drawer") in DRAWERS else "",
        "palette": make_palette(),
        "triggers_json": json.dumps(list_triggers()),
        "designer_scripts": [static(path) for path in SCRIPTS if is_there(path)],
        "designer_styles": [static(path) for path in STYLES if is_there(path)],
    }


def make_palette() -> list[PaletteGroup]:
    """The kinds by category, in the order of their list; categories without any are left out."""
    specs = kind_specs().values()
    groups = [
        PaletteGroup(key=key, label=label, items=tuple(_make_item(spec) for spec in specs if spec.group == key))
        for key, label in GROUPS
    ]
    return [group for group in groups if group.items]


def list_triggers() -> list[dict[str, str]]:
    """What may start a flow, as the page's script offers it."""
    return [
        {"value": spec.key, "words": spec.label, "help": spec.summary, "icon": spec.icon}
        for spec in trigger_specs().values()
    ]


@cache
def is_there(path: str) -> bool:
    """Whether this static file exists."""
    return finders.find(path) is not None


def _make_item(spec: KindSpec) -> PaletteItem:
    return PaletteItem(
        key=spec.key,
        label=spec.label,
        icon=spec.icon,
        hint=spec.summary,
        is_people=spec.group == "people",
        find=f"{spec.label} {spec.key} {spec.summary} {spec.group}".lower(),
    )
