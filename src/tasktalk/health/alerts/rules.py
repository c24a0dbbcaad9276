"""The rules: what was read, against what the settings allow. Pure; between two limits nothing changes (hysteresis)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from tasktalk.integrations.findings import Severity
from tasktalk.phrases import Told, phrase
from tasktalk.settings import Settings

_MINUTE = timedelta(minutes=1)
_NEXT_TO_NOTHING = 8  # a disk with an eighth of what should be free is about to be full
_FEWEST = 5  # handled or sent in the minute; fewer say nothing of a rate
_HALF = 0.5  # of its limit, below which a figure is well again
_ROOMY = 1.25  # times its limit, above which a disk is
_LONGEST = 500  # characters of a reason

Verdict = Literal["bad", "well", "between"]


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found. Ages in seconds, rates in per cent; None: not known, or there is none."""

    waiting: int
    oldest_seconds: float
    paused: bool
    dead: int
    tried: int
    failed_percent: float
    breaker: str
    breaker_reason: str
    model: str
    model_reason: str
    free_mib: float | None
    backup_seconds: float | None
    age_seconds: float
    violations: int = 0


@dataclass(frozen=True, slots=True)
class Sign:
    """What a rule says of a reading, in words as of a Trouble.

    Bad for `opens_after`, an alert opens; well for `ends_after`, it ends.
    """

    rule: str
    value: float | None
    verdict: Verdict
    message: str = ""
    what_to_do: str = ""
    severity: Severity = "warning"
    opens_after: timedelta = timedelta(0)
    ends_after: timedelta = _MINUTE


def judge(reading: Reading, settings: Settings) -> list[Sign]:
    """Every rule, in the order in which they are shown; one that is switched off says that all is well."""
    return [rule(reading, settings) for rule in RULES.values()]


def _queue_age(reading: Reading, settings: Settings) -> Sign:
    limit, age = settings.alert_queue_seconds, reading.oldest_seconds
    why = (
        phrase("The workers are paused.")
        if reading.paused
        else phrase("It is not handled fast enough, or errors hold it back.")
    )
    return Sign(
        "queue_age",
        age,
        _over(age, limit),
        Told.count(
            "{number} item waits, the oldest for {seconds} s. {why}",
            "{number} items wait, the oldest for {seconds} s. {why}",
            reading.waiting,
            seconds=f"{age:.0f}",
            why=Told(why),
        ),
        phrase("Resume the workers.")
        if reading.paused
        else phrase("Look at Workers; start more where there is simply much to do."),
        "warning" if reading.paused else "critical",
    )


def _dead_letters(reading: Reading, settings: Settings) -> Sign:
    limit, dead = settings.alert_dead_letters, reading.dead
    verdict: Verdict = "bad" if limit and dead >= limit else "between" if limit and dead else "well"
    said = Told.count("{number} item was given up after errors.", "{number} items were given up after errors.", dead)
    todo = phrase("Look at them under Workers: mend the cause, then retry them, or discard them.")
    return Sign("dead_letters", dead, verdict, said, todo)


def _failure_rate(reading: Reading, settings: Settings) -> Sign:
    percent = reading.failed_percent if reading.tried >= _FEWEST else 0.0
    return Sign(
        "failure_rate",
        percent,
        _over(percent, settings.alert_failure_percent),
        Told("{percent} % of what was handled and sent in the last minute failed.", percent=f"{percent:.0f}"),
        phrase("Look at Messages, those that failed, for the reason, and at Integrations."),
        "critical",
        opens_after=_MINUTE,
        ends_after=2 * _MINUTE,
    )


def _breaker(reading: Reading, settings: Settings) -> Sign:
    todo = phrase("Look at Integrations, and at this machine's connection; it goes on by itself once calls go through.")
    said = Told("Sending rests: {reason}", reason=reading.breaker_reason[:_LONGEST])
    return _rest("breaker", reading.breaker, said, todo, settings)


def _model(reading: Reading, settings: Settings) -> Sign:
    todo = phrase("Look at TASKTALK_MODEL_URL and at the model's server. Until then only the grammar understands.")
    said = Told("The language model rests: {reason}", reason=reading.model_reason[:_LONGEST])
    return _rest("model_breaker", reading.model, said, todo, settings)


