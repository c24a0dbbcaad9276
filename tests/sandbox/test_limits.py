"""Meta's limits on what may be sent (facts sheet 4.2), at their edges."""

from typing import Any

import pytest
from sandbox_kit import ANA, PNID, Client, text


def buttons(*titles: str, body: str = "?", **more: Any) -> dict[str, Any]:
    replies = [{"type": "reply", "reply": {"id": f"b:{index}", "title": title}} for index, title in enumerate(titles)]
    return interactive({"type": "button", "body": {"text": body}, "action": {"buttons": replies}} | more)


def listed(*counts: int, title: str = "Row", label: str = "Open", section: str | None = "S") -> dict[str, Any]:
    sections = []
    for number, count in enumerate(counts):
        rows = [{"id": f"{number}:{row}", "title": title} for row in range(count)]
        sections.append({"rows": rows} | ({"title": section} if section else {}))
    return interactive({"type": "list", "body": {"text": "?"}, "action": {"button": label, "sections": sections}})


def interactive(content: dict[str, Any]) -> dict[str, Any]:
    return {"type": "interactive", "interactive": content}


FITS = {
    "4096 characters": text("x" * 4096),
    "three buttons": buttons("a" * 20, "b", "c", body="x" * 1024),
    "ten rows": listed(5, 5, title="x" * 24, label="x" * 20),
    "one section without a title": listed(10, section=None),
    "reaction": {"type": "reaction", "reaction": {"message_id": "wamid.unknown", "emoji": "👍"}},
    "reaction taken away": {"type": "reaction", "reaction": {"message_id": "wamid.unknown", "emoji": ""}},
    "link": {"type": "image", "image": {"link": "https://example.org/a.png", "caption": "x" * 1024}},
    "unknown context": text("x") | {"context": {"message_id": "wamid.unknown"}},
    "opaque": text("x") | {"biz_opaque_callback_data": "x" * 512},
}
TOO_MUCH = {
    "text of 4097": (text("x" * 4097), 100),
    "empty text": (text(""), 131008),
    "no text": ({"type": "text"}, 131008),
    "unknown type": ({"type": "hologram", "hologram": {}}, 100),
    "four buttons": (buttons("a", "b", "c", "d"), 131009),
    "no button": (buttons(), 131009),
    "long button": (buttons("x" * 21), 131009),
    "equal buttons": (buttons("a", "a"), 131009),
    "blank around a button": (buttons(" a"), 131009),
    "emoji alone on a button": (buttons("🎉"), 131009),
    "long body": (buttons("a", body="x" * 1025), 131009),
    "long footer": (buttons("a", footer={"text": "x" * 61}), 131009),
    "long header": (buttons("a", header={"type": "text", "text": "x" * 61}), 131009),
    "eleven rows": (listed(6, 5), 131009),
    "sections without titles": (listed(1, 1, section=None), 131008),
    "long row": (listed(1, title="x" * 25), 131009),
    "long label": (listed(1, label="x" * 21), 131009),
    "image header on a list": (
        interactive({"type": "list", "header": {"type": "image", "image": {"id": "1"}}, "body": {"text": "?"}}),
        131009,
    ),
    "reaction of a word": ({"type": "reaction", "reaction": {"message_id": "w", "emoji": "ok"}}, 131009),
    "caption on audio": ({"type": "audio", "audio": {"link": "https://a/b", "caption": "x"}}, 100),
    "media that is not there": ({"type": "image", "image": {"id": "4406"}}, 131009),
    "far away": ({"type": "location", "location": {"latitude": 91, "longitude": 0}}, 131009),
    "long opaque": (text("x") | {"biz_opaque_callback_data": "x" * 513}, 100),
    "body that is a number": ({"type": "text", "text": {"body": 1}}, 100),
}


@pytest.mark.parametrize("name", FITS)
async def test_what_fits(sandbox: Client, name: str) -> None:
    status, answer = await sandbox.send(FITS[name])
    assert status == 200, answer


@pytest.mark.parametrize("name", TOO_MUCH)
async def test_what_does_not(sandbox: Client, name: str) -> None:
    message, code = TOO_MUCH[name]
    status, answer = await sandbox.send(message)
    assert (status, answer["error"]["code"]) == (400, code), answer
    assert answer["error"]["error_data"]["details"]
    assert await sandbox.chat() == []


async def test_recipients(sandbox: Client) -> None:
    path = f"{PNID}/messages"
    product = {"messaging_product": "whatsapp"}
    assert (await sandbox.graph("POST", path, text("x") | {"to": ANA}))[1]["error"]["code"] == 100
    assert (await sandbox.graph("POST", path, product | text("x")))[1]["error"]["code"] == 131008
    assert (await sandbox.graph("POST", path, product | text("x") | {"to": "+15550001111"}))[1]["error"][
        "code"
    ] == 131021
    assert (await sandbox.graph("POST", path, data=b"{"))[1]["error"]["code"] == 100
    both = product | text("x") | {"to": ANA, "recipient": "GB.1002"}
    assert (await sandbox.graph("POST", path, both))[1]["contacts"] == [{"input": ANA, "wa_id": ANA}]
    read = product | {"status": "read", "message_id": "wamid.unknown"}
    assert (await sandbox.graph("POST", path, read)) == (200, {"success": True})


async def test_template_parameters(sandbox: Client) -> None:
    waba = "201000000000001"
    body = {"type": "BODY", "text": "Task {{1}} is due {{2}} today.", "example": {"body_text": [["Rent", "6pm"]]}}
    new = {"name": "due", "language": "en", "category": "UTILITY", "components": [body]}
    assert (await sandbox.graph("POST", f"{waba}/message_templates", new))[0] == 200
    assert (await sandbox.graph("POST", f"{waba}/message_templates", new))[1]["error"]["error_subcode"] == 2388024
    for wrong, subcode in (("{{1}} opens and is long enough", 2388299), ("a {{1}} b {{2}} c", 2388293)):
        bad = new | {
            "name": "bad",
            "components": [{"type": "BODY", "text": wrong, "example": {"body_text": [["a", "b"]]}}],
        }
        assert (await sandbox.graph("POST", f"{waba}/message_templates", bad))[1]["error"]["error_subcode"] == subcode
    await sandbox.set_faults(templates={"due": "APPROVED"})

    async def send(*values: str) -> Any:
        parameters = [{"type": "text", "text": value} for value in values]
        components = [{"type": "body", "parameters": parameters}]
        template = {"name": "due", "language": {"code": "en"}, "components": components}
        answer = (await sandbox.send({"type": "template", "template": template}))[1]
        return answer.get("error", {}).get("code")

    assert await send("Rent", "6pm") is None
    assert (await sandbox.chat())[-1]["rendered"]["body"] == "Task Rent is due 6pm today."
    assert await send("Rent") == 132000
    assert await send("Rent\nand more", "6pm") == 132018
    assert await send("Rent     now", "6pm") == 132018
    assert await send("Rent", "") == 131008
    assert await send("x" * 1000, "y" * 100) == 132005
