"""Each fault does what it says, and nothing goes wrong without one."""

import asyncio
import json

import aiohttp
import pytest
from sandbox_kit import ANA, BEN, PNID, STRANGER, TOKEN, Client, Receiver, text


async def test_unknown_and_bad_faults_are_refused(sandbox: Client) -> None:
    for wrong in ({"eror": 1}, {"rate": 2}, {"latency_ms": "long"}, {"template": "MAYBE"}, {"batches": -1}, []):
        status, answer = await sandbox.call("POST", "/faults", wrong)
        assert (status, answer["error"]["code"]) == (400, 100), wrong
    status, answer = await sandbox.call("POST", "/faults", {"error": 130429, "rate": 0.2, "latency": 5})
    assert (status, answer["error"], answer["rate"], answer["latency_ms"]) == (200, 130429, 0.2, 5)
    await sandbox.call("DELETE", "/faults")
    assert (await sandbox.call("GET", "/faults"))[1]["error"] is None


async def test_sends_fail_with_the_code_and_status_of_the_table(sandbox: Client) -> None:
    await sandbox.say("hi")
    for code, expected in ((130429, 400), (131016, 500), (2, 503), (190, 401)):
        await sandbox.set_faults(error=code, times=1)
        status, answer = await sandbox.send(text("x"))
        assert (status, answer["error"]["code"]) == (expected, code)
        assert answer["error"]["message"].startswith(f"(#{code})")
        assert (await sandbox.send(text("x")))[0] == 200
    assert len(await sandbox.chat(direction="out")) == 4


async def test_an_expired_token(sandbox: Client) -> None:
    await sandbox.set_faults(token_expired=True)
    status, answer = await sandbox.graph("GET", PNID)
    assert (status, answer["error"]["code"], answer["error"]["error_subcode"]) == (401, 190, 463)


async def test_a_lost_response_was_carried_out(sandbox: Client, receiver: Receiver) -> None:
    await sandbox.say("hi")
    await sandbox.set_faults(lost_response=1)
    with pytest.raises(aiohttp.ClientError):
        await sandbox.send(text("once") | {"biz_opaque_callback_data": "out:7"})
    (item,) = await sandbox.chat(direction="out")
    assert item["message"]["text"]["body"] == "once"
    await receiver.until(lambda: len(receiver.statuses(item["id"])) == 2)
    assert receiver.statuses(item["id"])[0]["biz_opaque_callback_data"] == "out:7"


async def test_latency(sandbox: Client) -> None:
    await sandbox.set_faults(latency_ms=150)
    began = asyncio.get_running_loop().time()
    await sandbox.graph("GET", PNID)
    assert asyncio.get_running_loop().time() - began >= 0.15


async def test_duplicates_are_the_same_bytes(sandbox: Client, receiver: Receiver) -> None:
    await sandbox.set_faults(duplicates=True)
    await sandbox.say("twice")
    await receiver.until(lambda: len(receiver.bodies) == 2)
    assert receiver.bodies[0] == receiver.bodies[1]


async def test_batches_carry_many_people_in_their_order(sandbox: Client, receiver: Receiver) -> None:
    await sandbox.set_faults(batches=8)
    for number in range(4):
        await sandbox.say(f"a{number}")
        await sandbox.say(f"b{number}", wa_id=BEN)
    await receiver.until(lambda: len(receiver.messages()) == 8)
    assert len(receiver.bodies) < 8
    assert any(len(json.loads(body)["entry"]) == 2 for body in receiver.bodies)
    for wa_id, letter in ((ANA, "a"), (BEN, "b")):
        bodies = [one["text"]["body"] for one in receiver.messages() if one["from"] == wa_id]
        assert bodies == [f"{letter}{number}" for number in range(4)]


async def test_reordered_messages_all_arrive(sandbox: Client, receiver: Receiver) -> None:
    await sandbox.set_faults(reorder=1)
    said = [await sandbox.say(str(number)) for number in range(12)]
    await receiver.until(lambda: len(receiver.messages()) == 12)
    arrived = [one["id"] for one in receiver.messages()]
    assert sorted(arrived) == sorted(said)
    assert arrived != said


