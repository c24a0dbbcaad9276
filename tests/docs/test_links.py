"""Every link in every document leads somewhere, without asking the Internet."""

import re
from pathlib import Path

import pytest
from documents import PAGES, ROOT, anchors, prose

LINK = re.compile(r"\]\(([^)\s]+)\)|(?:src|srcset|href)=\"([^\"]+)\"")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_are_alive(page: Path) -> None:
    dead = []
    for pair in LINK.findall(prose(page.read_text(encoding="utf-8"))):
        target, _, anchor = (pair[0] or pair[1]).partition("#")
        if "://" in target or target.startswith("mailto:"):
            continue
        found = (page.parent / target).resolve() if target else page
        alive = found.is_relative_to(ROOT) and found.exists()
        if alive and anchor:
            alive = anchor in anchors(found.read_text(encoding="utf-8"))
        if not alive:
            dead.append(f"{target}#{anchor}" if anchor else target)
    assert dead == []


def test_every_document_is_reached_from_the_index() -> None:
    seen: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in seen:
            continue
        seen.add(page)
        if not page.exists():  # the test above tells
            continue
        targets = [
            (first or second).partition("#")[0] for first, second in LINK.findall(prose(page.read_text("utf-8")))
        ]
        waiting += [(page.parent / t).resolve() for t in targets if t.endswith(".md") and "://" not in t]
    assert [str(page.relative_to(ROOT)) for page in PAGES if page not in seen] == []
