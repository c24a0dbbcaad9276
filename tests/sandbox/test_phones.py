"""What a phone can do by program: media, reactions, streams, lists, and what it may not."""

import asyncio
import base64
import hashlib
import json

import pytest
from sandbox_kit import ANA, BEN, STRANGER, Client, Receiver, text
from yarl import URL

BAD = {
    "not JSON": b"{",
    "not an object": b"[]",
    "no type": b"{}",
    "no body": b'{"type":"text","text":{}}',
    "an id": b'{"id":"wamid.1","type":"text","text":{"body":"x"}}',
    "a sender": b'{"from":"1","type":"text","text":{"body":"x"}}',
    "NaN": b'{"type":"location","location":{"latitude":NaN,"longitude":1}}',
    "no place": b'{"type":"location","location":{"latitude":1}}',
}


@pytest.mark.parametrize("name", BAD)
async def test_bad_messages_are_refused_in_metas_shape(sandbox: Client, name: str) -> None:
    status, answer = await sandbox.call("POST", f"/phones/{ANA}/messages", data=BAD[name])
    assert status == 400
    assert answer["error"]["code"] in (100, 131008)
    assert answer["error"]["error_data"]["details"]


async def test_bad_numbers_are_refused(sandbox: Client) -> None:
    for number in ("ana", "12", "1" * 30):
        assert (await sandbox.call("POST", f"/phones/{number}/messages", text("x")))[0] == 400


async def test_media_both_ways(sandbox: Client, receiver: Receiver) -> None:
    content = b"OggS" + bytes(100)
    async with sandbox.session.post(
        f"{sandbox.url}/phones/{ANA}/media", data=content, headers={"Content-Type": "audio/ogg; codecs=opus"}
    ) as answer:
        media_id = (await answer.json())["id"]
    await sandbox.post({"type": "audio", "audio": {"id": media_id}})
    await receiver.until(receiver.messages)
    digest = hashlib.sha256(content).digest()
    assert receiver.messages()[0]["audio"] == {
        "id": media_id,
        "mime_type": "audio/ogg; codecs=opus",
        "sha256": base64.b64encode(digest).decode(),
        "voice": True,
    }
    _, info = await sandbox.graph("GET", media_id)
    assert info["sha256"] == digest.hex()
    async with sandbox.session.get(info["url"]) as refused:
        assert refused.status == 401
    async with sandbox.session.get(info["url"], headers={"Authorization": "Bearer EAAsandbox"}) as given:
        assert (await given.read(), given.content_type) == (content, "audio/ogg")
    await sandbox.set_faults(clock_offset=301)
    async with sandbox.session.get(info["url"], headers={"Authorization": "Bearer EAAsandbox"}) as late:
        assert late.status == 404
    async with sandbox.session.get(f"{sandbox.url}/phones/{ANA}/media/{media_id}") as shown:
        assert await shown.read() == content
        assert shown.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


async def test_unknown_media_and_types_pass_through(sandbox: Client, receiver: Receiver) -> None:
    await sandbox.post({"type": "image", "image": {"id": "4401", "mime_type": "image/jpeg"}})
    await sandbox.post({"type": "hologram", "hologram": {"x": 1}, "context": {"forwarded": True}})
    await receiver.until(lambda: len(receiver.messages()) == 2)
    image, other = receiver.messages()
    assert image["image"] == {"id": "4401", "mime_type": "image/jpeg"}
    assert (other["type"], other["hologram"], other["context"]) == ("hologram", {"x": 1}, {"forwarded": True})


async def test_context_says_whose_message_it_was(sandbox: Client, receiver: Receiver) -> None:
    said = await sandbox.say("hi")
    _, sent = await sandbox.send(text("hello"))
    wamid = sent["messages"][0]["id"]
    await sandbox.post(text("to you") | {"context": {"id": wamid}})
    await sandbox.post(text("to me") | {"context": {"message_id": said}})
    await sandbox.post(text("to nobody") | {"context": {"id": "wamid.unknown"}})
    await sandbox.post({"type": "reaction", "reaction": {"message_id": wamid, "emoji": ""}})
    await receiver.until(lambda: len(receiver.messages()) == 5)
    contexts = [one.get("context") for one in receiver.messages()[1:4]]
    assert contexts == [
        {"id": wamid, "from": "15550001111"},
        {"id": said, "from": ANA},
        {"id": "wamid.unknown", "from": "15550001111"},
    ]
    assert receiver.messages()[4]["reaction"] == {"message_id": wamid}


async def test_odd_characters_survive(sandbox: Client, receiver: Receiver) -> None:
    body = b'{"type":"text","text":{"body":"nul \\u0000 half \\ud83d end"}}'
    status, _ = await sandbox.call("POST", f"/phones/{ANA}/messages", data=body)
    assert status == 200
    await receiver.until(receiver.messages)
    assert b"nul \\u0000 half \\ud83d end" in receiver.bodies[0]
    assert (await sandbox.chat())[0]["message"]["text"]["body"] == "nul \0 half \ud83d end"


