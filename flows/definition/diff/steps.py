"""What differs of one step: kind, name, settings, retries and where its exits lead. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flows.definition.diff.changes import Change, StepDiff
from flows.definition.diff.values import diff_settings, make_change, say_value
from flows.definition.kind import KindSpec
from flows.definition.model import FlowDefinition, RetryPolicy, Step

_RETRY = {
    "max_attempts": "Tries",
    "first_delay_s": "Seconds before the second try",
    "factor": "Growth of the delay",
    "max_delay_s": "Longest delay in seconds",
}


def tell_added(step: Step, kinds: Mapping[str, KindSpec]) -> StepDiff:
    """A step that is new."""
    return StepDiff(key=step.key, title=step.title, sort="added", says=_describe(step, kinds), ports=tuple(step.links))


def tell_removed(step: Step, kinds: Mapping[str, KindSpec]) -> StepDiff:
    """A step that is gone."""
    return StepDiff(key=step.key, title=step.title, sort="removed", says=_describe(step, kinds))


def diff_step(
    old: Step, new: Step, flows: tuple[FlowDefinition, FlowDefinition], spec: KindSpec | None
) -> list[Change]:
    """The changes of a step, ``old`` with the renames made. ``flows`` (older, newer) give the titles of targets."""
    changes: list[Change] = []
    if old.kind != new.kind:
        changes.append(make_change("Kind", f"“{old.kind}”", f"“{new.kind}”"))
    if old.title != new.title:
        changes.append(make_change("Name", f"“{old.title}”", f"“{new.title}”"))
    known = {setting.name: setting for setting in spec.settings} if spec else {}
    changes += diff_settings(old.settings, new.settings, known)
    changes += _diff_retry(old.retry, new.retry)
    changes += _diff_links(old, new, flows)
    return changes


def list_moved_ports(old: Step, new: Step) -> tuple[str, ...]:
    """The ports of the newer step that lead somewhere else than before."""
    return tuple(port for port, target in new.links.items() if old.links.get(port) != target)


def _diff_retry(old: RetryPolicy | None, new: RetryPolicy | None) -> Iterator[Change]:
    if old == new:
        return
    if old is None and new is not None:
        yield Change(text=f"It is tried up to {new.max_attempts} times now; before, once.", label="Retries")
    elif new is None and old is not None:
        yield Change(text=f"It is tried once now; before, up to {old.max_attempts} times.", label="Retries")
    elif old is not None and new is not None:
        for name, label in _RETRY.items():
            before, after = getattr(old, name), getattr(new, name)
            if before != after:
                yield make_change(label, say_value(before), say_value(after))


def _diff_links(old: Step, new: Step, flows: tuple[FlowDefinition, FlowDefinition]) -> Iterator[Change]:
    for port in dict.fromkeys([*new.links, *old.links]):
        before, after = old.links.get(port), new.links.get(port)
        if before == after:
            continue
        was, now = (_title(flow, key) if key else None for flow, key in zip(flows, (before, after), strict=True))
        lead = "Then it" if port == "next" else "On error it" if port == "error" else f"“{port.replace('_', ' ')}”"
        if after is None:
            text = f"{lead} leads nowhere any more; it went to {was}."
        elif before is None:
            text = f"{lead} goes to {now}; before, it led nowhere."
        else:
            text = f"{lead} goes to {now} instead of {was}."
        yield Change(text=text, label=port, before=was, after=now)


def _title(flow: FlowDefinition, key: str) -> str:
    return f"“{flow.steps[key].title}”" if key in flow.steps else f"“{key}”"


def _describe(step: Step, kinds: Mapping[str, KindSpec]) -> str:
    spec = kinds.get(step.kind)
    return f"{spec.describe(step)}." if spec else f"Unknown kind “{step.kind}”."
