"""Every metric is in the reference, and nothing else; the dashboard and the alert rules name what there is."""

import json
import re

import yaml
from documents import first_cells, read
from prometheus_client import REGISTRY

from tasktalk import metrics
from tasktalk.health.standing import STANDING

PAGE = "docs/reference/metrics.md"
_NAME = re.compile(r"\btasktalk_[a-z_]+")
_PARTS = ("_bucket", "_sum", "_count")


def known() -> dict[str, tuple[str, ...]]:
    """Each metric by its name in Prometheus, with its labels."""
    found = {name: tuple(labels) for name, (_, labels) in STANDING.items()}
    for each in vars(metrics).values():
        if hasattr(each, "_labelnames"):
            name = each._name + ("_total" if each._type == "counter" else "")
            found[name] = tuple(each._labelnames)
    for family in metrics._Kept().collect():
        name = family.name + ("_total" if family.type == "counter" else "")
        found[name] = tuple(family._labelnames)  # type: ignore[attr-defined]
    return found


def documented() -> dict[str, tuple[str, ...]]:
    rows = [line.split("|") for line in read(PAGE).splitlines() if line.startswith("| `tasktalk_")]
    return {cells[1].strip(" `"): tuple(re.findall(r"`(\w+)`", cells[3])) for cells in rows}


def test_every_metric_is_documented_with_its_labels_and_no_other() -> None:
    assert documented() == known()
    assert len(first_cells(read(PAGE))) == len(known())
    families = {family.name for family in REGISTRY.collect() if family.name.startswith("tasktalk_")}
    assert families <= {name.removesuffix("_total") for name in known()}


def check(expression: str) -> None:
    """All that it names exists; what it groups and narrows by are labels of what it names."""
    names = {re.sub(f"({'|'.join(_PARTS)})$", "", name) for name in _NAME.findall(expression)}
    assert names, expression
    assert names <= set(known()), expression
    labels = {"le", "instance"}.union(*(known()[name] for name in names))
    grouped = ",".join(re.findall(r"\bby \(([^)]*)\)", expression))
    asked = {label.strip() for label in grouped.split(",")} | set(re.findall(r"(\w+)(?:=~|=|!=)\"", expression))
    assert asked - {""} <= labels, expression


def test_the_dashboard_asks_for_what_there_is() -> None:
    board = json.loads(read("docs/deploy/grafana.json"))
    asked = [target["expr"] for panel in board["panels"] for target in panel.get("targets", ())]
    for expression in asked:
        check(expression)
    shown = {re.sub(f"({'|'.join(_PARTS)})$", "", name) for expression in asked for name in _NAME.findall(expression)}
    assert shown == set(known())  # it leaves none out
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in board["panels"]]
    assert len(set(places)) == len(places)
    assert len({panel["id"] for panel in board["panels"]}) == len(places)


def test_the_alert_rules_ask_for_what_there_is() -> None:
    (group,) = yaml.safe_load(read("docs/deploy/prometheus-rules.yaml"))["groups"]
    for rule in group["rules"]:
        check(rule["expr"])
        assert rule["labels"]["severity"] in {"critical", "warning"}
        assert rule["annotations"]["summary"]
    assert len({rule["alert"] for rule in group["rules"]}) == len(group["rules"])
