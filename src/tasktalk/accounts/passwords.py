"""Passwords as argon2id hashes. Hashing takes tens of milliseconds and 64 MiB, so it has two threads of its own.

Whoever calls holds no connection meanwhile: anybody may ask for a password to be checked, as often as they like.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from tasktalk.errors import BadRequest, RateLimited
from tasktalk.phrases import Told, phrase

SHORTEST = 10
LONGEST = 512
MOST_AT_ONCE = 16  # in hand and waiting; who comes then would wait for half a second, and the next one longer

T = TypeVar("T")

_hasher = PasswordHasher()
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")
_under_way: set[asyncio.Future[Any]] = set()


async def hash_password(password: str) -> str:
    """The hash to store. Raises BadRequest for a password too short to keep or too long to be one, RateLimited."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise BadRequest(
            Told("A password has {shortest} to {longest} characters.", shortest=SHORTEST, longest=LONGEST),
            field="password",
        )
    return await _in_thread(lambda: _hasher.hash(password))


async def is_right_password(password: str, stored: str | None) -> bool:
    """Whether `password` is the one behind the hash; takes as long when there is no hash as when there is.

    Raises RateLimited when too many are being checked already.
    """
    if len(password) > LONGEST:
        return False
    right = await _in_thread(lambda: _verify(stored, password))
    return right and stored is not None


def is_outdated(stored: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(stored)


async def _in_thread(work: Callable[[], T]) -> T:
    """Bounded, for the threads' own queue is not."""
    if len(_under_way) >= MOST_AT_ONCE:
        raise RateLimited(
            phrase("Too many people are signing in at this moment. Try again in a second."), retry_after=1
        )
    job = asyncio.get_running_loop().run_in_executor(_threads, work)
    _under_way.add(job)
    job.add_done_callback(_under_way.discard)
    return await job


def _verify(stored: str | None, password: str) -> bool:
    try:
        return _hasher.verify(stored or _nobody(), password)
    except VerificationError:
        return False


@cache
def _nobody() -> str:
    return _hasher.hash("the password of nobody")
