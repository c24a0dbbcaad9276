"""pywa, an independent client and receiver, works against the simulator without a change to either."""

import asyncio
import contextlib
import hashlib
import socket
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from pywa import WhatsApp
from pywa.errors import WhatsAppError
from pywa.types import (
    Button,
    CallbackButton,
    CallbackSelection,
    Contact,
    Industry,
    Message,
    MessageStatus,
    Section,
    SectionList,
    SectionRow,
    URLButton,
)
from pywa.types import templates as t
from sandbox_kit import ANA, APP, PNID, SECRET, TOKEN, VERIFY, WABA, Client, Receiver

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


def make_client(url: str, **options: Any) -> WhatsApp:
    wa = WhatsApp(phone_id=PNID, token=TOKEN, waba_id=WABA, app_id=APP, app_secret=SECRET, **options)
    wa.api._session.base_url = f"{url}/v25.0"
    return wa


@pytest.fixture
def wa(sandbox: Client) -> Iterator[WhatsApp]:
    one = make_client(sandbox.url)
    yield one
    one.api._session.close()


async def test_sending(sandbox: Client, wa: WhatsApp, receiver: Receiver) -> None:
    said = await sandbox.say("hi")

    def work() -> list[str]:
        rows = [SectionRow(title="Pay rent", callback_data="t:1", description="18:00")]
        sent = [
            wa.send_message(ANA, "hello", reply_to_message_id=said, tracker="out:1"),
            wa.send_message(ANA, "Pay rent?", buttons=[Button(title="Done", callback_data="done:1")], footer="today"),
            wa.send_message(ANA, "Today", buttons=SectionList("Open", [Section(title="Today", rows=rows)])),
            wa.send_message(ANA, "Board", buttons=URLButton(title="Open", url="https://example.org")),
            wa.send_reaction(ANA, "✅", said),
            wa.remove_reaction(ANA, said),
            wa.send_location(ANA, 51.5, -0.12, name="Office"),
            wa.send_contact(ANA, Contact(name=Contact.Name(formatted_name="Bo", first_name="Bo"))),
            wa.request_location(ANA, "Where?"),
        ]
        assert wa.mark_message_as_read(said)
        assert wa.indicate_typing(said)
        return [one.id for one in sent]

    ids = await asyncio.to_thread(work)
    items = await sandbox.chat(direction="out")
    assert [item["id"] for item in items] == ids
    kinds = ["text", "interactive", "interactive", "interactive", "reaction", "reaction", "location", "contacts"]
    assert [item["message"]["type"] for item in items] == [*kinds, "interactive"]
    assert (await sandbox.chat(direction="in"))[0]["status"] == "read"
    await receiver.until(lambda: {one["id"] for one in receiver.statuses()} == set(ids))


async def test_sending_to_a_business_scoped_id(sandbox: Client, wa: WhatsApp) -> None:
    await sandbox.say("hi")
    sent = await asyncio.to_thread(wa.send_message, "GB.1001", "hello")
    assert (await sandbox.chat())[-1]["id"] == sent.id
    with pytest.raises(WhatsAppError) as refused:
        await asyncio.to_thread(wa.send_message, "GB.999", "hello")
    assert refused.value.code == 131009


async def test_media(sandbox: Client, wa: WhatsApp) -> None:
    await sandbox.say("hi")

    def work() -> str:
        media = wa.upload_media(PNG, mime_type="image/png", filename="dot.png")
        info = wa.get_media_url(media.id)
        assert (info.mime_type, info.file_size, info.sha256) == ("image/png", len(PNG), hashlib.sha256(PNG).hexdigest())
        assert wa.get_media_bytes(info.url) == PNG
        wa.send_image(ANA, media.id, caption="dot")
        assert wa.delete_media(media.id)
        with pytest.raises(WhatsAppError):
            wa.get_media_url(media.id)
        return str(media.id)

    media_id = await asyncio.to_thread(work)
    assert (await sandbox.chat())[-1]["message"]["image"] == {"id": media_id, "caption": "dot"}


