"""Edits of a draft: a revision each, once only, joined while one types, refused where others changed the same."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from flows.definition.flow_file import definition_from_data, write_flow_file
from flows.definition.flow_file.data import file_data
from flows.errors import EditConflict, EditRefused, Forbidden, NotFound
from flows.models import Draft, DraftEdit, FlowVersion
from flows.operations.drafts import discard_draft, keep_text, open_draft, redo_edit, start_flow, undo_edit
from integrator.people.models import Person, Team
from tests.support.drafts import NOON, add_op, edit_draft, names_of_events, set_op


class TestOpenDraft:
    def test_begins_with_the_live_version(self, live: FlowVersion, ana: Person) -> None:
        draft = open_draft(key="chain", person=ana, now=NOON)
        assert (draft.document, draft.base_version, draft.revision) == (live.document, live, 0)
        assert open_draft(key="chain", person=ana, now=NOON).pk == draft.pk

    def test_is_for_those_who_may_draft(self, live: FlowVersion, viewer: Person, stranger: Person) -> None:
        with pytest.raises(Forbidden):
            open_draft(key="chain", person=viewer, now=NOON)
        with pytest.raises(NotFound):
            open_draft(key="chain", person=stranger, now=NOON)
        with pytest.raises(NotFound):
            open_draft(key="nothing", person=stranger, now=NOON)


class TestStartFlow:
    def test_makes_a_flow_without_steps(self, marketing: Team, ana: Person) -> None:
        flow = start_flow(team="marketing", name="Überfällige Rechnungen", person=ana, now=NOON)
        draft = Draft.objects.get(flow=flow, author=ana)
        definition = definition_from_data(draft.document)
        assert (flow.key, flow.name, dict(definition.steps)) == ("uberfallige-rechnungen", "Überfällige Rechnungen", {})
        assert "flow.added" in names_of_events()

    @pytest.mark.parametrize(("name", "key"), [("Import", "import-flow"), ("!!!", "flow-flow"), ("A  b", "a-b")])
    def test_finds_a_key(self, marketing: Team, ana: Person, name: str, key: str) -> None:
        assert start_flow(team="marketing", name=name, person=ana, now=NOON).key == key

    def test_finds_another_key_where_it_is_taken(self, live: FlowVersion, ana: Person) -> None:
        keys = [start_flow(team="marketing", name="Chain", person=ana, now=NOON).key for _ in range(2)]
        assert keys == ["chain-2", "chain-3"]

    @pytest.mark.parametrize("name", ["", "  ", "x" * 201])
    def test_wants_a_name(self, marketing: Team, ana: Person, name: str) -> None:
        with pytest.raises(EditRefused, match="Give the flow a name"):
            start_flow(team="marketing", name=name, person=ana, now=NOON)

    def test_is_for_those_who_may_draft(self, viewer: Person, stranger: Person) -> None:
        with pytest.raises(Forbidden):
            start_flow(team="marketing", name="New", person=viewer, now=NOON)
        with pytest.raises(NotFound):
            start_flow(team="marketing", name="New", person=stranger, now=NOON)

    def test_grows_step_by_step(self, marketing: Team, ana: Person) -> None:
        flow = start_flow(team="marketing", name="New", person=ana, now=NOON)
        edit_draft(ana, {"op": "set_trigger", "kind": "manual", "with": {}}, key=flow.key)
        result = edit_draft(ana, add_op("first", "trigger"), base=1, key=flow.key)
        assert (result.revision, result.definition.start) == (2, "first")


class TestApplyEdit:
    def test_makes_the_draft_and_its_first_revision(self, live: FlowVersion, ana: Person) -> None:
        result = edit_draft(ana, add_op("note", "ask", "approved"))
        assert (result.revision, list(result.definition.steps)) == (1, ["ask", "note", "tell", "done"])
        row = DraftEdit.objects.get()
        assert (row.revision, row.sort, row.label) == (1, "edit", "Add Note")

    def test_leaves_the_live_version_alone(self, live: FlowVersion, ana: Person) -> None:
        edit_draft(ana, {"op": "set", "target": "flow", "path": ["name"], "value": "Other"})
        live.refresh_from_db()
        live.flow.refresh_from_db()
        assert (live.document["name"], live.flow.name) == ("Chain", "Chain")

    def test_names_a_flow_that_is_not_live_yet(self, marketing: Team, ana: Person) -> None:
        flow = start_flow(team="marketing", name="New", person=ana, now=NOON)
        edit_draft(ana, {"op": "set", "target": "flow", "path": ["name"], "value": "Better"}, key=flow.key)
        flow.refresh_from_db()
        assert flow.name == "Better"

    def test_gives_a_repeated_id_the_first_answer(self, live: FlowVersion, ana: Person) -> None:
        edit_id = uuid.uuid4()
        first = edit_draft(ana, add_op("ask"), id=edit_id)
        edit_draft(ana, add_op("other"), base=1)
        again = edit_draft(ana, add_op("ask"), id=edit_id)
        assert (again.revision, again.renamed) == (first.revision, {"ask": "ask_2"})
        assert Draft.objects.get().revision == 2

    def test_keeps_no_revision_of_what_changes_nothing(self, live: FlowVersion, ana: Person) -> None:
        assert edit_draft(ana, set_op("ask", "rule", "all")).revision == 0
        assert not DraftEdit.objects.exists()

    def test_changes_nothing_when_one_of_its_operations_cannot_be_done(self, live: FlowVersion, ana: Person) -> None:
        with pytest.raises(EditRefused) as refused:
            edit_draft(ana, add_op("note"), {"op": "connect", "source": "tell", "target": "trigger"})
        assert (refused.value.code, refused.value.details) == ("edit.trigger_target", {"op": 1})
        assert not DraftEdit.objects.exists()

    def test_applies_an_older_edit_that_touches_nothing_changed_since(self, live: FlowVersion, ana: Person) -> None:
        edit_draft(ana, set_op("ask", "rule", "any"))
        result = edit_draft(ana, set_op("ask", "title", "Please look"), base=0)
        assert result.definition.steps["ask"].settings["rule"] == "any"
        assert result.definition.steps["ask"].settings["title"] == "Please look"

    def test_refuses_an_older_edit_of_the_same_setting(self, live: FlowVersion, ana: Person) -> None:
        edit_draft(ana, set_op("ask", "rule", "any"), source="outline")
        with pytest.raises(EditConflict) as refused:
            edit_draft(ana, set_op("ask", "rule", "veto"), base=0)
        (clash,) = refused.value.details["paths"]
        assert refused.value.details["revision"] == 1
        assert (clash["path"], clash["mine"], clash["theirs"]) == ("steps/ask/with/rule", "veto", "any")
        assert (clash["by"], clash["source"]) == ("ana", "outline")

    def test_takes_older_edits_of_one_page_on_top_of_each_other(self, live: FlowVersion, ana: Person) -> None:
        edit_draft(ana, set_op("tell", "words", "theirs"), session="right")
        edit_draft(ana, set_op("ask", "rule", "any"), base=0, session="left")
        result = edit_draft(ana, set_op("ask", "rule", "veto"), base=0, session="left")
        assert result.draft.document["steps"]["ask"]["with"]["rule"] == "veto"
        with pytest.raises(EditConflict):
            edit_draft(ana, set_op("tell", "words", "mine"), base=0, session="left")

    def test_takes_an_older_edit_that_wants_the_same(self, live: FlowVersion, ana: Person) -> None:
        edit_draft(ana, set_op("ask", "rule", "any"))
        assert edit_draft(ana, set_op("ask", "rule", "any"), base=0).revision == 1

    @pytest.mark.parametrize(
        "op",
        [
            set_op("tell", "words", "x"),
            {"op": "connect", "source": "ask", "port": "approved", "target": "tell"},
            {"op": "delete_steps", "keys": ["tell"]},
            {"op": "rename_step", "key": "tell", "to": "say"},
        ],
    )
    def test_refuses_an_older_edit_of_a_step_that_is_gone(self, live: FlowVersion, ana: Person, op: dict) -> None:
        edit_draft(ana, {"op": "delete_steps", "keys": ["tell"]})
        with pytest.raises(EditConflict):
            edit_draft(ana, op, base=0)

    def test_refuses_to_delete_what_was_changed_meanwhile(self, live: FlowVersion, ana: Person) -> None:
        edit_draft(ana, set_op("tell", "words", "new"))
        with pytest.raises(EditConflict):
            edit_draft(ana, {"op": "delete_steps", "keys": ["tell"]}, base=0)

    def test_inserts_on_a_link_that_another_inserted_on(self, live: FlowVersion, ana: Person) -> None:
        edit_draft(ana, add_op("one", "tell"))
        result = edit_draft(ana, add_op("two", "tell"), base=0)
        steps = result.definition.steps
        assert (steps["tell"].links, steps["two"].links, steps["one"].links) == (
            {"next": "two"},
            {"next": "one"},
            {"next": "done"},
        )

    def test_refuses_a_revision_that_is_not_there_yet(self, live: FlowVersion, ana: Person) -> None:
        with pytest.raises(EditConflict, match="published or thrown away"):
            edit_draft(ana, add_op("one"), base=7)

    def test_refuses_an_edit_of_a_draft_that_was_thrown_away(self, live: FlowVersion, ana: Person) -> None:
        first = edit_draft(ana, add_op("one"))
        discard_draft(key="chain", person=ana, now=NOON)
        edit_draft(ana, add_op("two"))
        with pytest.raises(EditConflict, match="published or thrown away"):
            edit_draft(ana, add_op("three"), base=1, draft=first.draft.pk)

    def test_shows_what_the_edit_and_the_flow_say_then(self, live: FlowVersion, ana: Person) -> None:
        first = edit_draft(ana, set_op("ask", "rule", "any"), add_op("one"))
        discard_draft(key="chain", person=ana, now=NOON)
        edit_draft(ana, set_op("ask", "rule", "veto"))
        gone: dict[str, Any] = {"base": 1, "draft": first.draft.pk}
        with pytest.raises(EditConflict) as refused:
            edit_draft(ana, set_op("ask", "rule", "any"), **gone)
        (row,) = refused.value.details["paths"]
        assert (row["path"], row["mine"], row["theirs"]) == ("steps/ask/with/rule", "any", "veto")
        with pytest.raises(EditConflict) as refused:
            edit_draft(ana, set_op("one", "words", "x"), **gone)  # a step that is not there any more
        (row,) = refused.value.details["paths"]
        assert (row["path"], row["mine"], row["theirs"]) == ("steps/one/with/words", "x", None)

    def test_tells_the_log_once_in_ten_minutes(self, live: FlowVersion, ana: Person) -> None:
        for base, after_s in enumerate((0, 30, 599, 600)):
            edit_draft(ana, add_op("step"), base=base, after_s=after_s)
        assert names_of_events().count("flow.drafted") == 2

    @pytest.mark.parametrize("text", ["a\0b", "\ud800"])
    def test_refuses_what_no_database_keeps(self, live: FlowVersion, ana: Person, text: str) -> None:
        with pytest.raises(EditRefused, match="cannot be kept") as refused:
            edit_draft(ana, set_op("tell", "words", text))
        assert refused.value.code == "edit.malformed"

    def test_keeps_each_value_once(self, live: FlowVersion, ana: Person) -> None:
        long = "x" * 10_000
        edit_draft(ana, set_op("tell", "words", long))
        kept = file_data(definition_from_data(Draft.objects.get().document))  # in its order, which a store loses
        edit_draft(ana, {"op": "replace", "document": kept | {"name": "New"}}, base=1)
        first, second = DraftEdit.objects.order_by("revision")
        assert len(first.ops) < 200
        assert len(first.delta) < 11_000
        assert len(second.ops) < 200
        assert len(second.delta) < 200


class TestUndoEdit:
    def test_gives_every_state_back_to_the_byte(self, live: FlowVersion, ana: Person) -> None:
        ops = [
            add_op("note", "ask", "approved"),
            {"op": "delete_steps", "keys": ["tell"]},
            {"op": "rename_step", "key": "note", "to": "say"},
            {"op": "move", "positions": {"say": [10, 20], "trigger": [0, 0]}},
            {"op": "remove_trigger"},
        ]
        files = [write_flow_file(definition_from_data(live.document))]
        for base, op in enumerate(ops):
            files.append(write_flow_file(edit_draft(ana, op, base=base, after_s=base * 60).definition))
        for wanted in files[-2::-1]:
            assert write_flow_file(undo_edit(key="chain", person=ana, now=NOON).definition) == wanted
        with pytest.raises(EditRefused, match="nothing to take back"):
            undo_edit(key="chain", person=ana, now=NOON)
        for wanted in files[1:]:
            assert write_flow_file(redo_edit(key="chain", person=ana, now=NOON).definition) == wanted
        assert Draft.objects.get().revision == 15

    def test_takes_back_at_once_what_was_typed_at_once(self, live: FlowVersion, ana: Person) -> None:
        for base, (text, after_s) in enumerate((("a", 0), ("ab", 2), ("abc", 6), ("other", 60))):
            edit_draft(ana, set_op("ask", "title", text), base=base, after_s=after_s)
        titles = [
            undo_edit(key="chain", person=ana, now=NOON).definition.steps["ask"].settings["title"] for _ in range(2)
        ]
        assert titles == ["abc", "= trigger.body.title"]

    def test_takes_back_the_last_of_ones_own_page(self, live: FlowVersion, ana: Person) -> None:
        edit_draft(ana, set_op("ask", "rule", "any"), session="left")
        edit_draft(ana, set_op("tell", "words", "x"), base=1, session="right")
        result = undo_edit(key="chain", person=ana, session="left", now=NOON)
        assert result.definition.steps["ask"].settings["rule"] == "all"
        assert result.definition.steps["tell"].settings["words"] == "x"

    def test_says_why_it_cannot_take_back_what_was_changed_again(self, live: FlowVersion, ana: Person) -> None:
        edit_draft(ana, set_op("ask", "rule", "any"), session="left")
        edit_draft(ana, set_op("ask", "rule", "veto"), base=1, session="right")
        with pytest.raises(EditRefused, match="changed at 'Ask' since") as refused:
            undo_edit(key="chain", person=ana, session="left", now=NOON)
        assert refused.value.code == "edit.undo_blocked"

    def test_leaves_no_link_to_a_step_it_takes_away(self, live: FlowVersion, ana: Person) -> None:
        edit_draft(ana, add_op("note"), session="left")
        edit_draft(ana, {"op": "connect", "source": "tell", "port": "error", "target": "note"}, base=1, session="right")
        with pytest.raises(EditRefused, match="turned back"):
            undo_edit(key="chain", person=ana, session="left", now=NOON)

    def test_takes_back_no_more_when_it_is_repeated(self, live: FlowVersion, ana: Person) -> None:
        edit_draft(ana, add_op("one"))
        edit_draft(ana, add_op("two"), base=1, after_s=60)
        undo_id = uuid.uuid4()
        results = [undo_edit(key="chain", person=ana, edit_id=undo_id, now=NOON) for _ in range(2)]
        assert [list(result.definition.steps)[-1] for result in results] == ["one", "one"]

    def test_ends_what_could_be_done_again_with_a_new_edit(self, live: FlowVersion, ana: Person) -> None:
        edit_draft(ana, add_op("one"))
        undo_edit(key="chain", person=ana, now=NOON)
        edit_draft(ana, add_op("two"), base=2)
        with pytest.raises(EditRefused, match="nothing to do again"):
            redo_edit(key="chain", person=ana, now=NOON)


class TestDiscardDraft:
    def test_forgets_the_draft_and_says_so(self, live: FlowVersion, ana: Person) -> None:
        edit_draft(ana, add_op("one"))
        discard_draft(key="chain", person=ana, now=NOON)
        assert not Draft.objects.exists()
        assert "flow.draft_discarded" in names_of_events()
        with pytest.raises(NotFound):
            discard_draft(key="chain", person=ana, now=NOON)


class TestKeepText:
    def test_keeps_what_is_not_finished(self, live: FlowVersion, ana: Person) -> None:
        keep_text(key="chain", person=ana, text="format: 1\nflow", now=NOON)
        draft = Draft.objects.get()
        assert (draft.pending_text, draft.revision) == ("format: 1\nflow", 0)

    def test_refuses_more_than_a_flow_file_may_have(self, live: FlowVersion, ana: Person) -> None:
        with pytest.raises(EditRefused, match="1 MiB"):
            keep_text(key="chain", person=ana, text="x" * 1_048_577, now=NOON)
