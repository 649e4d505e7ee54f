"""On which version a draft stands: a merge moves it, and undo and redo move it back and forth."""

from __future__ import annotations

from flows.models import Draft, FlowVersion
from flows.operations.drafts import redo_edit, undo_edit
from flows.operations.publishing import import_flow
from flows.operations.publishing.merging import MergeOrder, merge_draft
from integrator.people.models import Person, Team
from tests.support.drafts import CHAIN, NOON, edit_draft, make_live, set_op


def newer_version() -> FlowVersion:
    return make_live(CHAIN.replace("rule: all", "rule: any"))


def base() -> FlowVersion | None:
    return Draft.objects.get().base_version


class TestBaseVersion:
    def test_follows_a_merge_its_undo_and_its_redo(self, live: FlowVersion, ana: Person) -> None:
        edit_draft(ana, set_op("tell", "words", "mine"))
        newer = newer_version()
        merge_draft(key="chain", person=ana, order=MergeOrder(revision=1, live=2, choices={}), now=NOON)
        assert base() == newer
        undone = undo_edit(key="chain", person=ana, now=NOON)
        assert (base(), undone.definition.steps["ask"].settings["rule"]) == (live, "all")
        redone = redo_edit(key="chain", person=ana, now=NOON)
        assert (base(), redone.definition.steps["ask"].settings["rule"]) == (newer, "any")

    def test_is_none_again_where_nothing_was_published_before(self, marketing: Team, ana: Person) -> None:
        import_flow(text=CHAIN, person=ana, now=NOON)
        edit_draft(ana, set_op("tell", "words", "mine"))
        newer = newer_version()
        keys = ("steps/ask/with/rule", "steps/tell/with/words")
        choices = {**dict.fromkeys(keys, "mine")}
        merge_draft(key="chain", person=ana, order=MergeOrder(revision=1, live=1, choices=choices), now=NOON)  # type: ignore[arg-type]
        assert base() == newer
        undo_edit(key="chain", person=ana, now=NOON)
        assert base() is None
