"""Ask whether anything in a lock has a known hole: `audit_dependencies.py LOCK`.

Fails for one that has. Where nobody can be asked, it says so and succeeds: no check may hang on a network.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

TOOL = (sys.executable, "-m", "pip_audit")
_SECONDS = 180


def main(lock: str, tool: tuple[str, ...] = TOOL) -> int:
    """0: none is known, or nobody answered; 1: there is one."""
    # Hashed and complete, the lock needs no resolver.
    options = ("--requirement", lock, "--disable-pip", "--no-deps", "--format", "json", "--progress-spinner", "off")
    try:
        done = subprocess.run((*tool, *options), capture_output=True, text=True, timeout=_SECONDS, check=False)  # noqa: S603
        packages: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError, KeyError) as error:
        print(f"pip-audit: skipped, nobody could be asked ({type(error).__name__})")  # noqa: T201
        return 0
    asked = [each for each in packages if "skip_reason" not in each]
    if not asked:
        print("pip-audit: skipped, nobody could be asked about any package")  # noqa: T201
        return 0
    holes = [(each, hole) for each in asked for hole in each["vulns"]]
    for package, hole in holes:
        fixed = ", ".join(hole["fix_versions"]) or "nothing yet"
        print(f"{package['name']} {package['version']}: {hole['id']}, mended in {fixed}")  # noqa: T201
    unknown = len(packages) - len(asked)
    rest = f"; {unknown} are not known there" if unknown else ""
    print(f"pip-audit: {len(holes)} known holes in {len(asked)} packages{rest}")  # noqa: T201
    return 1 if holes else 0


if __name__ == "__main__":
    sys.exit(main(str(Path(sys.argv[1]))))
