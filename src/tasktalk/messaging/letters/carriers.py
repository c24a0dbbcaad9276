"""Who carries a letter: a function a way, which returns once it was taken and raises Refused when it was not."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Letter:
    """One that is to leave now. `address`: an e-mail address, or an Apprise URL."""

    id: UUID
    user_id: UUID
    name: str
    language: str
    address: str
    subject: str
    body: str
    created_at: datetime


class Refused(Exception):
    """It was not taken. `permanent`: nor will it ever be; else it is worth trying again. The text has no secret."""

    def __init__(self, said: str, *, permanent: bool) -> None:
        super().__init__(said)
        self.permanent = permanent


Carry = Callable[[Letter], Awaitable[None]]
