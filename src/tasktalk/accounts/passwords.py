"""Passwords as argon2id hashes. Hashing takes tens of milliseconds and 64 MiB, so it has two threads of its own."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from tasktalk.errors import BadRequest

SHORTEST = 10
LONGEST = 512

_hasher = PasswordHasher()
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")


async def hash_password(password: str) -> str:
    """The hash to store. Raises BadRequest for a password too short to keep or too long to be one."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise BadRequest(f"A password has {SHORTEST} to {LONGEST} characters.", field="password")
    return await asyncio.get_running_loop().run_in_executor(_threads, _hasher.hash, password)


async def is_right_password(password: str, stored: str | None) -> bool:
    """Whether `password` is the one behind the hash; takes as long when there is no hash as when there is."""
    if len(password) > LONGEST:
        return False
    right = await asyncio.get_running_loop().run_in_executor(_threads, _verify, stored, password)
    return right and stored is not None


def is_outdated(stored: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(stored)


def _verify(stored: str | None, password: str) -> bool:
    try:
        return _hasher.verify(stored or _nobody(), password)
    except VerificationError:
        return False


@cache
def _nobody() -> str:
    return _hasher.hash("the password of nobody")
