"""What the inspector's forms hold of a value, and what they make of what is typed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from flows.definition.kind import Setting
from flows.designer.inspector.widgets import (
    NO_FACTS,
    FormState,
    Option,
    Unreadable,
    change_rows,
    fill_form,
    read_form,
    show_form,
)
from flows.registry import kind_specs, trigger_specs

JWT = {"kind": "jwt", "issuer": "i", "audience": "a", "algorithm": "RS256", "jwks_url": "https://x.example/k"}
MORE: dict[str, list[Any]] = {
    "text": ["plain", "= trigger.body.title", "two\nlines", "=="],
    "number": [0, 5, 2.5, -1, "= trigger.body.n"],
    "flag": [True, "= trigger.body.flag"],
    "duration": ["P2D", "PT36H", "PT90S", "PT0.5S", "P1W", "P1DT12H", {"working": "P2D"}, "= trigger.body.d"],
    "instant": ["2026-05-01", "2026-05-01T09:00:00Z", "2026-05-01T09:30:15.25+02:00", "= trigger.body.at", "soon"],
    "people": [["team:finance", "ana", "= trigger.body.owner"], "= trigger.body.list"],
    "approvers": [
        ["team:legal", "each:team:brand", {"who": "lee", "veto": True}],
        [{"who": "each:team:hr", "veto": True}],
    ],
    "levels": [
        [{"above": 0, "approvers": ["team:finance"]}, {"above": 10000.5, "approvers": ["lia", "each:team:legal"]}],
        [{"above": "10000.50", "approvers": ["lia"]}],
        [{"above": 0, "approvers": [{"who": "lia", "veto": True}], "rule": "any"}],
    ],
    "contributions": [
        [{"key": "finance", "from": "team:finance", "title": "Cost"}, {"key": "hr", "from": "lia", "required": False}],
        {"finance": {"from": "= trigger.body.who", "question": "How much?", "form": {"use": "cost"}}, "it": "http"},
        {"finance": {"from": "lia", "form": {"type": "object", "properties": {"a": {"type": "number"}}}}},
        {"finance": {"from": "lia", "form": {"use": "cost", "version": 2}}},
        {"finance": {"from": "lia"}},
        [{"key": "a", "from": "lia", "odd": 1}],
    ],
    "rule": ["all", "any", "veto", {"quorum": 3}, {"quorum": 2, "odd": 1}],
    "show": [[{"label": "A", "value": "= x"}, {"label": "B", "value": "b", "as": "pdf"}], [{"label": "N", "value": 3}]],
    "names": [["mended", "give_up"]],
    "mode": ["all", "any", 2],
    "items": ["= [1..3]", [1, 2]],
    "cases": [
        [{"when": "= trigger.body.amount > 1000", "port": "large"}, {"when": True, "port": "rest"}],
        [{"when": "=trigger.body.kind='x'", "port": "a"}, {"when": "= $contains(item.name, 'GmbH')", "port": "b"}],
        [{"when": "= $exists(trigger.body.iban)", "port": "a"}, {"when": "= a.b = '10'", "port": "b"}, {"port": "c"}],
        [{"when": "= $count(trigger.body.lines) > 3 and true", "port": "many"}],
    ],
    "mapping": [
        {"a": "= x", "b": 1, "c": 1.5, "d": None, "e": True, "f": False, "g": [1, {"h": 2}], "i": ""},
        "= trigger.body",
        [1, 2],
    ],
    "schema": [
        {"type": "object", "required": ["b", "a"], "properties": {"a": {"type": "string", "minLength": 2}}},
        {"type": "object", "properties": {"d": {"type": "string", "format": "date", "title": "Day"}, "x": {}}},
        {"type": "object", "properties": {"c": {"enum": ["x", "y"]}, "n": {"type": ["null", "string"]}}, "$defs": {}},
        {"type": "array", "items": {"type": "string"}},
        {"type": "object", "properties": {"i": {"type": "string", "x-sensitive": True, "description": "IBAN"}}},
    ],
}  # fmt: skip
MORE["form"] = [*MORE["schema"], {"use": "claim"}, {"use": "claim", "version": 2}, {"use": "x", "odd": 1}, {"use": 1}]
MORE["value"], MORE["url"] = MORE["text"], MORE["text"]
GROUPS = {
    "auth": [
        {"kind": "none"}, {"kind": "hmac", "preset": "github", "secret": "s"}, JWT, {"kind": "odd", "x": 1},
        {"kind": "hmac", "secret": "s", "header": "X-Sig", "algorithm": "sha256", "encoding": "hex", "prefix": "v="},
        {"kind": "api_key", "secret": "s", "query": "key"}, {"kind": "basic", "user": "u", "secret": "s"},
    ],
    "paginate": [
        {"style": "link"},
        {"style": "page", "more": "= body.more", "param": "page", "start": 1, "max_pages": 3},
    ],
    "mailbox": [
        {"host": "h", "user": "u", "secret": "s", "tls": "starttls", "port": 143, "folder": "In", "trust": "a\nb"}
    ],
    "rate": [{"requests": 60, "per_s": 1}],
    "correlate": [{"message": "paid", "key": "= body.id"}],
}  # fmt: skip


def every_setting() -> Iterator[tuple[str, Setting]]:
    for owner, spec in [*kind_specs().items(), *trigger_specs().items()]:
        for setting in spec.settings:
            yield f"{owner}.{setting.name}", setting


SETTINGS = dict(every_setting())


def values_of(setting: Setting) -> list[Any]:
    more = GROUPS[setting.name] if setting.type == "group" else MORE.get(setting.type, [])
    if setting.type == "choice":
        more = list(setting.choices)
    samples = [setting.sample] if setting.sample is not None else []
    return [value for value in [*samples, *more] if not (setting.names and value in ("two\nlines",))]


class TestEverySetting:
    @pytest.mark.parametrize("name", SETTINGS)
    def test_goes_through_its_form_unchanged(self, name: str) -> None:
        setting = SETTINGS[name]
        assert values_of(setting)
        for value in values_of(setting):
            state = fill_form(setting, value)
            assert read_form(setting, state, NO_FACTS) == value, state
            assert show_form(setting, state, NO_FACTS)["template"]

    @pytest.mark.parametrize("name", SETTINGS)
    def test_is_nothing_when_everything_is_emptied(self, name: str) -> None:
        setting = SETTINGS[name]
        assert read_form(setting, fill_form(setting, None), NO_FACTS) is None
        for value in values_of(setting):
            state = fill_form(setting, value)
            kept = {part: "" for part in state.parts if part != "base" or setting.type not in ("schema", "form")}
            emptied = FormState(
                way=state.way, parts={**kept, **{part: "text" for part in kept if part.endswith(".as")}}
            )
            assert read_form(setting, emptied, NO_FACTS) in (None, {"type": "object"}), emptied

    @pytest.mark.parametrize("name", [name for name, setting in SETTINGS.items() if setting.sample is not None])
    def test_shows_its_sample_as_a_form_and_not_as_json(self, name: str) -> None:
        setting = SETTINGS[name]
        assert fill_form(setting, setting.sample).way in ("form", "expression")

    @pytest.mark.parametrize("name", SETTINGS)
    def test_has_words(self, name: str) -> None:
        setting = SETTINGS[name]
        assert setting.label
        assert all(field.label for field in setting.fields)
        assert set(setting.labels) <= set(setting.choices)


READ = [
    ("duration", {"number": "1.5", "unit": "H"}, "PT90M"),
    ("duration", {"number": "1,5", "unit": "D"}, "PT36H"),
    ("duration", {"number": "p2d", "unit": "D"}, "P2D"),
    ("instant", {"date": "2026-05-01", "time": "09:00", "zone": "+02:00"}, "2026-05-01T09:00:00+02:00"),
    ("number", {"text": " 1 000 "}, 1000),
    ("rule", {"choice": "quorum", "number": ""}, {"quorum": 2}),
    ("mode", {"choice": "count", "number": ""}, 1),
    ("people", {"0.who": "ana", "add": "Legal"}, ["ana", "team:legal"]),
    ("people", {"add": "analyst"}, ["ana"]),
    ("people", {"0.who": "ana", "add": "= trigger.body.owner"}, ["ana", "= trigger.body.owner"]),
    ("people", {"add": "zoe@example.org"}, ["zoe@example.org"]),
    ("names", {"0.name": "a", "1.name": " ", "add": "b"}, ["a", "b"]),
    ("cases", {"0.left": "trigger.body.city", "0.op": "=", "0.right": "Graz", "0.port": "graz"},
     [{"when": "= trigger.body.city = 'Graz'", "port": "graz"}]),
    ("cases", {"0.left": "a.b", "0.op": "!=", "0.right": "O'Neill", "0.port": "x"},
     [{"when": '= a.b != "O\'Neill"', "port": "x"}]),
    ("cases", {"0.left": "a.b", "0.op": ">", "0.right": "= vars.limit", "0.port": "x"},
     [{"when": "= a.b > vars.limit", "port": "x"}]),
    ("cases", {"0.left": "a.b", "0.op": "exists", "0.right": "", "0.port": "x"},
     [{"when": "= $exists(a.b)", "port": "x"}]),
    ("cases", {"0.as": "expression", "0.when": "a > b", "0.port": "x"}, [{"when": "= a > b", "port": "x"}]),
    ("mapping", {"0.name": "a", "0.as": "json", "0.value": "[1]", "1.name": "", "1.value": " "}, {"a": [1]}),
    ("contributions", {"0.key": "a ", "0.who": "Legal EMEA", "1.key": "", "1.who": " ", "2.key": "b", "2.who": "http"},
     {"a": "team:legal-emea", "b": "http"}),
    ("contributions", {"0.key": "a", "0.who": "ana", "0.title": "Cost", "0.optional": "true", "0.form": "cost"},
     {"a": {"from": "ana", "title": "Cost", "required": False, "form": {"use": "cost"}}}),
    ("schema", {"0.name": "amount", "0.type": "number", "0.required": "true"},
     {"type": "object", "properties": {"amount": {"type": "number"}}, "required": ["amount"]}),
    ("form", {"0.name": "c", "0.type": "choice", "0.choices": "x, y", "0.title": "Pick", "0.sensitive": "true"},
     {"type": "object",
      "properties": {"c": {"type": "string", "enum": ["x", "y"], "title": "Pick", "x-sensitive": True}}}),
]  # fmt: skip
REFUSED = [
    ("number", {"text": "many"}, "“many” is no number. Type one such as 5 or 2.5."),
    ("duration", {"number": "soon", "unit": "D"}, "“soon” is no number. Type one such as 5 or 2.5."),
    ("duration", {"number": "-1", "unit": "D"}, "“-1” is no length of time. Type a number such as 2."),
    ("instant", {"date": "", "time": "09:00"}, "Choose the day as well."),
    ("rule", {"choice": "quorum", "number": "0"}, "Say how many must agree: a whole number, 1 or more."),
    ("mode", {"choice": "count", "number": "1.5"}, "Say for how many to wait: a whole number, 1 or more."),
    (
        "people",
        {"add": "Nobody Here"},
        "Nobody here is called “Nobody Here”. Choose from the list, or type a user name.",
    ),
    ("people", {"add": "somebody"}, "Nobody here is called “somebody”. Choose from the list, or type a user name."),
    ("people", {"add": "leg"}, "“leg” may be Legal or Legal EMEA. Type more of it, or choose from the list."),
    (
        "people",
        {"add": "le"},
        "“le” may be Legal, Legal EMEA, Lee (lee) or Lee (leo). Type more of it, or choose from the list.",
    ),
    ("cases", {"0.right": "5", "0.port": "x"}, "Say what is compared: choose something of the data at the left."),
    ("contributions", {"0.who": "ana"}, "This contribution has no name. Type one, such as finance."),
    ("contributions", {"0.key": "a"}, "Say who contributes this, such as team:finance, or http."),
    (
        "contributions",
        {"0.key": "a", "0.who": "ana", "1.key": "a", "1.who": "lee"},
        "“a” is there twice. Give one of them another name.",
    ),
    ("mapping", {"0.value": "x"}, "This value has no name. Type one at the left."),
    ("mapping", {"0.name": "a", "0.value": "x", "1.name": "a"}, "“a” is there twice. Remove one of them."),
    (
        "schema",
        {"0.name": "a", "0.type": "string", "1.name": "a"},
        "“a” is there twice. Give one of them another name.",
    ),
]


class Team:
    def options(self, names: str) -> list[Option]:
        return [
            Option(value="team:legal", label="Legal", hint="any one of 2"),
            Option(value="team:legal-emea", label="Legal EMEA", hint="any one of 1"),
            Option(value="ana", label="Ana Analyst"),
            Option(value="lee", label="Lee"),
            Option(value="leo", label="Lee"),
        ]

    def may_add(self, names: str) -> bool:
        return False

    def find_people(self, words: str) -> list[Option]:
        return [one for one in self.options("people") if words.casefold() in f"{one.value} {one.label}".casefold()]

    def name_people(self, refs: Sequence[str]) -> dict[str, Option]:
        return {one.value: one for one in self.options("people") if one.value in refs}


def read(kind: Any, parts: dict[str, str]) -> Any:
    return read_form(Setting(name="x", type=kind, literal=kind == "mapping"), FormState(parts=parts), Team())


class TestReading:
    @pytest.mark.parametrize(("kind", "parts", "value"), READ)
    def test_makes_the_value_that_was_meant(self, kind: str, parts: dict[str, str], value: Any) -> None:
        assert read(kind, parts) == value

    @pytest.mark.parametrize(("kind", "parts", "sentence"), REFUSED)
    def test_says_what_to_type_instead(self, kind: str, parts: dict[str, str], sentence: str) -> None:
        with pytest.raises(Unreadable) as refused:
            read(kind, parts)
        assert refused.value.message == sentence

    def test_points_at_the_level_whose_name_fits_two(self) -> None:
        with pytest.raises(Unreadable) as refused:
            read("levels", {"0.above": "0", "0.who": "ana", "1.above": "10", "1.who": "lia, le"})
        assert refused.value.part == "1.who"

    def test_keeps_what_a_table_of_fields_does_not_show(self) -> None:
        schema = {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "a": {"type": "string", "pattern": "x+"},
                "b": {"type": "number", "minimum": 1, "title": "B"},
            },
        }
        setting = Setting(name="x", type="schema")
        parts = {**fill_form(setting, schema).parts, "0.name": "renamed", "1.type": "string"}
        assert read("schema", parts) == {
            "type": "object",
            "additionalProperties": False,
            "properties": {"renamed": {"type": "string", "pattern": "x+"}, "b": {"type": "string", "title": "B"}},
        }

    def test_names_the_part_that_is_wrong(self) -> None:
        group = Setting(name="rate", type="group", fields=(Setting(name="per_s", type="number"),))
        with pytest.raises(Unreadable) as refused:
            read_form(group, FormState(parts={"per_s.text": "x"}), NO_FACTS)
        assert refused.value.part == "per_s.text"

    def test_shows_only_the_fields_that_what_is_chosen_needs(self) -> None:
        auth = SETTINGS["webhook.auth"]
        shown = show_form(auth, FormState(parts={"kind.choice": "basic"}), NO_FACTS)
        assert [field["setting"].name for field in shown["fields"]] == ["kind", "user", "secret"]

    def test_leaves_out_what_was_typed_for_another_choice(self) -> None:
        parts = {"kind.choice": "none", "secret.text": "left over"}
        assert read_form(SETTINGS["webhook.auth"], FormState(parts=parts), NO_FACTS) == {"kind": "none"}


class TestRows:
    @pytest.mark.parametrize(
        ("order", "names"),
        [
            ("add", ["a", "b", "c", ""]), ("remove.1", ["a", "c"]), ("up.1", ["b", "a", "c"]),
            ("up.0", ["a", "b", "c"]),
            ("down.0", ["b", "a", "c"]), ("down.2", ["a", "b", "c"]),
            ("remove.9", ["a", "b", "c"]), ("odd", ["a", "b", "c"]),
        ],
    )  # fmt: skip
    def test_change_their_order(self, order: str, names: list[str]) -> None:
        parts = {"base": "{}", "0.name": "a", "1.name": "b", "2.name": "c"}
        changed = change_rows(parts, order)
        assert changed.pop("base") == "{}"
        assert list(changed.values()) == names
