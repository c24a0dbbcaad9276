"""What the guides call a page, a button or a field is what the console calls it."""

import re

import pytest
from documents import ROOT, prose, read

CONSOLE = ROOT / "src/tasktalk/console"
# What stands on Meta's pages, and words that are only stressed.
ELSEWHERE = {
    "Meta Business", "WhatsApp Business Account", "business verification", "never", "Live", "Admin", "Business",
    "My Apps", "Create App", "Create app", "Add product", "Set up", "Assign assets", "Generate token",
    "WhatsApp delivers here", "the access token is not valid", "Too many wrong sign-ins",
    "Webhooks",
}  # fmt: skip
META = ("App settings", "Business settings", "WhatsApp >", "WhatsApp Manager")


def sentences() -> set[str]:
    files = [*CONSOLE.rglob("*.py"), *CONSOLE.rglob("*.html")]
    return {found for file in files for found in re.findall(r'"([A-Z][^"\n]{1,80})"', file.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("page", ["setup-guide", "deployment", "operations", "troubleshooting", "start"])
def test_labels_are_the_consoles(page: str) -> None:
    text = prose(read(f"docs/{page}.md"))
    named = {" ".join(each.split()) for each in re.findall(r"(?<![*\w])\*([^*]+)\*(?!\*)", text)}
    strange = {each for each in named - sentences() - ELSEWHERE if not each.startswith(META)}
    assert strange == set()
