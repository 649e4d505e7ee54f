"""A wrong signature, from the Requests page to the mended run: found, mended, sent anew, replayed, seen."""

from __future__ import annotations

import json

import pytest
from django.http import HttpResponse
from playwright.sync_api import Browser, expect

from integrator.people.roles import Role
from tests.support.browser import NARROW_PX, WIDE_PX, open_visitor
from tests.support.flows import make_team, settle
from tests.support.hooks import SECRET, SIGNED, listen, post, sign, store_secret
from tests.support.memory import forget_everything
from tests.support.personas import make_person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OLD = "whsec_" + "B" * 40


def send(message_id: str) -> HttpResponse:
    """The partner sends its order, signed with the secret that it has."""
    body = json.dumps({"id": "order-7"}).encode()
    return post(body=body, headers=sign(body, message_id=message_id))


class TestWrongSignature:
    @pytest.mark.parametrize("width_px", [WIDE_PX, NARROW_PX])
    def test_is_found_mended_and_replayed(self, chromium: Browser, live_server, width_px: int) -> None:
        store_secret(OLD)
        team = make_team()
        make_person("pat", (team, Role.PUBLISHER), (team, Role.LEAD))
        listen(SIGNED)
        assert send("msg_1").status_code == 401
        with open_visitor(chromium, width_px=width_px) as visitor:
            page = visitor.page
            visitor.sign_in(live_server.url, "pat", "secret-password")
            page.goto(f"{live_server.url}/requests/")
            page.locator("#requests-list tbody a[href^='/requests/']").first.click()
            expect(page.get_by_role("heading", level=1)).to_contain_text("Compare the secret 'partner' of the team")
            page.goto(f"{live_server.url}/connections/")
            form = page.get_by_role("form", name="Set a secret")
            form.locator("[name=team]").select_option(label=str(team))
            form.locator("[name=name]").fill("partner")
            form.locator("[name=value]").fill(SECRET)
            form.get_by_role("button", name="Set the secret").click()
            expect(page.get_by_text("partner is stored.")).to_be_visible()
            forget_everything()  # what this process keeps of secrets for two seconds
            accepted = send("msg_2")
            assert accepted.status_code == 202
            settle()
            page.goto(f"{live_server.url}/requests/?outcome=accepted")
            page.locator("#requests-list tbody a[href^='/requests/']").first.click()
            page.get_by_text("Replay…").click()
            page.get_by_role("button", name="Replay", exact=True).click()
            expect(page.get_by_text("The request is replayed")).to_be_visible()
            page.get_by_role("link", name="a run", exact=True).click()
            page.wait_for_url(lambda url: "/runs/" in url)
            settle()
            page.reload()
            expect(page.locator("#run-state")).to_contain_text("Waiting")
            assert json.loads(accepted.content)["run"] not in page.url
            assert (visitor.complaints, visitor.is_too_wide(), visitor.find_barriers()) == ([], False, [])
