"""The API for people: every path of the description stands on the page, which loads nothing from elsewhere."""

import re

import httpx

from tasktalk import main


async def test_every_path_is_described() -> None:
    transport = httpx.ASGITransport(main._create_api())
    async with httpx.AsyncClient(transport=transport, base_url="http://console.test") as http:
        schema = (await http.get("/api/openapi.json")).json()
        page = (await http.get("/docs")).text
    assert schema["paths"]
    for path in schema["paths"]:
        assert f"<code>{path}</code>" in page
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page)
