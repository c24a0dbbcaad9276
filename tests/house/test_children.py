"""Waiting for a child that says when it is ready, and may never say so."""

import os
import time
from collections.abc import Iterator

import pytest

from tasktalk.up.children import Child, NotReady, stop_all


@pytest.fixture
def children() -> Iterator[list[Child]]:
    started: list[Child] = []
    yield started
    stop_all(started, seconds=5)
    for child in started:
        if child._stdout is not None:
            child._stdout.close()


def start(children: list[Child], program: str) -> Child:
    child = Child("child", ["-c", program], os.environ, ready_line=True)
    children.append(child)
    child.start()
    return child


def test_a_child_says_that_it_is_ready(children: list[Child]) -> None:
    program = (
        "print('REA', end='', flush=True); print('DY http://x', flush=True); input_ = __import__('time').sleep(60)"
    )
    assert start(children, program).wait_ready(seconds=30, stopping=lambda: False) == "http://x"


@pytest.mark.parametrize("program", ["", "print('no')"])
def test_a_child_that_ends_or_says_something_else_did_not_start(children: list[Child], program: str) -> None:
    with pytest.raises(NotReady, match="did not start"):
        start(children, program).wait_ready(seconds=30, stopping=lambda: False)


def test_a_child_that_says_nothing_is_not_waited_for_without_end(children: list[Child]) -> None:
    silent = start(children, "import time; time.sleep(60)")
    with pytest.raises(NotReady, match="within 0 seconds"):
        silent.wait_ready(seconds=0.2, stopping=lambda: False)
    began = time.monotonic()
    assert silent.wait_ready(seconds=30, stopping=lambda: time.monotonic() > began + 0.2) == ""
    assert time.monotonic() < began + 5