async def test_templates(sandbox: Client, wa: WhatsApp, receiver: Receiver) -> None:
    reminder = t.Template(
        name="task_reminder",
        language=t.TemplateLanguage.ENGLISH_US,
        category=t.TemplateCategory.UTILITY,
        parameter_format=t.ParamFormat.NAMED,
        components=[
            body := t.BodyText(
                "Reminder you set: {{task}} is due {{due}}. Reply to change it.", task="Rent", due="6pm"
            ),
            t.Buttons(buttons=[reply := t.QuickReplyButton(text="Done"), t.QuickReplyButton(text="Snooze 1 h")]),
        ],
    )
    created = await asyncio.to_thread(wa.create_template, reminder)
    assert created.status == t.TemplateStatus.PENDING
    await receiver.until(lambda: receiver.values("message_template_status_update"), seconds=3)
    assert receiver.values("message_template_status_update")[0]["event"] == "APPROVED"

    def work() -> None:
        found = wa.get_templates(name="task_reminder", statuses=[t.TemplateStatus.APPROVED])
        assert (len(found), found.total_count) == (1, 1)
        detail = wa.get_template(created.id)
        assert (detail.name, detail.status) == ("task_reminder", t.TemplateStatus.APPROVED)
        params = [body.params(task="Pay rent", due="today 18:00"), reply.params(callback_data="d:1", index=0)]
        wa.send_template(ANA, "task_reminder", t.TemplateLanguage.ENGLISH_US, params)
        assert wa.delete_template("task_reminder")
        assert [one.name for one in wa.get_templates()] == ["hello_world"]

    await asyncio.to_thread(work)
    shown = (await sandbox.chat())[-1]["rendered"]
    assert shown["body"] == "Reminder you set: Pay rent is due today 18:00. Reply to change it."
    assert [button["payload"] for button in shown["buttons"]] == ["d:1", "Snooze 1 h"]


async def test_many_templates_at_once(sandbox: Client, wa: WhatsApp) -> None:
    languages = [t.TemplateLanguage.ENGLISH_US, t.TemplateLanguage.SPANISH]

    def make() -> list[str]:
        made = wa.upsert_authentication_template(
            name="code", languages=languages, otp_button=t.CopyCodeOTPButton(), code_expiration_minutes=5
        )
        return [one.id for one in made]

    def work() -> None:
        assert make() == ids  # changed, not made again
        wa.send_message(ANA, "so that the window is open")
        wa.send_template(ANA, "hello_world", t.TemplateLanguage.ENGLISH_US, [])
        (hello,) = wa.get_templates(name="hello_world")
        compared = wa.compare_templates(hello.id, ids[0], start=0, end=2**40)
        assert compared.times_sent == {hello.id: 1, ids[0]: 0}
        assert wa.migrate_templates("201000000000002").migrated == ()
        assert wa.get_reserved_usernames() == ("tasks", "tasks_app")
        added = wa.create_phone_number(country_calling_code=1, phone_number="5550002222", verified_name="Desk")
        assert [one.id for one in wa.get_business_phone_numbers()] == [PNID, added.id]

    ids = await asyncio.to_thread(make)
    await sandbox.say("hi")
    await asyncio.to_thread(work)
    # pywa asks api.facebook.com for these, without a version.
    headers, path = {"Authorization": f"Bearer {TOKEN}"}, f"/{WABA}/message_templates/"
    hello = "7000000000001"
    status, said = await sandbox.call("POST", f"{path}archive", {"hsm_ids": f"{hello},1"}, headers=headers)
    assert (status, said["archived_templates"], list(said["failed_templates"])) == (200, [hello], ["1"])
    status, said = await sandbox.call("POST", f"{path}unarchive", {"hsm_ids": hello}, headers=headers)
    assert (status, said) == (200, {"unarchived_templates": [hello], "failed_templates": []})


