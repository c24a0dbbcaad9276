"""The peer: pywa on FastAPI, its signature check on, a handler that does nothing. Run by uvicorn, see `intake`."""

import os
from typing import Any

from fastapi import FastAPI
from pywa_async import WhatsApp  # type: ignore[attr-defined]

PATH = "/webhook"

app = FastAPI()
client = WhatsApp(
    phone_id=os.environ["PEER_PHONE_ID"],
    token="unused",
    server=app,
    webhook_endpoint=PATH,
    verify_token="unused",
    app_secret=os.environ["PEER_APP_SECRET"],
    validate_updates=True,
)
handled = 0


@client.on_message  # type: ignore[misc]
async def count(_client: WhatsApp, _message: Any) -> None:
    """As good as nothing: it only shows that messages reach a handler."""
    global handled  # noqa: PLW0603  (a number for `/handled`)
    handled += 1


@app.get("/handled")
async def get_handled() -> int:
    """How many messages came as far as the handler."""
    return handled
