"""Page or fragment."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from django.test import RequestFactory

from integrator.pages.rendering import choose_template, render_page

PAGE = "errors/error.html"
HTMX = {"HX-Request": "true"}


class TestChooseTemplate:
    @pytest.mark.parametrize(
        ("headers", "fragment", "chosen"),
        [
            ({}, "list", "p.html"),
            (HTMX, None, "p.html"),
            (HTMX, "list", "p.html#list"),
            ({**HTMX, "HX-Boosted": "true"}, "list", "p.html"),
            ({**HTMX, "HX-History-Restore-Request": "true"}, "list", "p.html"),
            ({**HTMX, "HX-Target": "drawer"}, ("list", "drawer"), "p.html#drawer"),
            ({**HTMX, "HX-Target": "../../etc"}, ("list", "drawer"), "p.html"),
        ],
    )
    def test_follows_the_request(
        self, headers: dict[str, str], fragment: str | Sequence[str] | None, chosen: str
    ) -> None:
        request = RequestFactory().get("/", headers=headers)
        assert choose_template(request, "p.html", fragment) == chosen


class TestRenderPage:
    def test_varies_by_what_it_looked_at(self, rf: RequestFactory) -> None:
        response = render_page(rf.get("/"), PAGE, {"words": {"title": "T"}})
        assert {"HX-Request", "HX-Target"} <= {name.strip() for name in response["Vary"].split(",")}

    def test_says_what_changed(self, rf: RequestFactory) -> None:
        response = render_page(rf.get("/"), PAGE, {}, status=409, triggers={"toast": {"text": "Saved"}})
        assert response.status_code == 409
        assert json.loads(response["HX-Trigger"]) == {"toast": {"text": "Saved"}}
