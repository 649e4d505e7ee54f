"""Two open pages edit one draft at the same moment: every edit is a revision of its own, none is lost or doubled."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from flows.errors import EditConflict
from flows.models import Draft, DraftEdit, FlowVersion
from integrator.people.models import Person
from tests.support.drafts import add_op, edit_draft, set_op

EDITS = 50


def work(person: Person, page: str) -> list[uuid.UUID]:
    """Make the edits of one page on the revision that it saw last, every fifth of them sent twice."""
    sent, base = [], 0
    try:
        for number in range(EDITS):
            op = add_op(f"{page}_{number}", "tell") if number % 2 else set_op("tell", f"{page}_{number}", number)
            edit_id = uuid.uuid4()
            for _ in range(2 if number % 5 == 0 else 1):
                base = edit_draft(person, op, base=base, id=edit_id, session=page).draft.revision
            sent.append(edit_id)
    finally:
        connection.close()
    return sent


class TestTwoPages:
    def test_lose_and_double_nothing(self, live: FlowVersion, ana: Person) -> None:
        with ThreadPoolExecutor(2) as pool:
            sent = [edit_id for ids in pool.map(lambda page: work(ana, page), ("left", "right")) for edit_id in ids]
        draft = Draft.objects.get()
        assert draft.revision == len(sent) == 2 * EDITS
        assert set(DraftEdit.objects.values_list("edit_id", flat=True)) == set(sent)
        assert sorted(draft.edits.values_list("revision", flat=True)) == list(range(1, 2 * EDITS + 1))
        steps = draft.document["steps"]
        numbers = range(EDITS)
        assert {f"{page}_{number}" for page in ("left", "right") for number in numbers if number % 2} <= set(steps)
        settings = {f"{page}_{number}": number for page in ("left", "right") for number in numbers if not number % 2}
        assert {**steps["tell"]["with"], **settings} == steps["tell"]["with"]

    def test_are_both_told_when_they_change_one_thing(self, live: FlowVersion, ana: Person) -> None:
        def change(page: str) -> str:
            try:
                edit_draft(ana, set_op("ask", "rule", page), base=0, session=page)
            except EditConflict as conflict:
                return str(conflict.details["paths"][0]["theirs"])
            finally:
                connection.close()
            return ""

        with ThreadPoolExecutor(2) as pool:
            told = list(pool.map(change, ("any", "veto")))
        kept = Draft.objects.get().document["steps"]["ask"]["with"]["rule"]
        assert sorted(told) == ["", kept]
