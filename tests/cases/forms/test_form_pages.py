"""The pages of the library of forms: to those who change them, those who look, and those who see nothing."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client

from cases.models import Form, FormVersion
from integrator.people.roles import Role
from tests.support.cases import events_of
from tests.support.flows import make_team, make_version
from tests.support.forms import EXPENSES, make_form
from tests.support.html_forms import read_page
from tests.support.personas import make_person, sign_in

pytestmark = pytest.mark.django_db(transaction=True)
USING = """\
format: 1
flow: claims
name: Claims
team: marketing
steps:
  ask: {kind: task.assign, with: {title: Claim, to: ["team:marketing"], form: {use: expenses}}}
"""
HTMX = {"HX-Request": "true"}
WHEN = r"(on \d+ [A-Z][a-z]+ )?at \d\d:\d\d"  # the day where it is not that of the page


def client_of(*roles: Role, name: str = "ann") -> Client:
    team = make_team()
    return sign_in(make_person(name, *((team, role) for role in roles)))


def edit(client: Client, do: str = "", **given: str) -> Any:
    return client.post("/forms/expenses/edit/", {"do": do, **given}, headers=HTMX)


def open_reason(client: Client) -> dict[str, str]:
    """What the open panel of the field ``reason`` sends where nothing is touched."""
    page = read_page(client.get("/forms/expenses/?field=reason").text)
    (panel,) = [form for form in page.forms if "data-field-panel" in form.attributes]
    return panel.data()


def schema_of(key: str = "expenses") -> dict[str, Any]:
    schema: dict[str, Any] = Form.objects.get(key=key).draft.schema
    return schema


class TestPages:
    def test_show_a_viewer_the_form_its_uses_and_nothing_to_change(self) -> None:
        make_form()
        make_version(USING)
        client = client_of(Role.VIEWER)
        page = client.get("/forms/expenses/")
        assert page.status_code == 200
        assert "step “Ask”" in page.text
        assert "form-edits" not in page.text
        assert "Publish…" not in page.text
        assert "1 use" in client.get("/forms/").text
        assert edit(client, "edit=add-section").status_code == 404

    def test_hide_forms_of_other_teams(self) -> None:
        make_form()
        stranger = sign_in(make_person("sid", (make_team("legal"), Role.PUBLISHER)))
        assert "Expenses" not in stranger.get("/forms/").text
        for path in ("", "versions/", "file/", "copy/"):
            assert stranger.get(f"/forms/expenses/{path}").status_code == 404
            assert stranger.get(f"/forms/missing/{path}").status_code == 404
        for call in ("edit", "publish"):
            assert stranger.post(f"/forms/expenses/{call}/").status_code == 404

    def test_add_a_form_and_tell_a_key_that_is_taken(self) -> None:
        client = client_of(Role.ANALYST)
        typed = {"team": make_team().pk, "name": "Risk", "key": "risk"}
        assert client.post("/forms/add/", typed).headers["Location"] == "/forms/risk/"
        again = client.post("/forms/add/", typed)
        assert again.status_code == 400
        assert "The key &#x27;risk&#x27; is taken. Choose another one." in again.text
        assert "Add the first" in client.get("/forms/risk/").text

    def test_take_a_form_out_and_in_again_and_copy_it(self) -> None:
        make_form()
        client = client_of(Role.ANALYST)
        text = client.get("/forms/expenses/file/").content.decode()
        assert json.loads(text)["schema"] == EXPENSES
        typed = {"team": "marketing", "text": text.replace('"form": "expenses"', '"form": "other"')}
        assert client.post("/forms/import/", typed).headers["Location"] == "/forms/other/"
        assert schema_of("other") == EXPENSES
        assert client.post("/forms/import/", {"team": "marketing", "text": "{}"}).status_code == 400
        copied = client.post("/forms/expenses/copy/", {"name": "Mine", "key": "mine"})
        assert copied.headers["Location"] == "/forms/mine/"
        assert list(schema_of("mine")["properties"]) == list(EXPENSES["properties"])

    def test_are_escaped(self) -> None:
        evil = "</script><b>x"
        make_form({"type": "object", "properties": {"a": {"type": "string", "title": evil, "default": evil}}})
        assert "</script><b>" not in client_of(Role.ANALYST).get("/forms/expenses/?field=a").text


class TestBuilder:
    def test_adds_moves_changes_and_removes_fields(self) -> None:
        make_form()
        client = client_of(Role.ANALYST)
        added = edit(client, "edit=add-field&sort=date&section=0&index=1")
        assert 'class="builder-row is-open" data-field-row="date"' in added.text
        assert list(schema_of()["properties"])[:2] == ["reason", "date"]
        kept = edit(
            client, edit="change-field", key="date", chosen="date", label="Spent on", required="true", name="date"
        )
        assert 'data-field-row="spent_on"' in kept.text
        assert schema_of()["required"] == ["reason", "lines", "spent_on"]
        edit(client, "edit=move-field&key=spent_on&section=0&index=0")
        assert next(iter(schema_of()["properties"])) == "spent_on"
        edit(client, "edit=remove-field&key=spent_on")
        assert list(schema_of()["properties"]) == list(EXPENSES["properties"])
        assert schema_of()["required"] == ["reason", "lines"]
        changes = [event["changes"] for event in events_of("form.drafted")]
        assert changes[0] == "The field “Date” is new (date)"
        assert changes[-1] == "The field “Spent on” is gone"

    def test_moves_a_column_in_its_table(self) -> None:
        make_form()
        client = client_of(Role.ANALYST)
        edit(client, "edit=add-field&sort=date&table=lines")
        before = list(schema_of()["properties"]["lines"]["items"]["properties"])
        edit(client, f"edit=move-field&key={before[-1]}&table=lines&index=0")
        assert list(schema_of()["properties"]["lines"]["items"]["properties"]) == [before[-1], *before[:-1]]
        assert events_of("form.drafted")[-1]["changes"] == "The order of the columns of “Items” changed"

    def test_keeps_the_open_field_while_its_words_change(self) -> None:
        make_form()
        around = edit(
            client_of(Role.ANALYST), edit="change-field", key="reason", chosen="reason", label="Why", name="reason"
        )
        assert "data-field-panel" not in around.text
        assert 'id="builder-preview"' in around.text
        assert 'for="field-0">Why' in around.text

    def test_keeps_what_two_people_change_side_by_side_and_says_so(self) -> None:
        make_form()
        ann, bob = client_of(Role.ANALYST), client_of(Role.ANALYST, name="bob")
        seen = open_reason(ann)
        edit(bob, **seen | {"help": "In a few words"})
        told = edit(ann, **seen | {"label": "Why", "required": ""})
        assert re.search(
            rf"bob changed this form meanwhile, {WHEN}. Both changes are kept; this is how it is", told.text
        )
        assert "data-field-panel" in told.text
        shape = schema_of()["properties"]["reason"]
        assert (shape["title"], shape["description"]) == ("Why", "In a few words")
        assert schema_of()["required"] == ["lines"]

    def test_tells_both_texts_of_one_place_that_two_people_changed(self) -> None:
        make_form()
        ann, bob = client_of(Role.ANALYST), client_of(Role.ANALYST, name="bob")
        seen = open_reason(ann)
        edit(bob, **seen | {"label": "Cause"})
        told = edit(ann, **seen | {"label": "Why"})
        clash = rf"bob changed “Label” meanwhile, {WHEN}: it is “Cause” now, and you wrote “Why”\."
        assert re.search(clash, told.text)
        assert 'value="Cause"' in told.text
        assert schema_of()["properties"]["reason"]["title"] == "Cause"
        edit(ann, **open_reason(ann) | {"label": "Why"})
        assert schema_of()["properties"]["reason"]["title"] == "Why"

    def test_names_who_changed_that_place_not_who_was_last(self) -> None:
        make_form()
        ann, bob, cid = client_of(Role.ANALYST), *(client_of(Role.ANALYST, name=name) for name in ("bob", "cid"))
        seen = open_reason(ann)
        edit(bob, **seen | {"label": "Cause"})
        edit(cid, **open_reason(cid) | {"help": "In a few words"})
        assert "bob changed “Label” meanwhile" in edit(ann, **seen | {"label": "Why"}).text
        edit(cid, "edit=undo")
        edit(cid, "edit=undo")
        edit(ann, **open_reason(ann) | {"label": "Ground"})
        told = edit(ann, **seen | {"label": "Why"}).text
        assert "You, in another window, changed “Label” meanwhile" in told

    def test_undoes_nothing_that_was_not_seen(self) -> None:
        make_form()
        ann, bob = client_of(Role.ANALYST), client_of(Role.ANALYST, name="bob")
        edit(ann, "edit=remove-field&key=boss")
        edit(bob, "edit=remove-field&key=total", revision="2")
        told = edit(ann, "edit=undo", revision="2")
        assert re.search(rf"bob changed this form {WHEN}, while you did\.", told.text)
        assert "total" not in schema_of()["properties"]

    def test_brings_a_panel_to_what_is_kept(self) -> None:
        make_form()
        ann = client_of(Role.ANALYST)
        seen = open_reason(ann)
        around = edit(ann, **seen | {"label": "Why"}).text
        assert 'id="seen--reason"' in around
        assert "&quot;label&quot;: &quot;Why&quot;" in around

    def test_asks_of_a_column_nothing_about_the_case(self) -> None:
        make_form()
        ann = client_of(Role.ANALYST)
        assert 'id="part-reason-prefill"' in ann.get("/forms/expenses/?field=reason").text
        page = ann.get("/forms/expenses/?field=lines.net").text
        assert 'id="part-lines.net-label"' in page
        assert 'id="part-lines.net-prefill"' not in page

    def test_names_follow_into_conditions_and_formulas(self) -> None:
        make_form()
        client = client_of(Role.ANALYST)
        edit(client, edit="change-field", key="lines", chosen="lines", label="Items", name="items")
        edit(client, edit="change-field", key="net", table="items", chosen="items.net", label="Net", name="amount")
        schema = schema_of()
        assert schema["properties"]["total"]["x-compute"] == "sum(items.amount)"
        assert list(schema["properties"]["items"]["items"]["properties"]) == ["what", "amount"]

    def test_undoes_and_makes_again(self) -> None:
        make_form()
        client = client_of(Role.ANALYST)
        edit(client, "edit=remove-field&key=boss")
        edit(client, "edit=undo")
        assert "boss" in schema_of()["properties"]
        edit(client, "edit=redo")
        assert "boss" not in schema_of()["properties"]
        assert "There is nothing to make again." in edit(client, "edit=redo").text

    def test_groups_fields_under_headings_and_lets_headings_go(self) -> None:
        make_form()
        client = client_of(Role.ANALYST)
        edit(client, "edit=add-section")
        edit(client, edit="change-section", section="1", title="Money", show="reason != 'none'")
        edit(client, "edit=move-field&key=lines&section=1&index=0")
        assert schema_of()["x-layout"] == [
            {"fields": ["reason", "total", "boss"]},
            {"title": "Money", "show": "reason != 'none'", "fields": ["lines"]},
        ]
        assert "<legend>Money</legend>" in client.get("/forms/expenses/").text
        edit(client, "edit=remove-section&section=1")
        assert "x-layout" not in schema_of()
        assert list(schema_of()["properties"]) == ["reason", "total", "boss", "lines"]

    @pytest.mark.parametrize(
        ("do", "words"),
        [
            ("edit=explode", "There is no edit"),
            ("edit=add-field&sort=rocket", "There is no such field to add here."),
            ("edit=add-field&sort=file&table=lines", "There is no such field to add here."),
            ("edit=remove-field&key=missing", "This field is not there any more."),
            ("edit=move-field&key=missing", "This field is not there any more."),
            ("edit=change-field&key=reason&name=total", "There is a field “total” already."),
            ("edit=change-field&key=reason&name=Not+good", "cannot name a field"),
            ("edit=change-section&section=7&title=x", "This section is not there any more."),
            ("", "There is no edit"),
        ],
    )
    def test_says_what_it_cannot_do(self, do: str, words: str) -> None:
        make_form()
        answer = edit(client_of(Role.ANALYST), do)
        assert words in answer.text
        assert schema_of() == EXPENSES

    def test_works_without_scripts(self) -> None:
        make_form()
        client = client_of(Role.ANALYST)
        answer = client.post("/forms/expenses/edit/", {"do": "edit=add-field&sort=number"})
        assert answer.headers["Location"] == "/forms/expenses/?field=number"
        assert "data-field-panel" in client.get("/forms/expenses/?field=number").text


class TestPublishing:
    def test_makes_versions_that_nobody_can_change(self) -> None:
        make_form()
        client = client_of(Role.PUBLISHER)
        edit(client, edit="change-field", key="reason", chosen="reason", label="Why", name="reason")
        assert client.post("/forms/expenses/publish/", {"revision": "1"}).status_code == 302
        assert FormVersion.objects.count() == 1
        client.post("/forms/expenses/publish/", {"revision": "2", "comment": "shorter"})
        assert list(FormVersion.objects.order_by("number").values_list("number", "note")) == [(1, ""), (2, "shorter")]
        page = client.get("/forms/expenses/versions/").text
        assert "“Why”: label changed." in page
        with pytest.raises(DatabaseError):
            FormVersion.objects.filter(number=1).update(note="forged")

    def test_refuses_a_form_with_faults_and_names_them(self) -> None:
        make_form()
        client = client_of(Role.PUBLISHER)
        edit(client, edit="change-field", key="boss", chosen="boss", label="Boss", name="boss", show="totl > 5")
        page = client.post("/forms/expenses/publish/", {"revision": "2"}, follow=True).text
        assert "so it was not published" in page
        assert "There is no field “totl”" in page
        assert FormVersion.objects.count() == 1

    def test_is_for_publishers(self) -> None:
        make_form()
        assert client_of(Role.ANALYST).post("/forms/expenses/publish/", {"revision": "1"}).status_code in (403, 404)
