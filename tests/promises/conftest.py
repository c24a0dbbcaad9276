"""The simulated Graph and the sender's kit lie with the tests of `messaging`."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "messaging"))
