"""Registering the number with its six-digit PIN, and proving that it is ours (facts sheet section 7.2)."""

from typing import Any

from tasktalk.sandbox.asgi import SUCCESS, Answer, Call
from tasktalk.sandbox.errors import MetaError
from tasktalk.sandbox.world import World

REGISTERED = "registered"
_PIN_DIGITS = 6
_GUESSES, _GUESS_SECONDS = 5, 3600  # wrong PINs; Meta does not say how many it takes
_REGISTERS, _REGISTER_SECONDS = 10, 72 * 3600
_CODE = "123456"


def check_registered(world: World) -> None:
    """Raises MetaError 133010 for a number that may not send."""
    if not world.get_document(REGISTERED, default=True):
        raise MetaError(133010, "Register the number before it sends.")


async def set_pin(world: World, params: dict[str, Any]) -> Answer:
    """The PIN of two-step verification; whoever has the token may set it."""
    return await _keep(world, pin=_pin(params), pin_guesses=[])


async def register(world: World, call: Call) -> Answer:
    """A wrong PIN is 133005, after five of them any is 133008 for an hour; ten times in 72 hours are all: 133016."""
    params = await call.params()
    if params.get("messaging_product") != "whatsapp":
        raise MetaError(100, "The parameter messaging_product is required and has to be 'whatsapp'.")
    pin, now = _pin(params), world.now()
    guesses = [at for at in world.get_document("pin_guesses", []) if now - at < _GUESS_SECONDS]
    times = [at for at in world.get_document("registers", []) if now - at < _REGISTER_SECONDS]
    if len(times) >= _REGISTERS:
        raise MetaError(133016, "Too many attempts to register; try again in 72 hours.")
    if len(guesses) >= _GUESSES:
        raise MetaError(133008, "Too many PIN guesses; try again in an hour.")
    known = world.get_document("pin", "")
    if known and known != pin:
        await _keep(world, pin_guesses=[*guesses, now])
        raise MetaError(133005, "The PIN is not the one that was set.")
    return await _keep(world, pin=pin, pin_guesses=[], registers=[*times, now], **{REGISTERED: True})


async def deregister(world: World, _call: Call) -> Answer:
    """From now on it may not send."""
    return await _keep(world, **{REGISTERED: False})


async def request_code(_world: World, call: Call) -> Answer:
    """A code by SMS or call, which is always the same here."""
    params = await call.params()
    if params.get("code_method") not in ("SMS", "VOICE"):
        raise MetaError(136024, "Param code_method must be one of {SMS, VOICE}.")
    return SUCCESS


async def verify_code(_world: World, call: Call) -> Answer:
    """The code that was sent."""
    if (await call.params()).get("code") != _CODE:
        raise MetaError(136025, f"The code is wrong; here it is always {_CODE}.")
    return SUCCESS


def _pin(params: dict[str, Any]) -> str:
    pin = str(params.get("pin", ""))
    if not pin.isdigit() or len(pin) != _PIN_DIGITS:
        raise MetaError(100, f"Param pin must be {_PIN_DIGITS} digits.")
    return pin


async def _keep(world: World, **documents: Any) -> Answer:
    for key, value in documents.items():
        world.put_document(key, value)
    await world.store.committed()
    return SUCCESS
