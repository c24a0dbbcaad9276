"""Waiting for whichever comes first."""

import asyncio


async def first(seconds: float, *events: asyncio.Event) -> None:
    """Until any of `events` is set, or `seconds` have gone."""
    waits = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
