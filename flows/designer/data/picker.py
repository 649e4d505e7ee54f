"""The data picker: a tree of what a step may read, and the same as JSON for completion while typing. Reads only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from flows.definition.completion import DataNode, list_functions
from flows.designer.data.bench import TRIGGER, open_bench
from flows.designer.data.sources import NODES_AT_MOST, DataSource, as_completions, chip_words, list_sources
from flows.views.refusals import page_for
from integrator.pages.rendering import render_page
from integrator.people.rights import Action

CHARS = 200


@dataclass(frozen=True, kw_only=True)
class PickerRow:
    """One line of the tree. ``level`` counts from 1. Rows below level 1 begin hidden unless their source is open."""

    id: str
    level: int
    name: str
    path: str
    words: str
    type: str
    example: str
    icon: str
    has_children: bool
    is_open: bool
    is_hidden: bool
    may_be_missing: bool
    of_each: bool
    said: str = ""
    find: str = ""


@page_for(Action.FLOW_DRAFT)
@require_safe
def show_picker(request: HttpRequest, key: str) -> HttpResponse:
    """The tree for the step and setting named in the address."""
    step, setting = request.GET.get("step", "")[:CHARS], request.GET.get("setting", "")[:CHARS]
    bench = open_bench(request, key)
    sources = list_sources(bench, step, setting)
    context = {
        "rows": make_rows(sources),
        "said": bench.samples.trigger.said,
        "is_made_up": bench.samples.trigger.is_made_up,
        "is_linked": step in (TRIGGER, "flow") or step in bench.scopes.stacks,
    }
    return render_page(request, "flows/designer/parts/picker.html", context)


@page_for(Action.FLOW_DRAFT)
@require_safe
def list_completions(request: HttpRequest, key: str) -> HttpResponse:
    """``{revision, sample, paths: […], functions: [{name, signature, help}]}``."""
    step, setting = request.GET.get("step", "")[:CHARS], request.GET.get("setting", "")[:CHARS]
    bench = open_bench(request, key)
    functions = [{"name": each.name, "signature": each.signature, "help": each.help} for each in list_functions()]
    data = {
        "revision": bench.revision,
        "sample": bench.samples.trigger.said,
        "paths": as_completions(list_sources(bench, step, setting)),
        "functions": functions,
    }
    return JsonResponse(data, headers={"Cache-Control": "no-store"})


def make_rows(sources: list[DataSource]) -> list[PickerRow]:
    """The lines of the tree, the first source open."""
    rows: list[PickerRow] = []
    for number, source in enumerate(sources):
        rows.extend(_rows_of(source, source.node, f"d{number}", level=1, is_open=number == 0))
    return rows[:NODES_AT_MOST]


def _rows_of(source: DataSource, node: DataNode, place: str, *, level: int, is_open: bool) -> Iterator[PickerRow]:
    is_top = level == 1
    name = source.title if is_top else node.name
    yield PickerRow(
        id=place,
        level=level,
        name=name,
        path=node.path,
        words=chip_words(source, node),
        type="" if is_top else node.type,
        example=node.example,
        icon=source.icon,
        has_children=bool(node.children),
        is_open=is_top and is_open,
        is_hidden=level > 2 or (level == 2 and not is_open),
        may_be_missing=source.may_be_missing if is_top else node.may_be_missing,
        of_each=node.of_each,
        said=source.said if is_top else "",
        find=f"{source.title} {node.path}".lower(),
    )
    for number, child in enumerate(node.children):
        yield from _rows_of(source, child, f"{place}-{number}", level=level + 1, is_open=is_open)
