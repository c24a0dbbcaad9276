"""The data folder and what lies in it."""

import os
from pathlib import Path

SANDBOX_CONFIG = "sandbox-process.json"  # what the simulator is told
ADDRESS = "address"  # where the web process of this folder answers


def make_folder(path: Path) -> None:
    """Make the data folder: traversable, for PostgreSQL runs under an unprivileged account; its secrets are private."""
    path.mkdir(mode=0o711, parents=True, exist_ok=True)


def write_private(path: Path, content: bytes) -> None:
    """Write a file as a whole, readable by its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".new")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    beside.replace(path)
