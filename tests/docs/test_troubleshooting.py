"""Whatever `doctor` can find wrong has its row in the troubleshooting page, and nothing else has."""

import ast
import re

from documents import ROOT, first_cells, read

CHECKS = [ROOT / "src/tasktalk/health/doctor.py", *(ROOT / "src/tasktalk/integrations/checks").glob("*.py")]


def can_be_wrong() -> set[str]:
    """The first argument of every `warning(…)` and `failed(…)`."""
    names = set()
    for file in CHECKS:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id="warning" | "failed"), args=[ast.Constant(value=str(name)), *_]):
                    names.add(name)
    return names


def test_what_doctor_says_is_explained() -> None:
    section = read("docs/troubleshooting.md").partition("## What `doctor` says")[2]
    explained = [names[0] for names in first_cells(section)]
    assert sorted(explained) == sorted(can_be_wrong())


def test_every_trouble_of_the_guide_has_its_section() -> None:
    page = read("docs/troubleshooting.md")
    headings = set(re.findall(r"^## (.+)$", page, re.MULTILINE))
    wanted = {
        "Webhook verification failed",
        "Messages are not received",
        "API rate limits",
        "Authentication errors",
        "Where to look",
    }
    assert wanted <= headings
    assert all(f"- [{heading}](" in page for heading in headings - {"What `doctor` says"})
