"""Two people, two browsers: what one does the other sees within a second, and nothing jumps."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
import requests
from playwright.sync_api import Browser, expect

from tests.integrator.live.test_streams import FLOW, find_task, post
from tests.support.browser import open_visitor
from tests.support.installation import PASSWORD, Installation, embedded

WITHIN_S = 1.5  # the second, and what a busy machine takes to draw it; its fastest of several counts

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with embedded(tmp_path_factory.mktemp("live"), flows=[FLOW]) as installation:
        installation.start_up()
        yield installation


def count_open(product: Installation) -> str:
    """How many tasks lia may answer, as the menu says it."""
    return str(len(product.get("lia", "/api/v1/tasks?status=open&limit=200")["results"]))


class TestTwoBrowsers:
    def test_see_each_others_work(self, chromium: Browser, product: Installation) -> None:
        with open_visitor(chromium) as lia, open_visitor(chromium) as lee:
            for visitor, name in ((lia, "lia"), (lee, "lee")):
                visitor.sign_in(product.url, name, PASSWORD)
                visitor.page.goto(f"{product.url}/inbox/")
                expect(visitor.page.locator("html[data-live-up]")).to_be_attached()
            task = find_task(product, post(product))
            expect(lia.page.get_by_role("link", name="1 new task. Show it")).to_be_visible()
            expect(lia.page.locator(".nav-side [data-count='/inbox/']")).to_have_text(count_open(product))
            lia.page.get_by_role("link", name="1 new task. Show it").click()
            expect(lia.page.locator("html[data-live-up]")).to_be_attached()
            changed = lia.page.get_by_role("link", name="The list has changed. Show it as it is now")
            waited_s = []
            for _ in range(3):
                for act, count in (("claim", 1), ("release", 0)):  # released, it is as it was
                    began_s = time.monotonic()
                    assert product.call("lee", "POST", f"/api/v1/tasks/{task}/{act}").status_code == 200
                    expect(changed).to_have_count(count)
                    waited_s.append(time.monotonic() - began_s)
            assert min(waited_s) < WITHIN_S
            for visitor in (lia, lee):
                visitor.page.goto(f"{product.url}/inbox/{task}/")
                expect(visitor.page.locator("html[data-live-up]")).to_be_attached()
            lee.page.get_by_role("button", name="Claim").click()
            expect(lia.page.get_by_text("Now it is claimed by Lee")).to_be_visible()
            answer = product.call("lee", "POST", f"/api/v1/tasks/{task}/complete", {"outcome": "done"})
            assert answer.status_code == 200
            expect(lia.page.get_by_text("answered this just now: done.")).to_be_visible()
            lia.page.get_by_role("link", name="Show the page as it is now").click()
            expect(lia.page.get_by_text("answered this just now")).to_have_count(0)
            assert lia.complaints == []
            assert lia.find_barriers() == []

    def test_share_one_stream_between_the_tabs_of_one(self, chromium: Browser, product: Installation) -> None:
        with open_visitor(chromium) as visitor:
            visitor.sign_in(product.url, "lia", PASSWORD)
            streams: list[str] = []
            visitor.page.context.on(
                "request", lambda request: streams.append(request.url) if "/live/" in request.url else None
            )
            visitor.page.goto(f"{product.url}/cases/")
            expect(visitor.page.locator("html[data-live-up]")).to_be_attached()
            streams.clear()
            second = visitor.page.context.new_page()
            second.goto(f"{product.url}/inbox/")
            expect(second.locator("html[data-live-up]")).to_be_attached()
            assert streams == []
            post(product)
            expect(second.get_by_role("link", name="new task")).to_be_visible()
            visitor.page.close()  # the tab that held the stream
            requests.post(f"{product.url}/hooks/live", json={}, timeout=30)
            expect(second.get_by_role("link", name="2 new tasks. Show them")).to_be_visible()
            assert len(streams) == 1
