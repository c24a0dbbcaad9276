"""The geometry of charts; `charts.html` draws them as SVG, each with a table of the same figures.

Bars and lines are stretched to the room there is, words are not: they stand at shares of the width, in percent.
"""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, FLOOR = 720, 160
_NARROW = 250  # what a phone has left for it, in the pixels that WIDTH is on a desk
_WIDEST_BAR, _LABEL_ROOM = 28.0, 64
_ROUND = (1, 2, 5, 10)


@dataclass(frozen=True, slots=True)
class Series:
    """One colour of a chart; `tone` is a class of the style sheet, `values` go with the chart's labels.

    None where there was nothing to measure, which is not 0.
    """

    name: str
    tone: str
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Chart:
    """Values over evenly spaced labels, as bars beside each other or a line a series. `top` is a round figure."""

    title: str
    labels: Sequence[str]
    series: Sequence[Series]
    unit: str = ""
    kind: str = "bars"

    @property
    def top(self) -> float:
        """What the chart is high; never 0."""
        return round_up(max((value or 0 for each in self.series for value in each.values), default=0))

    @property
    def step(self) -> float:
        """How wide a label's place is."""
        return WIDTH / max(1, len(self.labels))

    @property
    def bar_width(self) -> float:
        """How wide one bar is."""
        return max(1.0, min(_WIDEST_BAR, self.step * 0.72 / max(1, len(self.series))))

    @property
    def every(self) -> int:
        """Each how many labels one is written, so that they have room."""
        return max(1, -(-len(self.labels) * _LABEL_ROOM // WIDTH))

    @property
    def every_narrow(self) -> int:
        """The same on a phone: some of those that a desk writes."""
        return self.every * max(1, -(-len(self.labels) * _LABEL_ROOM // (_NARROW * self.every)))

    def middle(self, place: int) -> str:
        """Where the words under a place stand; at the right edge where they would stand out."""
        middle = (place + 0.5) * self.step
        return "100%" if middle > WIDTH - _LABEL_ROOM / 2 else f"{100 * middle / WIDTH:.2f}%"

    def left(self, place: int, number: int) -> float:
        """Where the bar of a series begins."""
        return round(
            place * self.step + (self.step - self.bar_width * len(self.series)) / 2 + number * self.bar_width, 1
        )

    def tall(self, value: float) -> float:
        """How high a value stands above the floor."""
        return round(FLOOR * value / self.top, 1)

    def lines(self, values: Sequence[float | None]) -> list[str]:
        """The points of the line through the middles of the places, in pieces where there is nothing between."""
        found: list[list[str]] = [[]]
        for at, value in enumerate(values):
            if value is not None:
                found[-1].append(f"{(at + 0.5) * self.step:.1f},{FLOOR - self.tall(value):.1f}")
            elif found[-1]:
                found.append([])
        return [" ".join(points if len(points) > 1 else points * 2) for points in found if points]  # one is a dot


def round_up(most: float) -> float:
    """The least of 1, 2, 5 and their tenfolds that is not below `most`; 1 for nothing."""
    if most <= 0:
        return 1.0
    size = 1.0
    while size * 10 < most:
        size *= 10
    while size > most:
        size /= 10
    return next(size * each for each in _ROUND if size * each >= most)


def figure(value: float | None) -> str:
    """`1,204`, `3.5`; a dash for nothing."""
    if value is None:
        return "\N{EN DASH}"
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"
