"""The template tags, as a page uses them."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone

from integrator.pages.templatetags.ui import HTMX_CONFIG, initials_of
from integrator.people.models import Team


def render(text: str, **context: Any) -> str:
    return Template(text).render(Context(context)).strip()


class TestIcon:
    def test_is_hidden_unless_it_is_named(self) -> None:
        assert 'aria-hidden="true"' in render('{% icon "clock" %}')
        assert 'role="img" aria-label="Waiting"' in render('{% icon "clock" "Waiting" %}')


class TestState:
    def test_shows_icon_and_word(self) -> None:
        html = render('{% state "waiting" "for Legal" pill=True %}')
        assert 'class="state state--pill is-waiting"' in html
        assert "sprite.svg#clock" in html
        assert "for Legal" in html

    def test_escapes_what_users_wrote(self) -> None:
        assert "<b>" not in render("{% state word %}", word="<b>x</b>")


class TestWhen:
    def test_gives_words_and_the_exact_time_in_the_readers_zone(self) -> None:
        at = timezone.now() - timedelta(minutes=5)
        with timezone.override("Asia/Tokyo"):
            html = render("{% when at %}", at=at)
            exact = f"{timezone.localtime(at):%H:%M:%S}"
        assert ">5 min ago</time>" in html
        assert exact in html

    def test_says_what_none_means(self) -> None:
        assert render('{% when at none="never" %}', at=None) == "never"


class TestSlaRing:
    def test_draws_by_attributes(self) -> None:
        now = timezone.now()
        html = render("{% sla_ring a b %}", a=now - timedelta(hours=1), b=now + timedelta(hours=1))
        assert 'stroke-dasharray="50 100"' in html
        assert "style" not in html

    def test_is_nothing_without_a_due_time(self) -> None:
        assert render("{% sla_ring a b %}", a=None, b=None) == ""


class TestJsonFacts:
    def test_escapes_values_and_keys(self) -> None:
        html = render("{% json_facts value %}", value={"<i>k</i>": "<script>x</script>", "a": ["hx-get='/x'"]})
        assert "<script>" not in html
        assert "<i>" not in html
        assert "hx-get='" not in html

    def test_offers_only_web_addresses_as_links(self) -> None:
        html = render("{% json_facts value %}", value=["https://hub.example/a", "javascript:alert(1)"])
        assert html.count("<a ") == 1
        assert 'rel="noopener noreferrer nofollow"' in html


class TestQs:
    def test_changes_one_parameter_and_starts_paging_anew(self) -> None:
        request = RequestFactory().get("/?q=a&status=open&cursor=xyz")
        assert render('{% qs status="done" %}', request=request) == "?q=a&amp;status=done"

    def test_drops_a_parameter(self) -> None:
        request = RequestFactory().get("/?q=a&status=open")
        assert render("{% qs status=None %}", request=request) == "?q=a"


class TestPaging:
    def test_links_to_both_sides(self) -> None:
        page = SimpleNamespace(previous="p1", next="n1")
        html = render("{% paging page %}", page=page, request=RequestFactory().get("/?q=a"))
        assert 'href="?q=a&amp;cursor=p1"' in html
        assert 'href="?q=a&amp;cursor=n1"' in html

    def test_is_nothing_on_the_only_page(self) -> None:
        page = SimpleNamespace(previous=None, next=None)
        assert render("{% paging page %}", page=page, request=RequestFactory().get("/")) == ""


class TestCrumbs:
    def test_links_all_but_the_last(self) -> None:
        html = render('{% crumbs "Flows" "/flows/" "Content approval" %}')
        assert '<a href="/flows/">Flows</a>' in html
        assert "<b>Content approval</b>" in html


class TestPersonName:
    def test_shows_face_name_and_team(self) -> None:
        html = render('{% person_name "Ana" "Marketing" %}')
        assert '<span class="face" aria-hidden="true">An</span>' in html
        assert '<span class="team">Marketing</span>' in html

    @pytest.mark.parametrize(("name", "initials"), [("Ana", "An"), ("Ana Berg", "AB"), ("content-hub", "Co"), ("", "")])
    def test_takes_two_letters(self, name: str, initials: str) -> None:
        assert initials_of(name) == initials


class SampleForm(forms.Form):
    name = forms.CharField(help_text="What others see.")
    note = forms.CharField(required=False, widget=forms.Textarea)
    sure = forms.BooleanField(required=False)
    theme = forms.ChoiceField(choices=[("a", "A")], widget=forms.RadioSelect)


class TestFormFields:
    def test_joins_label_help_and_error_with_the_control(self) -> None:
        html = render('{% include "components/form_fields.html" %}', form=SampleForm({"note": "kept"}))
        assert '<label for="id_name">Name' in html
        assert 'id="id_name_helptext"' in html
        assert 'id="id_name_error"' in html
        assert 'aria-describedby="id_name_helptext id_name_error"' in html
        assert "kept</textarea>" in html

    def test_calls_optional_only_what_does_not_say_what_empty_means(self) -> None:
        class Choosing(forms.Form):
            often = forms.ChoiceField(choices=[("", "never"), ("1", "daily")], required=False)
            where = forms.ChoiceField(choices=[("header", "a header"), ("query", "the query")], required=False)
            whom = forms.ModelChoiceField(queryset=Team.objects.none(), empty_label="Everybody", required=False)
            dashes = forms.ModelChoiceField(queryset=Team.objects.none(), required=False)
            days = forms.MultipleChoiceField(choices=[("1", "Monday")], required=False)
            note = forms.CharField(required=False)
            name = forms.CharField()

        form = Choosing()
        said = [
            field.name for field in form if "optional" in render('{% include "components/field.html" %}', field=field)
        ]
        assert said == ["dashes", "days", "note"]

    def test_names_a_group_by_its_legend(self) -> None:
        html = render('{% include "components/form_fields.html" %}', form=SampleForm())
        assert "<legend" in html
        assert 'class="field field--tick"' in html


class TestHtmxConfig:
    def test_allows_no_eval_no_styles_and_no_other_host(self) -> None:
        for setting in ('"allowEval":false', '"includeIndicatorStyles":false', '"selfRequestsOnly":true'):
            assert setting in HTMX_CONFIG
        assert '"historyCacheSize":0' in HTMX_CONFIG
