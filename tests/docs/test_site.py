"""The documents are built as a site without a warning: no dead reference, no page that is nowhere in the contents."""

import subprocess
import sys
from pathlib import Path

import pytest
from documents import ROOT


@pytest.mark.slow
def test_the_site_is_built_without_a_warning(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html", "-c", "docs", "-d"]
    command += [str(tmp_path / "read"), ".", str(tmp_path / "site")]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    assert (tmp_path / "site/docs/user-guide.html").exists()
    assert (tmp_path / "site/docs/images/phone.png").exists()
