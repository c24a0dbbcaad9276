"""The documents as a site: `make docs`. The pages are read as they lie in the repository, so that links serve both."""  # noqa: INP001

import shutil
from pathlib import Path

from sphinx.application import Sphinx

ROOT = Path(__file__).parent.parent
ROOM = {
    "how-to": "To get something done",
    "reference": "To look up",
    "explain": "To understand",
    "decisions": "Decisions",
}

project = "Tasktalk"
copyright = "the Tasktalk authors"  # noqa: A001  (Sphinx's own name)
extensions = ["myst_parser"]
include_patterns = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "docs/*.md", "docs/**/*.md"]
root_doc = "README"
html_theme = "furo"
html_title = "Tasktalk"
html_copy_source = False
html_show_sphinx = False
html_theme_options = {"sidebar_hide_name": False}
pygments_style = "friendly"
pygments_dark_style = "monokai"
highlight_language = "none"
myst_heading_anchors = 6
# An example may have "…" where JSON has none.
suppress_warnings = ["misc.highlighting_failure"]


def add_contents(_app: Sphinx, docname: str, source: list[str]) -> None:
    """The sidebar: what is in `docs/`, by what one is there for."""
    if docname != root_doc:
        return
    first = ["start", "user-guide", "user-guide.es", "user-guide.pt", "setup-guide", "deployment", "operations"]
    first += ["troubleshooting", "glossary", "README"]
    pages = {"": [f"docs/{name}" for name in first if (ROOT / f"docs/{name}.md").exists()]}
    for room, caption in ROOM.items():
        found = sorted((ROOT / "docs" / room).rglob("*.md"))
        pages[caption] = [str(page.relative_to(ROOT).with_suffix("")) for page in found]
    pages["The project"] = ["CHANGELOG", "CONTRIBUTING", "SECURITY"]
    for caption, names in pages.items():
        lines = ["", "```{toctree}", ":hidden:", *([f":caption: {caption}"] if caption else []), "", *names, "```", ""]
        source[0] += "\n".join(lines)


def add_files(app: Sphinx, error: Exception | None) -> None:
    """Pictures that pages show by HTML, which Sphinx does not follow; and a way in."""
    if error is None:
        out = Path(app.outdir)
        shutil.copytree(ROOT / "docs/images", out / "docs/images", dirs_exist_ok=True)
        (out / "index.html").write_text('<!doctype html><meta http-equiv="refresh" content="0; url=README.html">\n')


def setup(app: Sphinx) -> None:
    """Sphinx's door."""
    app.connect("source-read", add_contents)
    app.connect("build-finished", add_files)
