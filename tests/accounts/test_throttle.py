from datetime import datetime, timedelta

import pytest

from tasktalk.accounts.throttle import FAILURES, REST, Throttle
from tasktalk.errors import RateLimited


def test_five_failures_by_any_key_rest_a_minute(now: datetime) -> None:
    throttle = Throttle()
    for number in range(FAILURES):
        throttle.begin(["address", f"account {number}"], now=now)
    with pytest.raises(RateLimited) as caught:
        throttle.begin(["address", "another account"], now=now + timedelta(seconds=20))
    assert caught.value.data["retry_after"] == 40
    throttle.begin(["another address", "account 1"], now=now)
    throttle.begin(["address"], now=now + REST)


def test_the_right_password_forgives_the_account(now: datetime) -> None:
    throttle = Throttle()
    for _ in range(FAILURES - 1):
        throttle.begin(["ana"], now=now)
    throttle.forgive("ana")
    for _ in range(FAILURES):
        throttle.begin(["ana"], now=now)


def test_what_is_taken_back_was_no_failure(now: datetime) -> None:
    throttle = Throttle()
    for number in range(3 * FAILURES):
        at = now + timedelta(milliseconds=number)
        throttle.begin(["address"], now=at)
        throttle.take_back(["address"], now=at)
    assert not throttle._failures
    throttle.take_back(["address"], now=now)


def test_it_remembers_a_bounded_number(now: datetime) -> None:
    throttle = Throttle()
    for number in range(10_050):
        throttle.begin([str(number)], now=now)
    assert len(throttle._failures) == 10_000
