"""What goes wrong, and how often: a bad day at Meta on demand. Kept in memory: a restart is a good day again."""

import asyncio
import random
from typing import Any, Literal

import msgspec

from tasktalk.sandbox.errors import MetaError

Rate = float | bool

_ALIASES = {
    "latency": "latency_ms",
    "lost_responses": "lost_response",
    "duplicate": "duplicates",
    "batch": "batches",
    "batch_size": "batches",
    "clock_offset_seconds": "clock_offset",
    "usernames_only": "username_only",
    "template_review": "template",
    "template_outcome": "template",
    "template_status": "template",
    "expired_token": "token_expired",
}
_DEFAULT_BATCH = 10
_MAX_BATCH = 1000


class Faults(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Every fault. A rate is a share of cases, 0 to 1; `true` means `rate` where that is given, else always."""

    error: int | None = None
    """A send is refused with this code …"""
    rate: float = 1.0
    """… in this share of cases …"""
    times: int | None = None
    """… and at most so many times."""
    async_error: int | None = None
    """A send is accepted, then fails with this code in a status; the share is `rate`."""
    latency_ms: float = 0
    """Every Graph answer takes this much longer."""
    lost_response: Rate = 0.0
    """A send is accepted and carried out, but the connection closes without an answer."""
    duplicates: Rate = 0.0
    """A webhook is posted twice, at once or a little later."""
    reorder: Rate = 0.0
    """A message's webhook waits up to 300 ms and keeps no order."""
    batches: int | bool = 0
    """Messages share POSTs of up to this many updates."""
    webhook_delay_ms: float = 0
    """Every webhook waits this long before its first attempt."""
    drop_statuses: Rate = 0.0
    """A status is never told."""
    clock_offset: float = 0
    """Seconds that Meta's clock is ahead of ours: timestamps, windows and expiries move with it."""
    username_only: bool | list[str] = False
    """People (all, or these numbers) are known by their business-scoped id alone: no `from`, no `wa_id`."""
    token_expired: bool = False
    """Every Graph call is answered 190."""
    template: Literal["APPROVED", "REJECTED", "PAUSED", "DISABLED", "PENDING"] = "APPROVED"
    """How the review of a new template ends."""
    templates: dict[str, Literal["APPROVED", "REJECTED", "PAUSED", "DISABLED", "PENDING"]] = {}
    """Templates by name whose state changes now, with the webhook that says so."""
    enforce_pair: bool = False
    """One message in 6 s to one person, bursts of 45 borrowed from later: else 131056."""
    enforce_throughput: int | bool = 0
    """Messages a second for the number (true: 80): else 130429."""
    allow_list: list[str] | None = None
    """The only numbers that may be written to: others 131030."""

    def happens(self, rate: Rate, chance: random.Random) -> bool:
        """Whether a fault of this rate strikes now."""
        if not rate:
            return False
        share = self.rate if rate is True else float(rate)
        return share >= 1 or chance.random() < share

    def find_send_error(self, chance: random.Random) -> MetaError | None:
        """The error that this send gets instead of being carried out."""
        if self.error is None or self.times == 0 or not self.happens(True, chance):  # noqa: FBT003  (a Rate)
            return None
        if self.times is not None:
            self.times -= 1
        return MetaError(self.error, "Made to fail by /faults.")

    def hides_phone(self, wa_id: str) -> bool:
        """Whether this person's number is withheld from webhooks."""
        return self.username_only if isinstance(self.username_only, bool) else wa_id in self.username_only

    @property
    def batch_size(self) -> int:
        """How many messages a POST may hold; 1 is Meta on a quiet day."""
        if self.batches is True:
            return _DEFAULT_BATCH
        return min(max(1, self.batches), _MAX_BATCH)

    async def wait(self) -> None:
        """Let the latency pass."""
        if self.latency_ms:
            await asyncio.sleep(self.latency_ms / 1000)


def change_faults(faults: Faults, changes: dict[str, Any]) -> Faults:
    """`faults` with the keys of `changes` set (null: back to normal); raises MetaError 100 naming what is wrong."""
    known = set(Faults.__struct_fields__)
    wanted: dict[str, Any] = msgspec.to_builtins(faults)
    for given, value in changes.items():
        name = _ALIASES.get(given, given)
        if name not in known:
            raise MetaError(100, f"There is no fault '{given}'. There are: {', '.join(sorted(known))}.")
        if value is None:
            wanted.pop(name, None)
        else:
            wanted[name] = value
    try:
        changed = msgspec.convert(wanted, Faults)
    except msgspec.ValidationError as error:
        raise MetaError(100, str(error)) from error
    for name in ("rate", "lost_response", "duplicates", "reorder", "drop_statuses"):
        if not 0 <= float(getattr(changed, name)) <= 1:
            raise MetaError(100, f"'{name}' is a share of cases, from 0 to 1.")
    for name in ("latency_ms", "webhook_delay_ms", "batches"):
        if float(getattr(changed, name)) < 0:
            raise MetaError(100, f"'{name}' cannot be negative.")
    return changed
