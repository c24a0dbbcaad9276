"""recurrent: cases as JSON lines in, what it reads out. Runs in an environment of its own, see `peers`."""

import datetime as dt
import json
import re
import sys
import time
import warnings

warnings.simplefilter("ignore")
from recurrent.event_parser import RecurringEvent  # noqa: E402

for line in sys.stdin:
    case = json.loads(line)
    began = time.perf_counter()
    try:
        said = RecurringEvent(now_date=dt.datetime.fromisoformat(case["now"])).parse(case["text"])
    except Exception:  # noqa: BLE001  (a crash of theirs reads nothing)
        said = None
    ms = (time.perf_counter() - began) * 1000
    moment, rule = (said, None) if isinstance(said, dt.datetime) else (None, said or None)
    date, clock = (moment.date().isoformat(), f"{moment:%H:%M}") if moment else (None, None)
    if rule:
        begins = re.search(r"DTSTART:(\d{4})(\d\d)(\d\d)", rule)
        date = "-".join(begins.groups()) if begins else case["now"][:10]
    sys.stdout.write(json.dumps({"date": date, "time": clock, "rrule": rule, "ms": ms}) + "\n")
