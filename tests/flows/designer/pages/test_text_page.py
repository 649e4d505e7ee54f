"""The text of a draft: shown, judged as it stands, kept while it is unfinished, and pieces of it for the clipboard."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse
from django.test import Client

from flows.models import Draft
from integrator.people.models import Person
from tests.support.drafts import edit_draft, set_op

TEXT = "/flows/chain/draft/text/"


def post(browser: Client, part: str, text: Any) -> HttpResponse:
    return browser.post(f"{TEXT}{part}/", json.dumps({"text": text}), content_type="application/json")


def shown(browser: Client) -> str:
    page = browser.get(TEXT)
    assert page.status_code == 200
    return str(page.context["text"])


class TestShowText:
    def test_is_the_draft_as_a_file(self, browser: Client, ana: Person) -> None:
        edit_draft(ana, set_op("ask", "due_in", "P3D"))
        assert "due_in: P3D" in shown(browser)

    def test_is_the_unfinished_text_where_some_was_kept(self, browser: Client) -> None:
        post(browser, "check", "steps: [")
        assert shown(browser) == "steps: ["


class TestCheckText:
    def test_gives_the_document_of_a_whole_flow(self, browser: Client) -> None:
        said = post(browser, "check", shown(browser).replace("words:", "sentence:")).json()
        assert list(said["document"]["steps"]) == ["ask", "tell", "done"]

    def test_names_the_line_of_each_fault(self, browser: Client) -> None:
        text = shown(browser).replace("next: done", "next: dne")
        said = post(browser, "check", text).json()
        line = text.split("\n").index("    next: dne") + 1
        assert [one["line"] for one in said["findings"] if "dne" in one["message"]] == [line]
        assert said["document"] is not None

    def test_warns_of_teams_that_nobody_answers_for_as_the_problems_do(self, browser: Client) -> None:
        text = shown(browser).replace("team:legal", "team:nobody")
        said = post(browser, "check", text).json()
        [warning] = [one for one in said["findings"] if "no team “nobody”" in one["message"]]
        assert (warning["severity"], warning["step"]) == ("warning", "ask")
        assert text.split("\n")[warning["line"] - 1].strip() == "approvers:"

    def test_keeps_what_is_no_flow_yet_and_makes_nothing_of_it(self, browser: Client) -> None:
        said = post(browser, "check", "format: 1\nsteps: [").json()
        assert said["document"] is None
        assert said["findings"][0]["severity"] == "error"
        draft = Draft.objects.get()
        assert (draft.pending_text, draft.revision) == ("format: 1\nsteps: [", 0)

    def test_keeps_nothing_where_nothing_was_changed(self, browser: Client) -> None:
        post(browser, "check", shown(browser))
        assert not Draft.objects.exists()

    def test_forgets_the_text_when_it_is_the_draft_again(self, browser: Client) -> None:
        before = shown(browser)
        post(browser, "check", "x: [")
        post(browser, "check", before)
        assert Draft.objects.get().pending_text == ""

    def test_refuses_what_is_no_text(self, browser: Client) -> None:
        answer = post(browser, "check", 7)
        assert (answer.status_code, answer.json()["code"]) == (400, "edit.malformed")


class TestForgetText:
    def test_gives_the_draft_back(self, browser: Client) -> None:
        before = shown(browser)
        post(browser, "check", "x: [")
        assert post(browser, "forget", "").json() == {"text": before}
        assert shown(browser) == before


class TestFragment:
    def test_reads_steps_out_of_a_piece_of_a_file(self, browser: Client) -> None:
        answer = post(browser, "fragment", "steps:\n  close: {kind: stop}\nlayout: {steps: {close: [1, 2]}}\n")
        assert answer.json() == {
            "fragment": {"steps": {"close": {"kind": "stop"}}, "layout": {"steps": {"close": [1, 2]}}}
        }

    def test_refuses_what_holds_no_steps(self, browser: Client) -> None:
        for text in ("hello", "a: [", "steps: {}"):
            answer = post(browser, "fragment", text)
            assert (answer.status_code, answer.json()["code"]) == (400, "edit.no_steps")
