"""What is printed of a measurement."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. `good`: whether the target is reached; None where there is none."""

    what: str
    figure: str
    target: str = ""
    good: bool | None = None
