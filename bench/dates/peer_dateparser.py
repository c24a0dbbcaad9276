"""dateparser: cases as JSON lines in, what it reads out. Runs in an environment of its own, see `peers`."""

import datetime as dt
import json
import sys
import time
import warnings

from dateparser import parse
from dateparser.search import search_dates

warnings.simplefilter("ignore")


def read(case: dict[str, str]) -> dt.datetime | None:
    """The first date found in the text, else what the whole text is read as."""
    settings = {"RELATIVE_BASE": dt.datetime.fromisoformat(case["now"]), "PREFER_DATES_FROM": "future"}
    found = search_dates(case["text"], languages=[case["language"]], settings=settings)
    return found[0][1] if found else parse(case["text"], languages=[case["language"]], settings=settings)


for line in sys.stdin:
    case = json.loads(line)
    began = time.perf_counter()
    try:
        said = read(case)
    except Exception:  # noqa: BLE001  (a crash of theirs reads nothing)
        said = None
    ms = (time.perf_counter() - began) * 1000
    # It does not tell whether a time was said; where none is meant, the time is not looked at.
    date, clock = (said.date().isoformat(), f"{said:%H:%M}") if said else (None, None)
    sys.stdout.write(json.dumps({"date": date, "time": clock, "rrule": None, "ms": ms}) + "\n")
