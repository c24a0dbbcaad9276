"""Every setting is in the reference with its default, and nothing else is."""

import re

from documents import PAGES, code, first_cells, read
from pydantic import AliasChoices, SecretStr

from tasktalk.settings import Settings

PAGE = "docs/reference/settings.md"


def names_of(field: str) -> list[str]:
    alias = Settings.model_fields[field].validation_alias
    return [str(name) for name in alias.choices] if isinstance(alias, AliasChoices) else [f"TASKTALK_{field.upper()}"]


def test_every_setting_is_documented_and_no_other() -> None:
    documented = {name for names in first_cells(read(PAGE)) for name in names}
    assert documented == {name for field in Settings.model_fields for name in names_of(field)}


def test_the_documented_defaults_are_the_real_ones() -> None:
    rows = [line for line in read(PAGE).splitlines() if line.startswith("| `TASKTALK_")]
    shown = {line.split("`")[1]: line.split("|")[2].strip().strip("`") for line in rows}
    for field, info in Settings.model_fields.items():
        name = names_of(field)[0]
        if name in shown:
            default = info.default
            assert not isinstance(default, SecretStr)
            said = "" if default is None else str(default).lower() if isinstance(default, bool) else str(default)
            assert shown[name] == said, name


def test_settings_named_elsewhere_exist() -> None:
    known = {name for field in Settings.model_fields for name in names_of(field)}
    # For the tests, not for the product.
    known |= {"TASKTALK_TEST_DATABASE_URL", "TASKTALK_SCREENSHOTS"}
    # For `tasktalk mcp`, which may run far from the product.
    known |= {"TASKTALK_URL", "TASKTALK_TOKEN", "TASKTALK_TOKEN_FILE"}
    # Caddy's own, see deploy/Caddyfile.
    known |= {"TASKTALK_DOMAIN", "TASKTALK_UPSTREAM", "TASKTALK_META_CA"}
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        named = {name for line in code(text) for name in re.findall(r"\bTASKTALK_[A-Z_]+\b", line)}
        unknown = {name.removesuffix("_FILE") for name in named} - known
        assert unknown == set(), page