async def test_people_known_by_username_alone(sandbox: Client, receiver: Receiver) -> None:
    await sandbox.call("PATCH", f"/phones/{ANA}", {"username": "ana.k"})
    await sandbox.set_faults(username_only=True)
    await sandbox.say("who am I")
    await receiver.until(receiver.messages)
    (message,) = receiver.messages()
    assert "from" not in message
    assert message["from_user_id"] == "GB.1001"
    assert receiver.values()[0]["contacts"] == [{"profile": {"name": "Ana", "username": "ana.k"}, "user_id": "GB.1001"}]
    addressed = {"messaging_product": "whatsapp", "recipient": "GB.1001"} | text("hello")
    _, sent = await sandbox.graph("POST", f"{PNID}/messages", addressed)
    assert sent["contacts"] == [{"input": "GB.1001", "user_id": "GB.1001"}]
    await receiver.until(receiver.statuses)
    assert "recipient_id" not in receiver.statuses()[0]
    assert receiver.statuses()[0]["recipient_user_id"] == "GB.1001"
    await sandbox.call("PATCH", f"/phones/{ANA}", {"username": None})


async def test_the_window_closes_with_the_clock(sandbox: Client, receiver: Receiver) -> None:
    await sandbox.say("hi")
    await sandbox.set_faults(clock_offset=86_500)
    status, sent = await sandbox.send(text("too late"))
    assert status == 200
    wamid = sent["messages"][0]["id"]
    await receiver.until(lambda: receiver.statuses(wamid))
    (told,) = receiver.statuses(wamid)
    assert (told["status"], told["errors"][0]["code"], told["recipient_id"]) == ("failed", 131047, ANA)
    assert "recipient_user_id" not in told
    assert "contacts" not in receiver.values()[-1]
    item = (await sandbox.chat())[-1]
    assert (item["status"], item["errors"][0]["code"]) == ("failed", 131047)
    hello = {"type": "template", "template": {"name": "hello_world", "language": {"code": "en_US"}}}
    await sandbox.send(hello)
    assert (await sandbox.chat())[-1]["status"] == "delivered"
    await sandbox.say("back")
    await sandbox.send(text("in time"))
    assert (await sandbox.chat())[-1]["status"] == "delivered"


async def test_dropped_and_failed_statuses(sandbox: Client, receiver: Receiver) -> None:
    await sandbox.say("hi")
    await sandbox.set_faults(drop_statuses=1)
    await sandbox.send(text("silent"))
    await sandbox.set_faults(drop_statuses=0, async_error=131049)
    _, sent = await sandbox.send(text("failed"))
    await receiver.until(receiver.statuses)
    (told,) = receiver.statuses()
    assert (told["id"], told["status"], told["errors"][0]["code"]) == (sent["messages"][0]["id"], "failed", 131049)


async def test_pair_throughput_and_allow_list(sandbox: Client) -> None:
    for wa_id in (ANA, BEN):
        await sandbox.say("hi", wa_id=wa_id)
    await sandbox.set_faults(enforce_pair=True)
    answers = [await sandbox.send(text("x")) for _ in range(46)]
    assert [status for status, _ in answers] == [200] * 45 + [400]
    assert answers[-1][1]["error"]["code"] == 131056
    assert (await sandbox.send(text("x"), to=BEN))[0] == 200
    await sandbox.set_faults(enforce_pair=False, enforce_throughput=3)
    codes = [(await sandbox.send(text("x")))[1].get("error", {}).get("code") for _ in range(6)]
    assert 130429 in codes
    await sandbox.set_faults(enforce_throughput=0, allow_list=[f"+{BEN}"])
    assert (await sandbox.send(text("x")))[1]["error"]["code"] == 131030
    assert (await sandbox.send(text("x"), to=BEN))[0] == 200


