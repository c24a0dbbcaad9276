"""Photos, documents and voice notes: kept with the task they are about, heard where somebody listens, undone."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from media_kit import JPEG, OGG, PDF, PNG, Chat, Meta, Mouth, serving

from product_kit import Product, count, delivery
from tasktalk.assistant.hearing.listened import Deaf
from tasktalk.tasks.attachments.uploads import Limits
from tasktalk.whatsapp import media as whatsapp_media


@pytest.fixture
async def chat(product: Product, tmp_path: Path) -> AsyncIterator[Chat]:
    async with serving(Meta()) as meta:
        yield Chat(product, meta, tmp_path)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whatsapp_media, "_PAUSES", (0.0, 0.0))


async def answer(chat: Chat) -> dict[str, Any]:
    """What a message bears that answers the last one of ours."""
    await chat.product.pool.execute("update outbox set wamid = 'wamid.out.' || seq")
    last = await chat.product.pool.fetchval("select wamid from outbox order by seq desc limit 1")
    return {"context": {"id": last}}


async def test_a_photo_with_a_caption_is_a_task_with_its_file(chat: Chat) -> None:
    await chat.send("image", JPEG, "image/jpeg", caption="return the shoes tomorrow 5pm")
    await chat.settle()
    ((title, files),) = await chat.tasks()
    assert title == "return the shoes"
    assert len(files) == 1
    assert files[0].startswith("Photo ")
    assert files[0].endswith(".jpg")
    (text,) = await chat.heard()
    assert "📝" in text
    assert "17:00" in text
    assert f"📎 {files[0]}" in text
    assert chat.files() == [JPEG]
    kept = await chat.product.pool.fetchrow("select * from attachments")
    assert (kept["mime_type"], kept["size"], kept["uploader_id"]) == ("image/jpeg", len(JPEG), chat.product.ana.id)


async def test_undo_takes_back_the_task_and_its_file(chat: Chat) -> None:
    await chat.send("image", JPEG, "image/jpeg", caption="return the shoes")
    await chat.settle()
    assert await count(chat.product.pool, "from journal where subject = 'attachment' and verb = 'created'") == 1
    assert await chat.product.pool.fetchval("select count(distinct change_set) from journal") == 1
    await chat.tap("Undo")
    await chat.settle()
    assert await chat.tasks() == []
    assert "Undone: return the shoes" in (await chat.heard())[-1]


async def test_a_document_without_a_caption_is_a_task_of_its_name(chat: Chat) -> None:
    await chat.send("document", PDF, "application/pdf", filename="../../In\u202evoice.pdf")
    await chat.send("image", PNG, "image/png")
    await chat.settle()
    (document, photo) = await chat.tasks()
    assert document == ("Invoice.pdf", ["Invoice.pdf"])
    assert photo[0].startswith("Photo ")
    assert photo[0].split()[1].isdigit()


async def test_names_are_in_the_person_s_language(chat: Chat) -> None:
    await chat.product.pool.execute("update users set language = 'es', timezone = 'Europe/Madrid'")
    await chat.send("image", PNG, "image/png")
    await chat.speak()
    await chat.settle()
    photo, note = await chat.tasks()
    assert photo[0].startswith("Foto del ")
    assert photo[1][0].endswith(".png")
    assert note[0].startswith("Nota de voz del ")
    assert "notas de voz" in (await chat.heard())[-1]


async def test_a_file_in_answer_to_a_task_goes_with_it(chat: Chat) -> None:
    await chat.product.say(chat.product.ana, "pay the invoice")
    await chat.settle()
    context = await answer(chat)
    await chat.send("document", PDF, "application/pdf", filename="invoice.pdf", **context)
    await chat.settle()
    assert await chat.tasks() == [("pay the invoice", ["invoice.pdf"])]
    assert "📎 With *pay the invoice*:\ninvoice.pdf" in (await chat.heard())[-1]
    await chat.send("image", JPEG, "image/jpeg", caption="this is the receipt", **context)
    await chat.settle()
    ((_, files),) = await chat.tasks()
    assert len(files) == 2
    assert await chat.product.pool.fetchval("select text from comments") == "this is the receipt"
    await chat.tap("Undo")
    await chat.settle()
    assert await chat.tasks() == [("pay the invoice", ["invoice.pdf"])]


async def test_an_order_in_a_caption_is_obeyed(chat: Chat) -> None:
    await chat.product.say(chat.product.ana, "fix the door")
    await chat.settle()
    await chat.send("image", JPEG, "image/jpeg", caption="done fix the door")
    await chat.settle()
    ((title, files),) = await chat.tasks()
    assert (title, len(files)) == ("fix the door", 1)
    assert await chat.product.pool.fetchval("select status from tasks") == "done"


async def test_words_that_are_no_order_say_what_the_file_is(chat: Chat) -> None:
    await chat.send("image", JPEG, "image/jpeg", caption="hello")
    await chat.send("image", JPEG, "image/jpeg", caption="today")
    await chat.settle()
    hello, today = await chat.tasks()
    assert hello[0] == "hello"
    assert today[0].startswith("Photo ")


async def test_a_forwarded_caption_is_no_order(chat: Chat) -> None:
    await chat.product.say(chat.product.ana, "fix the door")
    await chat.settle()
    await chat.send(
        "image", JPEG, "image/jpeg", caption="delete fix the door", context={"forwarded": True, "from": "1"}
    )
    await chat.settle()
    assert [title for title, _ in await chat.tasks()] == ["fix the door", "delete fix the door"]


async def test_what_meta_has_no_more_is_said_in_a_sentence(chat: Chat) -> None:
    await chat.send("image", None, "image/jpeg")
    await chat.send("image", None, "image/jpeg", caption="buy milk")
    await chat.product.say(chat.product.ana, "buy bread")
    await chat.settle()
    assert await chat.tasks() == [("buy milk", []), ("buy bread", [])]
    first, second, third = await chat.heard()
    assert "does not have this file any more" in first
    assert "buy milk" in second
    assert "does not have this file any more" in second
    assert "buy bread" in third
    assert await count(chat.product.pool, "from inbox where state = 'done' and attempts = 0 and error is null") == 3


@pytest.mark.parametrize(
    ("kind", "content", "mime_type", "name", "sentence"),
    [
        ("document", b"%PDF-" + b"x" * (1024 * 1024), "application/pdf", "big.pdf", "1 MiB at the most"),
        ("document", b"<html><script>1</script></html>", "application/pdf", "a.pdf", "not what it says"),
        ("document", b"MZ\x00\x01program", "application/pdf", "a.pdf", "not what it says"),
        ("image", b"", "image/jpeg", "", "is empty"),
        ("video", b"<html></html>", "video/mp4", "", "not what it says"),
    ],
)
async def test_what_cannot_be_kept_is_said_in_a_sentence(
    chat: Chat, *, kind: str, content: bytes, mime_type: str, name: str, sentence: str
) -> None:
    await chat.send(kind, content, mime_type, **({"filename": name} if name else {}))
    await chat.settle()
    assert await chat.tasks() == []
    assert sentence in (await chat.heard())[0]
    assert chat.files() == []


async def test_no_room_left(chat: Chat) -> None:
    chat.limits = Limits(1024 * 1024, len(JPEG) + 10)
    await chat.send("image", JPEG, "image/jpeg", caption="buy milk")
    await chat.send("image", JPEG, "image/jpeg", caption="buy bread")
    await chat.settle()
    assert [len(files) for _, files in await chat.tasks()] == [1, 0]
    assert "no room" in (await chat.heard())[1]


async def test_other_bytes_and_other_hosts_are_not_taken(chat: Chat) -> None:
    await chat.send("image", JPEG, "image/jpeg", caption="buy milk")
    await chat.send("image", JPEG, "image/jpeg", caption="buy bread")
    first, second = chat.meta.objects
    chat.meta.wrong[first] = JPEG + b"more"
    chat.meta.redirects[second] = "http://169.254.169.254/latest/meta-data"
    await chat.settle()
    assert await chat.tasks() == [("buy milk", []), ("buy bread", [])]
    assert all("could not get this file" in text for text in await chat.heard())
    assert chat.files() == []


async def test_a_silent_server_does_not_hold_the_lane_for_ever(chat: Chat) -> None:
    chat.seconds = 0.3
    await chat.send("image", JPEG, "image/jpeg", caption="buy milk")
    chat.meta.silent.update(chat.meta.objects)
    await chat.product.say(chat.product.ana, "buy bread")
    await chat.settle()
    assert await chat.tasks() == [("buy milk", []), ("buy bread", [])]
    assert "could not get this file" in (await chat.heard())[0]


async def test_a_stranger_s_file_is_not_fetched(chat: Chat) -> None:
    await chat.product.pool.execute("update contacts set user_id = null")
    await chat.send("image", JPEG, "image/jpeg", caption="buy milk")
    await chat.settle()
    assert chat.meta.fetched == []
    assert await chat.tasks() == []
    assert "not linked" in (await chat.heard())[0]


async def test_a_file_for_a_project_one_may_only_look_at(chat: Chat) -> None:
    ben, ana = chat.product.ben, chat.product.ana
    made = await chat.product.ask("/api/projects", token=ben.token, method="POST", body={"name": "Home"})
    task = await chat.product.ask(
        "/api/tasks", token=ben.token, method="POST", body={"title": "Ben's", "project": made.json["id"]}
    )
    assert task.status == 201, task.body
    await chat.product.pool.execute(
        "insert into project_members (project_id, user_id, role) values ($1, $2, 'viewer')", made.json["id"], ana.id
    )
    await chat.product.say(ana, "#Home")
    await chat.settle()
    context = await answer(chat)
    await chat.product.pool.execute("update outbox set task_ids = array[$1::uuid]", task.json["id"])
    await chat.send("image", JPEG, "image/jpeg", **context)
    await chat.settle()
    assert "only look at this project" in (await chat.heard())[-1]
    assert await count(chat.product.pool, "from attachments") == 0


async def test_stickers_are_answered_and_not_fetched(chat: Chat) -> None:
    await chat.send("sticker", b"RIFFxxxxWEBPVP8 ", "image/webp")
    await chat.settle()
    assert chat.meta.fetched == []
    assert "cannot read this kind" in (await chat.heard())[0]


async def test_a_voice_note_that_nobody_hears_is_a_task_with_its_file(chat: Chat) -> None:
    await chat.speak()
    await chat.settle()
    ((title, files),) = await chat.tasks()
    assert title.startswith("Voice note ")
    assert title.count(":") == 1
    assert files[0].startswith("Voice note ")
    assert files[0].endswith(".ogg")
    (text,) = await chat.heard()
    assert "I cannot listen to voice notes here" in text
    assert chat.files() == [OGG]


async def test_a_voice_note_is_heard_shown_and_several_tasks(chat: Chat) -> None:
    await chat.product.say(chat.product.ana, "water the plants")
    await chat.settle()
    await chat.speak("Buy milk and call Ana tomorrow and pay the rent on Friday.")
    await chat.settle()
    titles = [title for title, _ in await chat.tasks()]
    assert titles == ["water the plants", "Buy milk", "call Ana", "pay the rent"]
    text = (await chat.heard())[-1]
    assert text.startswith("🎙️ “Buy milk and call Ana tomorrow and pay the rent on Friday.”\n\n📝 Added 3 tasks")
    assert chat.files() == []
    assert chat.mouth is not None
    (sound,) = chat.mouth.asked
    assert "water the plants" in sound.prompt
    assert sound.content == OGG
    await chat.tap("Undo")
    await chat.settle()
    assert [title for title, _ in await chat.tasks()] == ["water the plants"]


async def test_orders_of_several_kinds_in_one_note(chat: Chat) -> None:
    await chat.product.say(chat.product.ana, "fix the door")
    await chat.settle()
    await chat.speak("Okay, um, mark fix the door as done. Then buy new screws.")
    await chat.settle()
    rows = await chat.product.pool.fetch("select title, status from tasks order by id")
    assert [tuple(row) for row in rows] == [("fix the door", "done"), ("buy new screws", "open")]
    assert await count(chat.product.pool, "from outbox") == 2
    await chat.tap("Undo")
    await chat.settle()
    rows = await chat.product.pool.fetch("select status from tasks where deleted_at is null")
    assert [row["status"] for row in rows] == ["open"]


async def test_a_note_in_answer_to_a_task_is_about_it(chat: Chat) -> None:
    await chat.product.say(chat.product.ana, "call the bank")
    await chat.settle()
    context = await answer(chat)
    await chat.speak("They close at noon and open at two.", **context)
    await chat.settle()
    assert await chat.product.pool.fetchval("select text from comments") == "They close at noon and open at two."


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("Thanks for watching!", "heard no words"),
        (Deaf("unclear", "noise"), "could not make out"),
        (Deaf("away", "no server"), "could not listen to your voice note right now"),
        (Deaf("too_long", "hours"), "up to 5 minutes"),
    ],
)
async def test_a_note_that_was_not_heard_is_kept(chat: Chat, said: Any, sentence: str) -> None:
    await chat.speak(said)
    await chat.settle()
    ((title, files),) = await chat.tasks()
    assert title.startswith("Voice note ")
    assert len(files) == 1
    assert sentence in (await chat.heard())[0]
    assert chat.files() == [OGG]


async def test_a_note_that_cannot_be_fetched(chat: Chat) -> None:
    chat.mouth = Mouth(["Buy milk."])
    await chat.send("audio", None, "audio/ogg", voice=True)
    await chat.settle()
    assert await chat.tasks() == []
    assert "does not have this file" in (await chat.heard())[0]


async def test_a_forwarded_note_is_somebody_else_s_words(chat: Chat) -> None:
    await chat.product.say(chat.product.ana, "fix the door")
    await chat.settle()
    await chat.speak("Delete fix the door and buy milk", context={"forwarded": True})
    await chat.settle()
    assert [title for title, _ in await chat.tasks()] == ["fix the door", "Delete fix the door and buy milk"]


async def test_music_is_a_file(chat: Chat) -> None:
    chat.mouth = Mouth(["la la la"])
    await chat.send("audio", b"ID3\x04" + b"\x00music" * 99, "audio/mpeg", voice=False)
    await chat.settle()
    ((title, files),) = await chat.tasks()
    assert title.startswith("Audio ")
    assert files[0].endswith(".mp3")
    assert chat.mouth.asked == []


async def test_what_comes_after_a_file_waits_for_it(chat: Chat) -> None:
    await chat.speak("Buy milk.")
    await chat.product.say(chat.product.ana, "make it urgent")
    await chat.settle()
    assert await chat.product.pool.fetchval("select priority from tasks where title = 'Buy milk'") == 1


async def test_a_delivery_twice_is_one_task_and_one_file(chat: Chat) -> None:
    await chat.send("image", JPEG, "image/jpeg", caption="once")
    row = await chat.product.pool.fetchrow("select payload from inbox")
    again = json.loads(row["payload"])["message"]
    await chat.product.deliver(delivery(again))
    await chat.settle()
    assert [title for title, _ in await chat.tasks()] == ["once"]
    assert len(chat.files()) == 1
