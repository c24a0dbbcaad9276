"""Settings with their origin, and no secret: on the page, and by `tasktalk config`."""

import re
from pathlib import Path

import pytest
from desk import Browser, Desk
from typer.testing import CliRunner

from tasktalk.cli import app
from tasktalk.console.pages.settings import GROUPS
from tasktalk.health.configuration import GIVEN, list_shown
from tasktalk.settings import Settings, load_settings


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Something of every origin."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "password").write_text("hunter2-mail")
    (tmp_path / ".env").write_text("TASKTALK_TRASH_DAYS=9\nTASKTALK_WORKERS=3\n")
    for name, value in {
        "TASKTALK_WORKERS": "2",
        "TASKTALK_SMTP_URL_FILE": "password",
        "DATABASE_URL": "postgresql://me:hunter2@db/x",
        "TASKTALK_MODEL_URL": "https://me:hunter2@models.example/v1",
        "TASKTALK_HOST": "10.0.0.1",
        GIVEN: "TASKTALK_HOST,PATH",
    }.items():
        monkeypatch.setenv(name, value)
    return load_settings(port=8123)


def test_each_value_says_where_it_comes_from(settings: Settings) -> None:
    shown = {each.name: each for each in list_shown(settings)}
    assert len(shown) == len(Settings.model_fields)
    origins = {
        "TASKTALK_TRASH_DAYS": ("9", ".env"),
        "TASKTALK_WORKERS": ("2", "environment"),
        "TASKTALK_SMTP_URL": (None, "file"),
        "DATABASE_URL": (None, "environment"),
        "TASKTALK_MODEL_URL": ("https://•••@models.example/v1", "environment"),
        "TASKTALK_PORT": ("8123", "command"),
        "TASKTALK_HOST": ("10.0.0.1", "command"),
        "TASKTALK_LIMITS": ("on", "default"),
        "SECRET_KEY": (None, "default"),
    }
    assert {name: (shown[name].value, shown[name].origin) for name in origins} == origins
    assert [shown[name].is_set for name in ("TASKTALK_SMTP_URL", "DATABASE_URL", "SECRET_KEY")] == [True, True, False]


async def test_the_page_and_the_command_show_them_without_secrets(
    desk: Desk, ana: Browser, ben: Browser, settings: Settings
) -> None:
    desk.app.state.settings = settings
    page = await ana.read("/settings")
    rows = dict(re.findall(r'<tr id="(\w+)">(.*?)</tr>', page))
    assert len(rows) == len(Settings.model_fields)
    assert ">.env<" in rows["TASKTALK_TRASH_DAYS"]
    assert ">set<" in rows["DATABASE_URL"]
    assert ">not set<" in rows["SECRET_KEY"]
    answer = CliRunner().invoke(app, ["config"], env={"COLUMNS": "200"})
    assert answer.exit_code == 0, answer.output
    assert re.search(r"TASKTALK_TRASH_DAYS +│ 9 +│ \.env", answer.output)
    for text in (page, answer.output):
        assert "hunter2" not in text
    assert (await ben.open("/settings")).status_code == 403


def test_its_headings_are_those_of_the_reference() -> None:
    reference = (Path(__file__).parents[2] / "docs/reference/settings.md").read_text(encoding="utf-8")
    assert set(GROUPS.values()) <= set(re.findall(r"^## (.+)$", reference, re.MULTILINE))
    assert next(iter(GROUPS)) == "WHATSAPP_ACCESS_TOKEN"
