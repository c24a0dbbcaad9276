"""A phone writes, the business answers: the path everything else hangs on."""

import asyncio
import hashlib
import hmac
import json

from sandbox_kit import ANA, PNID, SECRET, WABA, Client, Receiver, text

from tasktalk.sandbox.webhooks import sign


def test_signature_vector() -> None:
    body = b'{"object":"whatsapp_business_account","entry":[]}'
    assert sign(body, b"test_app_secret") == "sha256=dec6a680679a968e7e0319355b23599cbfc54502c0784668e9618baa0c633756"


async def test_a_message_arrives_signed_and_whole(sandbox: Client, receiver: Receiver) -> None:
    said = await sandbox.say("Käse 🧀 a/b")
    await receiver.until(receiver.messages)
    body = receiver.bodies[0]
    assert receiver.signatures[0] == "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    assert body.isascii()
    assert rb"a\/b" in body
    delivery = json.loads(body)
    assert delivery["object"] == "whatsapp_business_account"
    assert delivery["entry"][0]["id"] == WABA
    value = receiver.values()[0]
    assert value["metadata"] == {"display_phone_number": "15550001111", "phone_number_id": PNID}
    assert value["contacts"] == [{"profile": {"name": "Ana"}, "wa_id": ANA, "user_id": "GB.1001"}]
    message = value["messages"][0]
    assert message["timestamp"].isdigit()
    assert message | {"timestamp": "1"} == {
        "from": ANA,
        "from_user_id": "GB.1001",
        "id": said,
        "timestamp": "1",
        "type": "text",
        "text": {"body": "Käse 🧀 a/b"},
    }


async def test_an_answer_is_seen_on_the_phone_and_told_in_statuses(sandbox: Client, receiver: Receiver) -> None:
    said = await sandbox.say("hi")
    waiting = asyncio.create_task(sandbox.chat(after=said, wait=5))
    status, sent = await sandbox.send(text("hello") | {"biz_opaque_callback_data": "out:1"})
    assert status == 200
    wamid = sent["messages"][0]["id"]
    assert sent["contacts"] == [{"input": f"+{ANA}", "wa_id": ANA}]
    (item,) = await waiting
    assert (item["id"], item["direction"], item["status"]) == (wamid, "out", "delivered")
    assert item["message"]["text"] == {"body": "hello"}
    assert item["message"]["to"] == f"+{ANA}"
    await receiver.until(lambda: len(receiver.statuses(wamid)) == 2)
    await sandbox.call("POST", f"/phones/{ANA}/read")
    await receiver.until(lambda: len(receiver.statuses(wamid)) == 3)
    told = receiver.statuses(wamid)
    assert [one["status"] for one in told] == ["sent", "delivered", "read"]
    assert {one["biz_opaque_callback_data"] for one in told} == {"out:1"}
    assert {(one["recipient_id"], one["recipient_user_id"]) for one in told} == {(ANA, "GB.1001")}
    assert (await sandbox.chat())[-1]["status"] == "read"
