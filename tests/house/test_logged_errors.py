"""What PostgreSQL quotes of a row stays out of the log and out of what is stored of an error."""

import json
import logging
from pathlib import Path

import asyncpg
import pytest

from tasktalk.db import Pool
from tasktalk.logs import describe, get_log

NUMBER, TITLE = "447700900123", "buy flowers for Clara"


@pytest.fixture
async def quoting(pool: Pool) -> list[Exception]:
    """Errors of every kind that quotes: a duplicate, a row, a text that is no number, a value of the wrong type."""
    await pool.execute("create table seen (number text unique, title text not null check (length(title) < 9), n int)")
    await pool.execute("insert into seen values ($1, 'x', 1)", NUMBER)
    found: list[Exception] = []
    for statement, values in (
        ("insert into seen values ($1, 'y', 1)", [NUMBER]),
        ("insert into seen values ($1, $2, 1)", ["1", TITLE]),
        ("insert into seen values ($1, null, 1)", [TITLE]),
        ("select $1::text::int", [TITLE]),
        ("select $1::int", [TITLE]),
    ):
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError)) as caught:
            await pool.execute(statement, *values)
        found.append(caught.value)
    assert all(NUMBER in str(error) or TITLE in str(error) for error in found)
    return found


def raise_late(error: Exception) -> None:
    """As a cause, as a context, and within a group."""
    try:
        raise_it(error)
    except type(error) as first:
        try:
            raise_it(ValueError("on the way"))
        except ValueError as second:
            raise ExceptionGroup("several", [second, first, KeyError("k")]) from first


def raise_it(error: Exception) -> None:
    raise error


def test_what_is_stored_of_an_error_says_what_and_where_and_quotes_nothing(quoting: list[Exception]) -> None:
    described = [describe(error) for error in quoting]
    assert described == [
        'UniqueViolationError: 23505 duplicate key value violates unique constraint "seen_number_key"',
        'CheckViolationError: 23514 new row for relation "seen" violates check constraint "seen_title_check"',
        'NotNullViolationError: 23502 null value in column "title" of relation "seen" violates not-null constraint',
        "InvalidTextRepresentationError: 22P02",
        "DataError: 22000",
    ]
    assert describe(KeyError("name")) == "KeyError: 'name'"
    assert describe(TimeoutError()) == "TimeoutError"


def test_a_traceback_quotes_nothing_wherever_the_error_stands_in_it(log_file: Path, quoting: list[Exception]) -> None:
    log, foreign = get_log("test"), logging.getLogger("some.library")
    for error in quoting:
        try:
            raise_late(error)
        except ExceptionGroup:
            log.exception("failed", error=str(error))
            foreign.exception("failed with %s", error)
    text = log_file.read_text()
    assert NUMBER not in text
    assert TITLE not in text
    lines = [json.loads(line) for line in text.splitlines()]
    assert len(lines) == 2 * len(quoting)
    assert all("on the way" in line["exception"] and "KeyError: 'k'" in line["exception"] for line in lines)
    assert all("Traceback (most recent call last)" in line["exception"] for line in lines)
    assert lines[0]["exception"].count("UniqueViolationError: 23505 duplicate key") == 2
    assert lines[0]["error"].endswith('unique constraint "seen_number_key"')


def test_an_error_that_cannot_say_itself_is_logged_by_its_name(log_file: Path) -> None:
    dumb = asyncpg.DeadlockDetectedError()  # its `str` takes the first argument, and there is none
    with pytest.raises(IndexError):
        str(dumb)
    assert describe(dumb) == "DeadlockDetectedError: 40P01"
    get_log("test").error("stuck", exc_info=dumb)
    assert "DeadlockDetectedError: 40P01" in json.loads(log_file.read_text())["exception"]
