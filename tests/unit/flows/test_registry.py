"""The registry is the only place a kind is named in."""

from __future__ import annotations

import pytest

from flows import registry
from flows.definition.flow_file import parse_flow_file
from flows.definition.kind import Advance, KindSpec, Outcome, Setting, StepCall
from flows.definition.outline import outline
from flows.definition.validation import validate
from flows.kinds.instant import Instant

FLOW = """\
format: 1
flow: greeting
name: Greeting
team: operations
trigger: {kind: webhook, path: greeting, auth: {kind: none}}
steps:
  greet: {kind: toy.greet, with: {whom: = trigger.body.name}, on: {greeted: done}}
  done: {kind: stop}
"""


class Toy(Instant):
    """A kind that greets."""

    spec = KindSpec(
        key="toy.greet",
        label="Greet",
        group="systems",
        icon="hand-stop",
        family="pure",
        describe=lambda step: "Greet somebody",
        settings=(Setting(name="whom", type="text", required=True),),
        ports=("greeted",),
    )

    def execute(self, call: StepCall) -> Outcome:
        """Greet."""
        return Advance(port="greeted", output={"text": f"Hello {call.settings['whom']}"})


TOY = Toy()


class TestRegistry:
    def test_knows_a_toy_kind_after_one_more_line(self, monkeypatch: pytest.MonkeyPatch) -> None:
        logic = {key: path for key, path in registry.KINDS.items() if path.startswith("flows.kinds.")}
        monkeypatch.setattr(registry, "KINDS", logic)
        flow = parse_flow_file(FLOW)
        assert any(
            "There is no kind 'toy.greet'" in found.message
            for found in validate(flow, registry.kind_specs(), registry.trigger_specs())
        )

        monkeypatch.setitem(registry.KINDS, "toy.greet", f"{__name__}:TOY")
        specs = registry.kind_specs()
        assert validate(flow, specs, registry.trigger_specs()) == []
        assert outline(flow, specs)[0].text == "Greet somebody"
        assert registry.get_kind("toy.greet").spec is Toy.spec

    def test_names_the_nearest_of_an_unknown_kind(self) -> None:
        with pytest.raises(registry.UnknownKindError, match=r"There is no kind 'chose'\. Did you mean 'choose'\?"):
            registry.get_kind("chose")

    @pytest.mark.parametrize("key", sorted(registry.KINDS))
    def test_loads_every_kind_under_its_own_name(self, key: str) -> None:
        kind = registry.get_kind(key)
        assert kind.spec.key == key
        assert kind.spec.label
        assert callable(kind.execute)
        assert callable(kind.resume)
