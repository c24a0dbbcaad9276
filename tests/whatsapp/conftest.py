"""The deliveries in tests/payloads, one a file: `event__case.json`, all values invented."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

PAYLOADS = Path(__file__).parent.parent / "payloads"


@pytest.fixture(scope="session")
def deliveries() -> dict[str, Any]:
    """Every delivery by its name."""
    return {path.stem: msgspec.json.decode(path.read_bytes()) for path in sorted(PAYLOADS.glob("*.json"))}
