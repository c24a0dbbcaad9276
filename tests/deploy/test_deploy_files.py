"""Each file of deploy/ can be read by what reads it, and names only commands, settings and files that there are."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml
from pydantic import AliasChoices

from tasktalk.cli import app
from tasktalk.settings import Settings, load_settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))
FOREIGN = {"PUBLIC_URL", "FORWARDED_ALLOW_IPS"}  # the second is read by `main.create_app`


def settings_names() -> set[str]:
    names = set()
    for field, info in Settings.model_fields.items():
        alias = info.validation_alias
        found = (
            [str(each) for each in alias.choices] if isinstance(alias, AliasChoices) else [f"TASKTALK_{field}".upper()]
        )
        names |= {*found, *(f"{each}_FILE" for each in found)}
    return names | FOREIGN


def check_command(words: list[str]) -> None:
    """`tasktalk` knows this command and these options."""
    command = typer.main.get_command(app).commands[words[0]]  # type: ignore[attr-defined]  # typer's own click
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= known, words


def dockerfile() -> list[tuple[str, str]]:
    text = re.sub(r"\\\n", " ", (DEPLOY / "Dockerfile").read_text())
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split(maxsplit=1)[0], line.split(maxsplit=1)[1]) for line in lines]


def test_the_image_runs_as_nobody_in_particular_and_says_how_it_is() -> None:
    steps = dockerfile()
    last = dict(steps)
    stages = [value for name, value in steps if name == "FROM"]
    assert all(stage.startswith("python:3.11-slim") for stage in stages)
    assert last["USER"] == "tasktalk"
    assert "useradd --uid 10001" in " ".join(value for name, value in steps if name == "RUN")
    assert last["VOLUME"] == '["/data"]'
    env = dict(word.split("=", 1) for name, value in steps if name == "ENV" for word in shlex.split(value))
    assert {name for name in env if name.startswith("TASKTALK_")} <= settings_names()
    assert (env["TASKTALK_DATA"], env["TASKTALK_PORT"], env["TASKTALK_SANDBOX"]) == ("/data", last["EXPOSE"], "false")
    check_command(yaml.safe_load(last["CMD"]))
    health = yaml.safe_load(last["HEALTHCHECK"].partition("CMD ")[2])
    assert health[:2] == ["tasktalk", "healthcheck"]
    assert health[-1].endswith(f":{last['EXPOSE']}")
    check_command(health[1:])


def test_the_image_holds_what_the_locks_say() -> None:
    steps = dockerfile()
    (install,) = [value for name, value in steps if name == "RUN" and "-r requirements/" in value]
    assert "--require-hashes" in install
    copied = [word for name, value in steps if name == "COPY" and "--from" not in value for word in value.split()[:-1]]
    assert all((ROOT / path).exists() for path in copied)
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert {path.partition("/")[0] for path in copied} <= kept
    assert set(re.findall(r"-r (\S+)", install)) <= set(copied)


@pytest.fixture
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return found


def test_compose_names_what_there_is(compose: dict[str, Any]) -> None:
    app_service, services = compose["services"]["app"], compose["services"]
    check_command(app_service["command"])
    assert (DEPLOY / app_service["build"]["context"] / app_service["build"]["dockerfile"]).exists()
    own = {name for name in app_service["environment"] if name != "TZ"}
    assert own <= settings_names()
    assert services["postgres"]["image"] == "postgres:18"
    assert services["redis"]["profiles"] == ["redis"]
    volumes = [name.partition(":")[0] for each in services.values() for name in each.get("volumes", ())]
    assert set(volumes) == set(compose["volumes"])
    assert app_service["volumes"] == ["data:/data"]
    for each in services.values():
        assert set(each.get("secrets", ())) <= set(compose["secrets"])
        assert set(each["networks"]) <= set(compose["networks"])
        assert all(port.startswith("127.0.0.1:") for port in each.get("ports", ()))
        assert set(each.get("depends_on", ())) <= set(services)
    (port,) = app_service["ports"]
    assert port.endswith(f":{Settings.model_fields['port'].default}")


def test_secrets_are_made_once(compose: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "deploy/make-secrets"
    script.parent.mkdir()
    shutil.copy(DEPLOY / "make-secrets", script)
    run = ["sh", str(script), "https://tasks.example.org"]
    subprocess.run(run, check=True, capture_output=True)
    made = {each: (tmp_path / "deploy" / found["file"]).read_text() for each, found in compose["secrets"].items()}
    subprocess.run(run, check=True, capture_output=True)
    assert made == {
        each: (tmp_path / "deploy" / found["file"]).read_text() for each, found in compose["secrets"].items()
    }
    assert made["postgres_password"] in made["database_url"]
    assert (tmp_path / "deploy/secrets").stat().st_mode & 0o77 == 0
    assert (tmp_path / "deploy/.env").read_text() == "PUBLIC_URL=https://tasks.example.org\n"
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "deploy/secrets/secret_key"))
    monkeypatch.delenv("SECRET_KEY", raising=False)
    assert load_settings().master_secret == made["secret_key"]
    refused = subprocess.run(["sh", str(script)], check=False, capture_output=True)
    assert refused.returncode != 0


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_units_run_commands_that_there_are_and_are_held_tight(unit: Path, tmp_path: Path) -> None:
    lines = [line.split("=", 1) for line in unit.read_text().splitlines() if "=" in line and not line.startswith("#")]
    (command,) = [value for name, value in lines if name == "ExecStart"]
    check_command(command.split()[1:])
    named = [value.split("=", 1)[0] for name, value in lines if name == "Environment"]
    assert set(named) <= settings_names()
    said = dict(lines)
    assert said["CapabilityBoundingSet"] == ""
    assert said["SystemCallFilter"] == "setpriority"  # the last of several: a backup at night is niced
    assert (said["ProtectSystem"], said["NoNewPrivileges"], said["User"]) == ("strict", "true", "tasktalk")
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed; the rest was looked at")
    # systemd wants the program to be there; the rest of the unit is as it stands.
    text = unit.read_text().replace("/opt/tasktalk/.venv/bin/tasktalk", sys.executable)
    (tmp_path / unit.name).write_text(text)
    shutil.copy(DEPLOY / "tasktalk.target", tmp_path)
    instance = tmp_path / unit.name.replace("@", "@8000")
    verified = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(instance)], check=False, capture_output=True, text=True
    )
    assert [line for line in verified.stderr.splitlines() if "tasktalk" in line] == []


def test_commands_run_with_what_the_units_run_with(tmp_path: Path) -> None:
    told = tmp_path / "systemd-run"
    told.write_text("#!/bin/sh\nprintf '%s\\0' \"$@\"\n")
    told.chmod(0o755)
    words = ["user", "add", "", '$HOME 100% "x"\n', "it's $$"]
    path = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    said = subprocess.run(
        ["sh", str(DEPLOY / "tasktalk"), *words], env=path, check=True, capture_output=True, text=True
    )
    *options, _ = said.stdout.split("\0")
    assert options[-len(words) :] == [word.replace("$", "$$") for word in words]
    properties = {option.removeprefix("--property=") for option in options if option.startswith("--property=")}
    for unit in UNITS:
        lines = set(unit.read_text().splitlines())
        assert {
            line for line in lines if line.startswith(("LoadCredential=", "EnvironmentFile=", "User="))
        } < properties
        (command,) = [line for line in lines if line.startswith("ExecStart=")]
        assert command.split()[0].removeprefix("ExecStart=") in options[-len(words) - 2]


def test_the_environment_of_the_units_can_be_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = (DEPLOY / "tasktalk.env").read_text().splitlines()
    pairs = [line.lstrip("#").split("=", 1) for line in shown if re.match(r"#?[A-Z_]+=", line)]
    assert {name for name, _ in pairs} <= settings_names()
    for name, value in pairs:
        monkeypatch.setenv(name, value)
    assert load_settings().sandbox is False
