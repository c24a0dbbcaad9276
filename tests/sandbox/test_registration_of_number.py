"""A number that was deregistered sends nothing until its PIN is given; wrong ones and too many are refused."""

from sandbox_kit import PNID, Client

TEXT = {"type": "text", "text": {"body": "hello"}}


async def register(sandbox: Client, pin: str) -> tuple[int, int]:
    status, answer = await sandbox.graph("POST", f"{PNID}/register", {"messaging_product": "whatsapp", "pin": pin})
    return status, answer.get("error", {}).get("code", 0)


async def test_only_the_right_pin_brings_it_back(sandbox: Client) -> None:
    await sandbox.say("hi")
    assert await register(sandbox, "123456") == (200, 0)
    await sandbox.graph("POST", f"{PNID}/deregister")
    _, number = await sandbox.graph("GET", f"{PNID}?fields=status,is_pin_enabled")
    assert (number["status"], number["is_pin_enabled"]) == ("DISCONNECTED", True)
    status, answer = await sandbox.send(TEXT)
    assert (status, answer["error"]["code"]) == (400, 133010)
    for _ in range(5):
        assert await register(sandbox, "654321") == (400, 133005)
    assert await register(sandbox, "123456") == (400, 133008)
    await sandbox.graph("POST", PNID, {"pin": "777777"})  # whoever has the token may set another
    assert await register(sandbox, "777777") == (200, 0)
    assert (await sandbox.send(TEXT))[0] == 200


async def test_ten_registrations_are_all_for_three_days(sandbox: Client) -> None:
    for _ in range(10):
        assert await register(sandbox, "123456") == (200, 0)
    assert await register(sandbox, "123456") == (400, 133016)
    await sandbox.call("POST", "/faults", {"clock_offset": 72 * 3600 + 5})
    assert await register(sandbox, "123456") == (200, 0)
