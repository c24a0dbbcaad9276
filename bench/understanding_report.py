"""Understanding in the table: each language beside the peers; and the whole scoreboard, by tag, for the terminal."""

from rich.table import Table

from bench.dates.cases import SPOKEN
from bench.dates.score import OURS, Tally
from bench.row import Row
from bench.understanding import Understood, describe_speed

_SOURCES = {
    "chrono": "chrono's own tests",
    "recurrent": "recurrent's own tests",
    "own": "our own tests",
    "holdout": "our hold-out",
}


def understanding_rows(found: Understood) -> list[Row]:
    """Speed over our own sentences; how much is right, ours first; what is wanted, where the corpora are at hand."""
    mean = sum(found.speeds_ms) / len(found.speeds_ms)
    sentences = ", ".join(f"{found.sentences[language]} {language}" for language in SPOKEN)
    rows = [Row(f"Understanding a message ({sentences})", describe_speed(found), "mean < 1 ms", mean < 1)]
    for source in _SOURCES:
        rows += [row for language in SPOKEN for row in _of_language(found, source, language)]
        rows += _invented(found, source)
    rows.append(Row("Hold-out, all that a sentence says", ", ".join(_holdout(found, language) for language in SPOKEN)))
    speeds = ", ".join(f"{reader} {_mean(found.scores.of(reader)):.2f} ms" for reader in found.scores.readers)
    rows.append(Row("Dates and repetition, time a sentence", speeds))
    if found.kinds:
        kinds = ", ".join(f"{name} {share.percent:.0f}" for name, share in found.kinds.items() if name != "all")
        every = found.kinds["all"].percent
        rows.append(Row("What is wanted", f"{every:.1f} % ({kinds})", "≥ 95 %", every >= 95))
    return rows


def _of_language(found: Understood, source: str, language: str) -> list[Row]:
    tallies = {reader: found.scores.of(reader, source=source, language=language) for reader in found.scores.readers}
    ours, rows = tallies[OURS], []
    if ours.days.total:
        least = 80 if language == "en" else 70
        each = _beside({reader: f"{one.moments.percent:.0f}/{one.days.percent:.0f}" for reader, one in _dated(tallies)})
        what = f"Dates, {language}, {_SOURCES[source]}: exact/right day, % of {ours.days.total}"
        rows.append(Row(what, each, f"exact ≥ {least}", ours.moments.percent >= least))
    if ours.rules.total:
        each = _beside(
            {
                reader: f"{one.units.percent:.0f}/{one.rule_days.percent:.0f}/{one.rules.percent:.0f}"
                for reader, one in tallies.items()
                if one.rules.total
            }
        )
        what = f"Repetition, {language}, {_SOURCES[source]}: unit/and days/and bounds, % of {ours.rules.total}"
        rows.append(Row(what, each, "all ≥ 95", ours.rules.percent >= 95))
    return rows


def _invented(found: Understood, source: str) -> list[Row]:
    tallies = {reader: found.scores.of(reader, source=source).invented for reader in found.scores.readers}
    ours = tallies[OURS]
    if not ours.total:
        return []
    each = _beside({reader: f"{one.right} of {one.total}" for reader, one in tallies.items() if one.total})
    return [Row(f"Dates in text that has none, {_SOURCES[source]}", each, "≤ 3 %", ours.percent <= 3)]


def _dated(tallies: dict[str, Tally]) -> list[tuple[str, Tally]]:
    return [(reader, one) for reader, one in tallies.items() if one.days.total]


def _beside(figures: dict[str, str]) -> str:
    """Ours without a name, the others with theirs."""
    return "; ".join(figure if reader == OURS else f"{reader} {figure}" for reader, figure in figures.items())


def _holdout(found: Understood, language: str) -> str:
    shares = [share for (spoken, _), share in found.holdout.items() if spoken == language]
    right, total = sum(share.right for share in shares), sum(share.total for share in shares)
    return f"{language} {100 * right / total:.0f} % of {total}" if total else f"{language} none"


def as_holdout(found: Understood) -> Table:
    """The hold-out by tag and language."""
    table = Table("hold-out", *SPOKEN, title="all that a sentence says, right of all")
    for tag in dict.fromkeys(tag for _, tag in found.holdout):
        shares = [found.holdout.get((language, tag)) for language in SPOKEN]
        table.add_row(tag, *(f"{share.right} of {share.total}" if share else "" for share in shares))
    return table


def _mean(tally: Tally) -> float:
    return sum(tally.ms) / len(tally.ms) if tally.ms else 0.0


def as_scoreboard(found: Understood) -> Table:
    """Whose sentences, language, tag; each reader's exact/right day, invented, and rules right in all parts."""
    scores = found.scores
    table = Table("sentences", "", "tag", *scores.readers, title="dates exact/right day %, invented, rules %")
    for source, language, tag in scores.keys():  # noqa: SIM118  (no dict)
        cells = [_cell(scores.tallies[source, language, tag].get(reader)) for reader in scores.readers]
        table.add_row(source, language, tag, *cells)
    return table


def _cell(tally: Tally | None) -> str:
    if tally is None:
        return ""
    parts = []
    if tally.days.total:
        parts.append(f"{tally.moments.percent:.0f}/{tally.days.percent:.0f} of {tally.days.total}")
    if tally.invented.total:
        parts.append(f"inv. {tally.invented.right} of {tally.invented.total}")
    if tally.rules.total:
        parts.append(f"rules {tally.rules.percent:.0f} of {tally.rules.total}")
    return ", ".join(parts)