def _rest(rule: str, state: str, message: str, todo: str, settings: Settings) -> Sign:
    limit = settings.alert_breaker_seconds
    resting = bool(limit) and state != "closed"
    verdict: Verdict = "bad" if resting else "well"
    return Sign(rule, float(state != "closed"), verdict, message, todo, opens_after=timedelta(seconds=limit))


def _disk(reading: Reading, settings: Settings) -> Sign:
    limit, free = settings.alert_disk_mib, reading.free_mib
    if not limit or free is None:
        return Sign("disk", free, "well")
    verdict: Verdict = "bad" if free < limit else "between" if free < limit * _ROOMY else "well"
    return Sign(
        "disk",
        free,
        verdict,
        Told("{free} MiB are free where the data folder is.", free=f"{free:.0f}"),
        phrase("Free some, or move the data folder to a larger disk."),
        "critical" if free < limit / _NEXT_TO_NOTHING else "warning",
    )


def _backup(reading: Reading, settings: Settings) -> Sign:
    """In the sandbox nobody needs one; nor does who has just begun."""
    limit = settings.alert_backup_hours * 3600
    age = reading.backup_seconds
    wanted = limit and not settings.sandbox
    late = (reading.age_seconds if age is None else age) >= limit
    hours = None if age is None else age / 3600
    said = phrase("No backup has been made yet.")
    if hours is not None:
        said = Told.count(
            "The newest backup is {number} hour old.", "The newest backup is {number} hours old.", round(hours)
        )
    todo = phrase("Make one with `tasktalk backup FILE`, and look why none is made by itself.")
    return Sign("backup", hours, "bad" if wanted and late else "well", said, todo)


def _violations(reading: Reading, settings: Settings) -> Sign:
    """Open as long as the last hour has any: each is told of once an hour at most (`accounts/watching`)."""
    limit, seen = settings.alert_violations, reading.violations
    verdict: Verdict = "bad" if limit and seen >= limit else "between" if limit and seen else "well"
    said = Told.count(
        "Somebody tried what they may not, over and over, in the last hour.",
        "{number} times somebody tried what they may not, over and over, in the last hour.",
        seen,
    )
    todo = phrase(
        "Look at the audit log, Security, for where it came from; shut it out at your proxy, or revoke the token."
    )
    return Sign("violations", seen, verdict, said, todo)


def _over(value: float, limit: float) -> Verdict:
    """`limit` 0: never."""
    if not limit:
        return "well"
    return "bad" if value >= limit else "well" if value < limit * _HALF else "between"


RULES: Mapping[str, Callable[[Reading, Settings], Sign]] = {
    "queue_age": _queue_age,
    "dead_letters": _dead_letters,
    "failure_rate": _failure_rate,
    "breaker": _breaker,
    "model_breaker": _model,
    "disk": _disk,
    "backup": _backup,
    "violations": _violations,
}


def limits_of(settings: Settings) -> Iterator[tuple[str, float, str]]:
    """Each rule's limit as it is set, 0 for off, and the setting's name."""
    yield "queue_age", settings.alert_queue_seconds, "TASKTALK_ALERT_QUEUE_SECONDS"
    yield "dead_letters", settings.alert_dead_letters, "TASKTALK_ALERT_DEAD_LETTERS"
    yield "failure_rate", settings.alert_failure_percent, "TASKTALK_ALERT_FAILURE_PERCENT"
    yield "breaker", settings.alert_breaker_seconds, "TASKTALK_ALERT_BREAKER_SECONDS"
    yield "model_breaker", settings.alert_breaker_seconds, "TASKTALK_ALERT_BREAKER_SECONDS"
    yield "disk", settings.alert_disk_mib, "TASKTALK_ALERT_DISK_MIB"
    yield "backup", 0 if settings.sandbox else settings.alert_backup_hours, "TASKTALK_ALERT_BACKUP_HOURS"
    yield "violations", settings.alert_violations, "TASKTALK_ALERT_VIOLATIONS"
