"""The page of patterns, and what charts are drawn from."""

import pytest
from desk import Browser

from tasktalk.console.charts import Chart, Series, round_up


@pytest.mark.parametrize(
    ("most", "top"), [(0, 1), (0.3, 0.5), (1, 1), (1.1, 2), (7, 10), (10, 10), (39, 50), (420, 500), (99_999, 100_000)]
)
def test_a_chart_is_as_high_as_a_round_figure(most: float, top: float) -> None:
    assert round_up(most) == pytest.approx(top)


def test_the_tallest_bar_stays_inside_and_bars_beside_each_other() -> None:
    chart = Chart("x", ["a", "b"], [Series("one", "accent", [4, 8]), Series("two", "blue", [0, 10])])
    assert chart.tall(10) == 160
    assert chart.left(0, 1) - chart.left(0, 0) == pytest.approx(chart.bar_width)
    assert chart.left(1, 1) + chart.bar_width < 720


def test_a_phone_writes_some_of_the_labels_that_a_desk_writes() -> None:
    month = Chart("x", [str(day) for day in range(30)], [])
    assert (month.every, month.every_narrow) == (3, 9)
    week = Chart("x", [str(day) for day in range(7)], [])
    assert (week.every, week.every_narrow) == (1, 2)
    assert (month.middle(0), month.middle(29)) == ("1.67%", "100%")


def test_a_line_ends_where_nothing_was_measured() -> None:
    chart = Chart("x", list("abcd"), [Series("one", "blue", [5, None, 10, 0])], kind="lines")
    assert chart.lines([5, None, 10, 0]) == ["90.0,80.0 90.0,80.0", "450.0,0.0 630.0,160.0"]
    assert chart.lines([None] * 4) == []


async def test_the_page_draws_every_part_and_a_table_for_each_chart(ana: Browser) -> None:
    page = await ana.read("/patterns")
    assert page.count('<figure class="chart">') == page.count("Figures as a table") == 2
    assert "<title>08 · Received: 34</title>" in page
    assert 'aria-describedby="number-wrong"' in page
