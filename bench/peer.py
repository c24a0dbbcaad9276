"""The peer: pywa on FastAPI, its signature check on, a handler that does nothing. Run by uvicorn, see `intake`.

PEER_FORM says which of pywa's two forms: `plain` functions, as its guide to FastAPI shows them, or `async` ones.
"""

import os
from typing import Any

import pywa
import pywa_async
from fastapi import FastAPI

app = FastAPI()
form = os.environ["PEER_FORM"]
client = (pywa_async if form == "async" else pywa).WhatsApp(
    phone_id=os.environ["PEER_PHONE_ID"],
    token="unused",
    server=app,
    webhook_endpoint="/webhook",
    verify_token="unused",
    app_secret=os.environ["PEER_APP_SECRET"],
    validate_updates=True,
)
handled = 0


def _count(_client: Any, _message: Any) -> None:
    """As good as nothing: it only shows that messages reach a handler."""
    global handled  # noqa: PLW0603  (a number for `/handled`)
    handled += 1


async def _count_async(_client: Any, _message: Any) -> None:
    """The same as a coroutine."""
    _count(_client, _message)


client.on_message(_count_async if form == "async" else _count)


@app.get("/handled")
async def get_handled() -> int:
    """How many messages came as far as the handler."""
    return handled
