"""What every page keeps to: guarded, light, served once, alive."""

import asyncio
import gzip
import re
from collections.abc import AsyncIterator

import pytest
from desk import Browser, Desk, Report

from tasktalk.console.headers import security_headers

PAGES = [
    "/",
    "/tasks?view=upcoming",
    "/tasks?view=inbox",
    "/tasks?view=all",
    "/tasks?view=done",
    "/messages",
    "/system",
    "/account",
]


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_is_guarded_self_contained_and_light(
    desk: Desk, ana: Browser, report: Report, path: str
) -> None:
    desk.app.state.health = report
    assert (await desk.browser().open(path)).status_code == 302
    answer = await ana.open(path, **{"Accept-Encoding": "gzip"})
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-encoding"] == "gzip"
    page = answer.text
    assert " style=" not in page
    assert not re.search(r"<script>|<style| on[a-z]+=", page)
    assert not re.search(r'(?:src|href|action)="(?:https?:)?//', page)
    assets = {address: await ana.open(address) for address in set(re.findall(r'(?:src|href)="(/static/[^"]+)"', page))}
    weights = [len(gzip.compress(asset.content)) for asset in assets.values()]
    assert sum(weights) + len(gzip.compress(page.encode())) < 60_000


async def test_a_file_is_served_for_ever_by_its_content_and_not_again_to_who_has_it(ana: Browser) -> None:
    found = re.search(r'href="(/static/console\.css\?v=[^"]+)"', await ana.read("/"))
    assert found is not None
    answer = await ana.open(found[1], **{"Accept-Encoding": "gzip"})
    assert answer.headers["content-type"].startswith("text/css")
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-encoding"] == "gzip"
    plain = await ana.open(found[1], **{"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == answer.text
    assert plain.headers["etag"] != answer.headers["etag"]
    for etag in (plain.headers["etag"], "W/" + plain.headers["etag"], f'"other", {plain.headers["etag"]}', "*"):
        again = await ana.open(found[1], **{"If-None-Match": etag, "Accept-Encoding": "identity"})
        assert (again.status_code, again.content) == (304, b"")
    assert (await ana.open("/static/console.css?v=old")).headers["cache-control"] == "no-cache"
    for path in ("/static/none.css", "/static/../page.py", "/static/%2e%2e/page.py", "/static/tokens.css"):
        assert (await ana.open(path)).status_code == 404


async def test_counts_and_projects_stand_beside_every_page(ana: Browser) -> None:
    await ana.send("/tasks", text="one")
    assert re.search(r'Inbox</span><span class="count">1<', await ana.read("/account"))


class Changes:
    """Says three names to whoever listens and then, like a server that stops, ends."""

    def __init__(self, names: list[str]) -> None:
        self.names, self.closed = names, False

    async def subscribe(self) -> AsyncIterator[str]:
        try:
            for name in self.names:
                await asyncio.sleep(0)
                yield name
        finally:
            self.closed = True


async def test_the_stream_carries_names_alone_and_only_ones_own(desk: Desk, ana: Browser, ben: Browser) -> None:
    assert ana.viewer is not None
    assert ben.viewer is not None
    changes = Changes(["messages", f"tasks:{ben.viewer.user_id}", f"tasks:{ana.viewer.user_id}"])
    desk.app.state.changes = changes
    answer = await ana.open("/live")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert re.findall(r"data: (.*)\n\n", answer.text) == ["messages", "tasks"]
    assert changes.closed
    assert (await desk.browser().open("/live")).status_code == 401


async def test_without_anybody_to_hear_of_changes_the_stream_ends_at_once(ana: Browser) -> None:
    assert (await ana.open("/live")).text.startswith("retry:")


def test_middleware_gets_the_same_headers() -> None:
    plain, https = dict(security_headers({"scheme": "http"})), dict(security_headers({"scheme": "https"}))
    assert b"content-security-policy" in plain
    assert b"strict-transport-security" not in plain
    assert b"strict-transport-security" in https
