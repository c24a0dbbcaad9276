from datetime import datetime, timedelta

import pytest

from tasktalk.accounts.throttle import FAILURES, REST, Throttle
from tasktalk.errors import RateLimited


def test_five_failures_by_any_key_rest_a_minute(now: datetime) -> None:
    throttle = Throttle()
    for number in range(FAILURES):
        throttle.check(["address", f"account {number}"], now=now)
        throttle.fail(["address", f"account {number}"], now=now)
    with pytest.raises(RateLimited) as caught:
        throttle.check(["address", "another account"], now=now + timedelta(seconds=20))
    assert caught.value.data["retry_after"] == 40
    throttle.check(["another address", "account 1"], now=now)
    throttle.check(["address"], now=now + REST)


def test_the_right_password_forgives_the_account(now: datetime) -> None:
    throttle = Throttle()
    for _ in range(FAILURES - 1):
        throttle.fail(["ana"], now=now)
    throttle.succeed("ana")
    throttle.fail(["ana"], now=now)
    throttle.check(["ana"], now=now)


def test_it_remembers_a_bounded_number(now: datetime) -> None:
    throttle = Throttle()
    for number in range(10_050):
        throttle.fail([str(number)], now=now)
    assert len(throttle._failures) == 10_000