async def test_template_review_and_states(sandbox: Client, receiver: Receiver) -> None:
    await sandbox.set_faults(template="REJECTED")
    body = {"type": "BODY", "text": "Nothing to see here."}
    new = {"name": "dull", "language": "en", "category": "UTILITY", "components": [body]}
    status, created = await sandbox.graph("POST", "201000000000001/message_templates", new)
    assert (status, created["status"]) == (200, "PENDING")
    sending = {"type": "template", "template": {"name": "dull", "language": {"code": "en"}}}
    field = "message_template_status_update"
    assert (await sandbox.send(sending))[1]["error"]["code"] == 132001
    await receiver.until(lambda: receiver.values(field), seconds=3)
    told = receiver.values(field)[0]
    assert (told["event"], str(told["message_template_id"])) == ("REJECTED", created["id"])
    for state, code in (("PAUSED", 132015), ("DISABLED", 132016)):
        await sandbox.set_faults(templates={"dull": state})
        assert (await sandbox.send(sending))[1]["error"]["code"] == code
    await receiver.until(lambda: [one["event"] for one in receiver.values(field)] == ["REJECTED", "PAUSED", "DISABLED"])


async def test_an_unknown_number_cannot_be_reached(sandbox: Client, receiver: Receiver) -> None:
    status, sent = await sandbox.send(text("anyone?"), to="+15005550006")
    assert status == 200
    await receiver.until(lambda: receiver.statuses(sent["messages"][0]["id"]))
    assert receiver.statuses()[0]["errors"][0]["code"] == 131026


async def test_a_number_that_changes_hands_new_ids(sandbox: Client, receiver: Receiver) -> None:
    await sandbox.say("hi", wa_id=STRANGER)
    await receiver.until(receiver.messages)
    old = receiver.messages()[0]["from_user_id"]
    new_number = STRANGER[:-1] + "0"
    status, person = await sandbox.call("PATCH", f"/phones/{STRANGER}", {"wa_id": new_number})
    assert (status, person["wa_id"]) == (200, new_number)
    await receiver.until(lambda: len(receiver.messages()) == 2)
    system = receiver.messages()[1]["system"]
    assert (system["type"], system["previous_user_id"], system["wa_id"]) == ("user_changed_number", old, new_number)
    assert system["user_id"] not in ("", old)
    assert "contacts" not in receiver.values()[1]
    await sandbox.call("PATCH", f"/phones/{new_number}", {"wa_id": STRANGER})


async def test_refused_deliveries_are_tried_again_in_order(sandbox: Client, receiver: Receiver) -> None:
    receiver.answers = [500, 503]
    said = [await sandbox.say(str(number)) for number in range(3)]
    await receiver.until(lambda: len(receiver.messages()) == 3)
    assert [one["id"] for one in receiver.messages()] == said
    items = await sandbox.chat()
    assert [item["status"] for item in items][:2] == ["delivered", "delivered"]


async def test_tokens_and_objects(sandbox: Client) -> None:
    assert (await sandbox.graph("GET", PNID, token="wrong"))[1]["error"]["code"] == 190
    assert (await sandbox.call("GET", f"/v25.0/{PNID}"))[0] == 401
    status, answer = await sandbox.graph("GET", "999000000000009")
    assert status == 400
    assert (answer["error"]["type"], answer["error"]["error_subcode"]) == ("GraphMethodException", 33)
    assert (await sandbox.graph("GET", f"{PNID}/"))[1]["id"] == PNID
    status, answer = await sandbox.call(
        "GET", "/v25.0/debug_token", params={"input_token": TOKEN, "access_token": TOKEN}
    )
    assert (status, answer["data"]["is_valid"], answer["data"]["expires_at"]) == (200, True, 0)
    answer = (
        await sandbox.graph(
            "GET", "debug_token", params={"input_token": "other"}, token="401000000000001|test_app_secret"
        )
    )[1]
    assert answer["data"]["is_valid"] is False
