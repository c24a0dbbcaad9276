"""All that the simulator knows, in one place."""

import asyncio
import random
import time
from pathlib import Path
from typing import Any

import msgspec

from tasktalk.sandbox.chats import Chats, Item, Person
from tasktalk.sandbox.config import Config
from tasktalk.sandbox.deliveries import Deliveries
from tasktalk.sandbox.errors import MetaError
from tasktalk.sandbox.faults import Faults
from tasktalk.sandbox.media import Media
from tasktalk.sandbox.poster import Poster
from tasktalk.sandbox.store import Store
from tasktalk.sandbox.templates import Templates
from tasktalk.sandbox.webhooks import STATUSES, Delivery, Envelopes, contact, escape

WINDOW_SECONDS = 86400
# Fields whose updates an override of a number or an account may redirect (facts sheet 1.4).
_REDIRECTED = frozenset(
    ("messages", "message_echoes", "calls", "consumer_profile", "messaging_handovers", "smb_message_echoes",
     "smb_app_state_sync", "history", "account_settings_update")
)  # fmt: skip


class World:
    """Made inside the running event loop."""

    def __init__(self, config: Config, *, chance: random.Random | None = None) -> None:
        folder = Path(config.data_dir)
        folder.mkdir(parents=True, exist_ok=True)
        self.config = config
        self.chance = chance or random.Random()  # noqa: S311  (bad luck, not secrets)
        self.faults = Faults()
        self.store = Store(folder / "sandbox.sqlite3")
        self.chats = Chats(self.store, waba_id=config.waba_id)
        self.media = Media(self.store, folder / "sandbox-media", app_secret=config.app_secret)
        self.templates = Templates(self.store, config.templates)
        self.poster = Poster()
        self.deliveries = Deliveries(
            store=self.store,
            poster=self.poster,
            envelopes=Envelopes(config),
            app_secret=config.app_secret,
            chance=self.chance,
            find_url=self.find_callback_url,
            faults=lambda: self.faults,
            delivered=self._mark_delivered,
        )
        self.stopping = asyncio.Event()
        self._documents: dict[str, Any] = {}
        self._reviews: asyncio.Task[None] | None = None

    def now(self) -> float:
        """Meta's clock, in seconds."""
        return time.time() + self.faults.clock_offset

    def start(self) -> None:
        """Take up everything where it was left."""
        self.chats.load(self.config.phones)
        for key, value in self.store.read("select key, value from document where key <> 'last_seq'"):
            self._documents[key] = msgspec.json.decode(value)
        # A product that comes back on another port is called there; what was set by API since then stays.
        if self.get_document("configured_url", "") != self.config.webhook_url:
            self.put_document("configured_url", self.config.webhook_url)
            self.put_document("subscription", {"callback_url": self.config.webhook_url})
        self.templates.load(now=int(self.now()))
        self.deliveries.load()
        self._reviews = asyncio.create_task(self._review_templates())

    def stop_waiting(self) -> None:
        """Let go of everyone who waits for something to happen."""
        self.stopping.set()
        for person in self.chats.people.values():
            for waiter in person.waiters:
                if not waiter.done():
                    waiter.set_result(None)

    async def stop(self) -> None:
        """Leave everything so that `start` can take it up."""
        self.stop_waiting()
        if self._reviews is not None:
            self._reviews.cancel()
        await self.deliveries.stop()
        await self.poster.close()
        self.store.close()

    def get_document(self, key: str, default: Any) -> Any:
        """A small piece of state: a profile, a setting, a subscription."""
        return self._documents.get(key, default)

    def put_document(self, key: str, value: Any) -> None:
        """Change it; wait for the commit before telling anyone."""
        self._documents[key] = value
        self.store.write("replace into document values (?, ?)", key, msgspec.json.encode(value).decode())

    def find_callback_url(self, field: str) -> str | None:
        """Where updates of this field go: number before account before app; None when the account has no subscriber."""
        account = self.get_document("subscribed_apps", {})
        if account is None:
            return None
        app: str = self.get_document("subscription", {}).get("callback_url", "")
        if field not in _REDIRECTED:
            return app or None
        number = self.get_document("number_webhook", {})
        return number.get("override_callback_uri") or account.get("override_callback_uri") or app or None

    def is_window_open(self, person: Person) -> bool:
        """Whether anything but templates may be sent: 24 h from the person's last message."""
        return self.now() - person.last_in_at < WINDOW_SECONDS

    def new_status(
        self,
        item: Item,
        person: Person | None,
        *,
        status: str,
        to: str,
        pricing: dict[str, Any] | None = None,
        error: MetaError | None = None,
    ) -> list[Delivery]:
        """A status about one of the business's messages (section 3); `to` is the number it was sent to, or nothing."""
        if self.faults.happens(self.faults.drop_statuses, self.chance):
            return []
        content: dict[str, Any] = {"id": item.id, "status": status, "timestamp": str(int(self.now()))}
        if to:
            content["recipient_id"] = to
        if person is not None and (error is None or not to):
            content["recipient_user_id"] = person.user_id
        if item.opaque is not None:
            content["biz_opaque_callback_data"] = item.opaque
        if pricing is not None:
            content["pricing"] = pricing
        shown = ""
        if error is not None:
            content["errors"] = [error.in_status()]
        elif person is not None:
            shown = contact(person, with_phone=bool(to))
        return [self.deliveries.new(lane=item.wa_id, part=STATUSES, contact=shown, content=escape(content))]

    async def announce(self, field: str, value: dict[str, Any]) -> None:
        """Tell the subscriber about something other than messages."""
        delivery = self.deliveries.new(lane=field, field=field, content=escape(value))
        await self.store.committed()
        self.deliveries.start([delivery])

    async def reset(self) -> None:
        """Empty everything but the people."""
        self.deliveries.clear()
        self.chats.clear()
        self.media.clear()
        self.templates.clear(now=int(self.now()))
        for key in [key for key in self._documents if key not in ("configured_url", "subscription", "subscribed_apps")]:
            del self._documents[key]
            self.store.write("delete from document where key = ?", key)
        await self.store.committed()

    def _mark_delivered(self, item_id: str) -> None:
        item = self.chats.find_item(item_id)
        if item is not None and item.status == "sent":
            person = self.chats.get_person(item.wa_id)
            self.chats.set_status(person, item, "delivered")

    async def _review_templates(self) -> None:
        """Decide about new templates about a second after they came."""
        while True:
            await asyncio.sleep(0.25)
            for event in self.templates.review(now=time.time(), outcome=self.faults.template):
                await self.announce("message_template_status_update", event)
