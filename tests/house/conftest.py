import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from tasktalk.logs import set_up_logs


@pytest.fixture
def log_file(tmp_path: Path) -> Iterator[Path]:
    """`todo.log` as a process writes it."""
    file = tmp_path / "todo.log"
    set_up_logs(level="INFO", process="test", file=file, console=False)
    yield file
    for handler in logging.root.handlers:
        handler.close()
