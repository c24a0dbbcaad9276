"""How much of our allowance is used up, as the headers of every answer of Meta's tell (facts sheet section 8)."""

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

_OF_CASES = "X-Business-Use-Case-Usage"
_OF_APP = "X-App-Usage"


class Usage(NamedTuple):
    """`percent` of the allowance, the fullest of its kinds; `regain_seconds` until we are welcome again, 0: now."""

    percent: float = 0.0
    regain_seconds: float = 0.0


class _Figures(msgspec.Struct):
    """Percentages, and minutes."""

    call_count: float = 0
    total_cputime: float = 0
    total_time: float = 0
    estimated_time_to_regain_access: float = 0


def read_usage(headers: Mapping[str, str]) -> Usage:
    """What the usage headers say; what cannot be read says nothing."""
    figures: list[_Figures] = []
    try:
        if said := headers.get(_OF_CASES):
            cases = msgspec.json.decode(said, type=dict[str, list[_Figures]])
            figures += [each for case in cases.values() for each in case]
        if said := headers.get(_OF_APP):
            figures.append(msgspec.json.decode(said, type=_Figures))
    except msgspec.DecodeError:
        pass  # a shape we do not know; what was read before it counts
    percent = max((max(each.call_count, each.total_cputime, each.total_time) for each in figures), default=0.0)
    minutes = max((each.estimated_time_to_regain_access for each in figures), default=0.0)
    return Usage(percent, max(minutes, 0.0) * 60)