async def test_lists_are_oldest_first_and_private_to_their_phone(sandbox: Client) -> None:
    said = [await sandbox.say(str(number)) for number in range(3)]
    other = await sandbox.say("mine", wa_id=BEN)
    assert [item["id"] for item in await sandbox.chat()] == said
    assert [item["id"] for item in await sandbox.chat(after=said[0])] == said[1:]
    assert await sandbox.chat(after=said[2]) == []
    assert [item["id"] for item in await sandbox.chat(BEN)] == [other]
    assert [item["id"] for item in await sandbox.chat(after="wamid.unknown")] == said
    assert await sandbox.chat(STRANGER) == []


async def test_a_long_chat_is_whole(sandbox: Client) -> None:
    said = [await sandbox.say(str(number)) for number in range(900)]
    assert [item["id"] for item in await sandbox.chat()] == said
    assert [item["id"] for item in await sandbox.chat(after=said[9])] == said[10:]
    assert [item["id"] for item in await sandbox.chat(after=said[890])] == said[891:]


async def test_waiting_ends_with_the_time_or_the_first_message(sandbox: Client) -> None:
    assert await sandbox.chat(wait=0.05) == []
    waiting = asyncio.create_task(sandbox.chat(wait=5))
    await asyncio.sleep(0)
    said = await sandbox.say("now")
    assert [item["id"] for item in await waiting] == [said]


async def test_the_stream_tells_messages_statuses_and_typing(sandbox: Client) -> None:
    said = await sandbox.say("hi")
    async with sandbox.session.get(f"{sandbox.url}/phones/{ANA}/events", params={"after": "wamid.unknown"}) as stream:
        typing = {"status": "read", "message_id": said, "typing_indicator": {"type": "text"}}
        await sandbox.graph("POST", "301000000000001/messages", {"messaging_product": "whatsapp"} | typing)
        spread = json.dumps({"messaging_product": "whatsapp", "to": ANA} | text("hello"), indent=1).encode()
        await sandbox.graph("POST", "301000000000001/messages", data=spread)
        await sandbox.call("POST", f"/phones/{ANA}/read")
        seen: list[tuple[str, str]] = []
        name = ""
        async for raw in stream.content:
            line = raw.decode().rstrip()
            if line.startswith("event: "):
                name = line[7:]
            elif line.startswith("data: "):
                data = json.loads(line[6:])
                seen.append((name, data["message"]["text"]["body"] if name == "message" else data.get("status", "")))
            if ("message", "hello") in seen and seen[-1] == ("status", "read"):
                break
    assert seen[0] == ("message", "hi")
    assert ("typing", "") in seen
    assert ("status", "read") in seen


async def test_the_list_of_people(sandbox: Client) -> None:
    await sandbox.say("hi", wa_id=BEN)
    await sandbox.send(text("hello"), to=f"+{BEN}")
    _, answer = await sandbox.call("GET", "/phones")
    first, *others = answer["phones"]
    assert (first["name"], first["wa_id"], first["user_id"], first["unread"]) == ("Ben", BEN, "GB.1002", 1)
    assert first["last_message"]["message"]["text"]["body"] == "hello"
    assert others[0]["name"] == "Ana"
    assert others[0]["last_message"] is None


async def test_reset_empties_all_but_the_people(sandbox: Client) -> None:
    await sandbox.say("hi", wa_id=STRANGER)
    await sandbox.call("POST", "/reset")
    assert await sandbox.chat(STRANGER) == []
    _, answer = await sandbox.call("GET", "/phones")
    assert STRANGER in {person["wa_id"] for person in answer["phones"]}


async def test_pages_are_served_strictly(sandbox: Client) -> None:
    async with sandbox.session.get(URL(f"{sandbox.url}/static/%2e%2e/server.py", encoded=True)) as answer:
        assert answer.status == 400
    async with sandbox.session.get(f"{sandbox.url}/") as answer:
        assert answer.status == 200
        assert answer.content_type == "text/html"
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'; img-src 'self' data: blob:;")
        tag = answer.headers["ETag"]
    async with sandbox.session.get(f"{sandbox.url}/", headers={"If-None-Match": tag}) as answer:
        assert answer.status == 304


async def test_other_sites_cannot_make_a_browser_write(sandbox: Client) -> None:
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert (await sandbox.call("POST", f"/phones/{ANA}/messages", text("x"), headers=headers))[0] == 403
    assert await sandbox.chat() == []


async def test_whatever_meta_may_tell(sandbox: Client, receiver: Receiver) -> None:
    told = {"display_phone_number": "15550001111", "event": "ONBOARDING", "current_limit": "TIER_250"}
    await sandbox.call("POST", "/updates", {"field": "phone_number_quality_update", "value": told})
    await receiver.until(receiver.bodies.__len__)
    assert receiver.values("phone_number_quality_update") == [told]
    assert json.loads(receiver.bodies[0])["entry"][0]["time"] > 1_700_000_000
