"""Every test that the security page names is there, and every chapter of the standard is spoken of."""

import re

from documents import ROOT, code, read

PAGE = "docs/explain/security.md"


def test_the_proofs_exist() -> None:
    named = {span for line in code(read(PAGE)) for span in re.findall(r"tests/[\w/]+\.py(?:::\w+)?", line)}
    assert len(named) > 60
    missing = []
    for each in named:
        path, _, name = each.partition("::")
        file = ROOT / path
        if not file.exists() or (name and f"def {name}(" not in file.read_text(encoding="utf-8")):
            missing.append(each)
    assert missing == []


def test_no_chapter_is_left_out() -> None:
    headings = [line for line in read(PAGE).splitlines() if line.startswith("### V")]
    assert sorted(int(number) for line in headings for number in re.findall(r"\bV(\d+)", line)) == list(range(1, 18))
