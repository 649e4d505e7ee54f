"""The catalogue of events."""

from __future__ import annotations

import re

import pytest
from jsonschema import Draft202012Validator

from integrator.events.catalogue import EVENT_TYPES, EventType, get_event_type
from integrator.events.catalogue_entries import ENTRIES

TYPES = list(EVENT_TYPES.values())


class TestCatalogue:
    def test_names_each_event_once(self) -> None:
        names = [entry[0] for entry in ENTRIES]
        assert len(names) == len(set(names))

    @pytest.mark.parametrize("event_type", TYPES, ids=lambda each: each.name)
    def test_has_samples_that_fit_their_schemas(self, event_type: EventType) -> None:
        Draft202012Validator.check_schema(event_type.schema)
        event_type.check(event_type.sample)
        assert re.fullmatch(r"[a-z_]+\.[a-z_]+", event_type.name)
        assert len(event_type.name) <= 60

    @pytest.mark.parametrize("event_type", TYPES, ids=lambda each: each.name)
    def test_has_sentences_that_read_with_and_without_data(self, event_type: EventType) -> None:
        for data in (event_type.sample, {}):
            sentence = event_type.summarise("Lee", data)
            assert sentence
            assert not re.search(r"[\[\]{}]|\s\s|None", sentence)

    def test_refuses_an_unknown_name(self) -> None:
        with pytest.raises(ValueError, match=r"task\.decidid"):
            get_event_type("task.decidid")


class TestEventType:
    @pytest.mark.parametrize(
        ("data", "pointer"), [({"outcome": "approved"}, "''"), ({"origin": "1", "outcome": 3}, "'/outcome'")]
    )
    def test_refuses_data_that_does_not_fit(self, data: dict[str, object], pointer: str) -> None:
        with pytest.raises(ValueError, match=f"task.decided.*{pointer}"):
            get_event_type("task.decided").check(data)

    def test_says_in_words_what_happened(self) -> None:
        decided = get_event_type("task.decided")
        assert decided.summarise("Lee", {"outcome": "approved", "for": "Legal"}) == "Lee approved for Legal"
        work = {"outcome": "not liable", "for": "Legal", "kind": "assign"}
        assert decided.summarise("Lee", work) == "Lee answered “not liable” for Legal"
        assert decided.summarise("Lee", {"outcome": "rejected", "comment": "No."}) == "Lee rejected: “No.”"

    def test_never_reads_templates_out_of_data(self) -> None:
        words = get_event_type("run.failed").summarise("Lee", {"message": "{actor.__class__} [x]"})
        assert words == "The run failed: {actor.__class__} [x]"