async def test_the_number_and_what_hangs_on_it(sandbox: Client, wa: WhatsApp) -> None:
    await sandbox.say("hi")

    def work() -> None:
        assert wa.get_business_phone_number().display_phone_number == "+1 555-000-1111"
        assert [one.id for one in wa.get_business_phone_numbers()] == [PNID]
        assert wa.get_business_account().id == WABA
        wa.update_business_profile(about="Tasks by chat", industry=Industry.OTHER, websites=["https://example.org"])
        profile = wa.get_business_profile()
        assert (profile.about, profile.websites) == ("Tasks by chat", ("https://example.org",))
        wa.update_commerce_settings(is_cart_enabled=False)
        assert wa.get_commerce_settings().is_cart_enabled is False
        code = wa.create_qr_code("link AB12CD")
        assert code.qr_image_url is None or code.qr_image_url
        assert wa.get_qr_code(code.code).prefilled_message == "link AB12CD"
        assert wa.update_qr_code(code.code, "link X").prefilled_message == "link X"
        assert [one.code for one in wa.get_qr_codes()] == [code.code]
        assert wa.delete_qr_code(code.code)
        assert [one.wa_id for one in wa.block_users([ANA]).added_users] == [ANA]
        assert [one.wa_id for one in wa.get_blocked_users()] == [ANA]
        assert [one.wa_id for one in wa.unblock_users([ANA]).removed_users] == [ANA]
        assert wa.register_phone_number(pin="123456")
        assert wa.get_app_access_token(APP, SECRET) == f"{APP}|{SECRET}"
        with pytest.raises(WhatsAppError) as refused:
            wa.get_flows()
        assert refused.value.code == 100

    await asyncio.to_thread(work)


@contextlib.asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, ws="none"))
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/hook"
    finally:
        server.should_exit = True
        await running


async def test_receiving(sandbox: Client) -> None:
    app = FastAPI()
    wa = make_client(sandbox.url, server=app, verify_token=VERIFY, webhook_endpoint="/hook")
    seen: asyncio.Queue[Any] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def note(_: WhatsApp, update: Any) -> None:
        loop.call_soon_threadsafe(seen.put_nowait, update)

    for register in (wa.on_message, wa.on_callback_button, wa.on_callback_selection, wa.on_message_status):
        register()(note)
    async with serving(app) as url:
        assert await asyncio.to_thread(wa.override_waba_callback_url, url, VERIFY)
        try:
            await sandbox.say("add milk")
            said = await seen.get()
            assert isinstance(said, Message)
            assert (said.text, said.from_user.wa_id, said.from_user.name) == ("add milk", ANA, "Ana")
            sent = await asyncio.to_thread(wa.send_message, ANA, "ok?", buttons=[Button("Done", callback_data="d:1")])
            told = [await seen.get(), await seen.get()]
            assert all(isinstance(one, MessageStatus) and one.id == sent.id for one in told)
            assert [one.status for one in told] == ["sent", "delivered"]
            reply = {"type": "button_reply", "button_reply": {"id": "d:1", "title": "Done"}}
            await sandbox.post({"type": "interactive", "context": {"id": sent.id}, "interactive": reply})
            tapped = await seen.get()
            assert isinstance(tapped, CallbackButton)
            assert (tapped.data, tapped.reply_to_message.id) == ("d:1", sent.id)
            row = {"type": "list_reply", "list_reply": {"id": "t:1", "title": "Rent", "description": "6pm"}}
            await sandbox.post({"type": "interactive", "context": {"id": sent.id}, "interactive": row})
            assert isinstance(await seen.get(), CallbackSelection)
            await sandbox.post({"type": "reaction", "reaction": {"message_id": sent.id, "emoji": "👍"}})
            assert (await seen.get()).reaction.emoji == "👍"
        finally:
            assert await asyncio.to_thread(wa.delete_waba_callback_url)
            wa.api._session.close()


async def test_a_callback_that_fails_the_challenge_is_refused(wa: WhatsApp, receiver: Receiver) -> None:
    with pytest.raises(WhatsAppError):
        await asyncio.to_thread(wa.override_waba_callback_url, receiver.url, "wrong")
    token = await asyncio.to_thread(wa.get_app_access_token, APP, SECRET)
    assert await asyncio.to_thread(wa.set_app_callback_url, APP, token, receiver.url, VERIFY, ("messages",))
