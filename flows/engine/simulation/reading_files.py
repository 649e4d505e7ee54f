"""A loop over a file in a simulation: its rows are asked of the book, and the simulation stands where it has none."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace

from flows.definition.item_files import ItemsUnreadable
from flows.definition.model import JSON
from flows.engine.rows import Landing, VisitRow
from flows.engine.simulation.file_rows import read_given_rows, say_rows, write_rows
from flows.engine.simulation.shapes import AnswerBook, Asked, Given
from flows.engine.state import Token


class RowsWanted(Exception):
    """Nothing is known of a file, or what was given holds no rows: ``asked`` is what somebody is to give."""

    def __init__(self, asked: Asked) -> None:
        super().__init__(asked.step)
        self.asked = asked


def ask_for_rows(
    token: Token, visits: Mapping[uuid.UUID, VisitRow], landing: Landing, facts: Mapping[str, JSON]
) -> Asked:
    """What the loop at ``token`` asks for: the rows of the file of these facts."""
    visit_id = uuid.UUID(token.visit_id)
    row = visits[visit_id] if visit_id in visits else landing.visits[visit_id]
    name = str(facts["name"])
    return Asked(id=visit_id, kind="file", step=token.step, visit=row.visit, index=row.index, subject=name, file=facts)


def take_rows(book: AnswerBook, asked: Asked) -> tuple[Given, bytes, str]:
    """The answer, the file as the engine reads it, and what to say of it. Raises RowsWanted."""
    try:
        given = next((given for _, given in book.choose([asked])), None)
        if given is None:
            raise RowsWanted(asked)
        rows = read_given_rows(str(given.value.get("rows") or ""), name=asked.subject)
    except ItemsUnreadable as error:
        raise RowsWanted(replace(asked, fault=error.message)) from error
    has_more = rows.has_more or given.value.get("more") is True
    said = say_rows(len(rows.items), asked.subject, has_more=has_more, is_given=given.origin == "given")
    return given, write_rows(rows, name=asked.subject), said
