"""Photos, documents and voice notes from the simulated phone, through every process, into the store."""

from typing import Any

import aiohttp
from listening_kit import Listener

from process_kit import Phone, Up, text_of, titles_of

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"picture" * 500
PDF = b"%PDF-1.7\n" + b"\x00page" * 300
OGG = b"OggS\x00\x02" + b"\x00" * 22 + b"OpusHead" + b"\x01" * 11 + b"sound" * 50
VOICE = "audio/ogg; codecs=opus"


async def send(phone: Phone, kind: str, content: bytes, mime_type: str, **more: Any) -> dict[str, Any]:
    """Send a file; what is answered."""
    async with phone.session.post(f"{phone.url}/media", data=content, headers={"Content-Type": mime_type}) as answer:
        assert answer.status == 200, await answer.text()
        media_id = (await answer.json(content_type=None))["id"]
    context = {"context": more.pop("context")} if "context" in more else {}
    await phone.post({"type": kind, kind: {"id": media_id} | more} | context)
    return await phone.hear()


async def content_of(phone: Phone, attachment_id: str) -> bytes:
    url = f"{phone.up.facts['web']}/api/attachments/{attachment_id}/content"
    token = phone.up.person(phone.name)["api_token"]
    async with phone.session.get(url, headers={"Authorization": f"Bearer {token}"}) as answer:
        assert answer.status == 200
        return await answer.read()


async def test_a_photo_with_a_caption_is_a_task_with_the_photo(someone: Phone) -> None:
    heard = await send(someone, "image", JPEG, "image/jpeg", caption="return the shoes tomorrow 5pm")
    assert "return the shoes" in text_of(heard)
    assert "17:00" in text_of(heard)
    (task,) = await someone.tasks()
    assert task["title"] == "return the shoes"
    (file,) = task["attachments"]
    assert (file["mime_type"], file["size"]) == ("image/jpeg", len(JPEG))
    assert await content_of(someone, file["id"]) == JPEG
    undone = await someone.tap(heard, "Undo")
    assert "return the shoes" in text_of(undone)
    assert await someone.tasks() == []


async def test_a_document_in_answer_to_a_task(someone: Phone) -> None:
    made = await someone.ask("pay the invoice")
    heard = await send(
        someone, "document", PDF, "application/pdf", filename="invoice 7.pdf", context={"id": made["id"]}
    )
    assert "pay the invoice" in text_of(heard)
    (task,) = await someone.tasks()
    assert [file["name"] for file in task["attachments"]] == ["invoice 7.pdf"]
    undone = await someone.tap(heard, "Undo")
    assert "invoice 7.pdf" in text_of(undone)
    assert (await someone.tasks())[0]["attachments"] == []


async def test_an_export_and_a_photo_come_back(someone: Phone) -> None:
    await send(someone, "image", JPEG, "image/jpeg", caption="return the shoes")
    for said, kind, begins in (
        ("export", "document", b"\xef\xbb\xbfid,title,"),
        ("export as pdf", "document", b"%PDF-1.7"),
        ("send me the photo of return the shoes", "image", JPEG),
    ):
        heard = await someone.ask(said)
        assert heard["message"]["type"] == kind
        shown = heard["message"][kind]
        assert "1 task" in shown["caption"] or "return the shoes" in shown["caption"]
        async with someone.session.get(f"{someone.url}/media/{shown['id']}") as answer:
            assert answer.status == 200
            content = await answer.read()
        assert content.startswith(begins)
    assert await someone.hears_nothing()


async def test_a_voice_note_where_nobody_listens(someone: Phone) -> None:
    heard = await send(someone, "audio", OGG, VOICE)
    assert "cannot listen" in text_of(heard)
    (task,) = await someone.tasks()
    assert task["title"].startswith("Voice note ")
    assert await content_of(someone, task["attachments"][0]["id"]) == OGG


async def test_media_that_is_gone_is_one_sentence(someone: Phone) -> None:
    await someone.post({"type": "image", "image": {"id": "4401", "mime_type": "image/jpeg"}})
    assert "does not have this file" in text_of(await someone.hear())
    await someone.post({"type": "image", "image": {"id": "4402", "caption": "buy milk"}})
    heard = text_of(await someone.hear())
    assert "buy milk" in heard
    assert "does not have this file" in heard
    assert [task["title"] for task in await someone.tasks()] == ["buy milk"]


async def test_a_voice_note_is_heard_and_undone_as_one(
    beyond: Up, listener: Listener, session: aiohttp.ClientSession
) -> None:
    ana = Phone(session, beyond, "Ana")
    listener.says = "Buy milk and call Ben tomorrow and pay the rent on Friday."
    heard = await send(ana, "audio", OGG, VOICE)
    assert text_of(heard).startswith("🎙️ “Buy milk and call Ben tomorrow and pay the rent on Friday.”")
    assert titles_of(heard) == ["Undo"]
    tasks = await ana.tasks()
    assert [task["title"] for task in tasks] == ["Buy milk", "call Ben", "pay the rent"]
    assert [task["due"] is None for task in tasks] == [True, False, False]
    assert not any(task["attachments"] for task in tasks)
    assert "Ben" in listener.asked[-1]["prompt"]
    await ana.tap(heard, "Undo")
    assert await ana.tasks() == []


async def test_a_voice_note_that_the_address_does_not_hear(
    beyond: Up, listener: Listener, session: aiohttp.ClientSession
) -> None:
    ben = Phone(session, beyond, "Ben")
    listener.says = 401
    heard = await send(ben, "audio", OGG, VOICE)
    assert "could not listen" in text_of(heard)
    (task,) = await ben.tasks()
    assert len(task["attachments"]) == 1
    listener.says = "Thanks for watching!"
    assert "heard no words" in text_of(await send(ben, "audio", OGG, VOICE))
