"""From the command to the ready file: the first time, with a database to make, and every time after."""

from dataclasses import dataclass
from statistics import median

from bench import system


@dataclass(frozen=True, slots=True)
class Start:
    """Seconds."""

    cold: float
    warm: list[float]

    @property
    def warm_median(self) -> float:
        """The usual start."""
        return median(self.warm)


def measure(*, rounds: int) -> Start:
    """One start on an empty folder, `rounds` on the same one."""
    times: list[float] = []
    with system.temporary_folder() as folder:
        for _ in range(rounds + 1):
            with system.running(folder) as running:
                times.append(running.ready_seconds)
    return Start(times[0], times[1:])
