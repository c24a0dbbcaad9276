"""Every setting in force, where its value comes from, and never a secret."""

import os
import re
from dataclasses import dataclass
from typing import Literal

from pydantic import AliasChoices, SecretStr
from pydantic_settings import DotEnvSettingsSource

from tasktalk.settings import Settings

Origin = Literal["default", "environment", "file", ".env", "command"]

GIVEN = "TASKTALK_GIVEN"  # what `tasktalk up` put into its children's environment by itself
_USER_INFO = re.compile(r"(?<=://)[^/@\s]+(?=@)")
_HIDDEN = "•••"


@dataclass(frozen=True, slots=True)
class Shown:
    """`value`: as people write it; None: not set. Of a secret only whether it is set. `origin`: the first that has it.

    `file`: a file that a `_FILE` twin names. `command`: an option, or `tasktalk up` for its children.
    """

    name: str
    value: str | None
    is_secret: bool
    is_set: bool
    origin: Origin


def list_shown(settings: Settings) -> list[Shown]:
    """In the order in which they are declared."""
    kept = _read_dotenv()
    return [_show(settings, field, kept) for field in Settings.model_fields]


def names_of(field: str) -> list[str]:
    """What the field is called in the environment, the best name first."""
    alias = Settings.model_fields[field].validation_alias
    return [str(name) for name in alias.choices] if isinstance(alias, AliasChoices) else [f"TASKTALK_{field}".upper()]


def _show(settings: Settings, field: str, kept: set[str]) -> Shown:
    value = getattr(settings, field)
    is_secret = "SecretStr" in str(Settings.model_fields[field].annotation)
    plain = value.get_secret_value() if isinstance(value, SecretStr) else value
    said = None if is_secret or plain is None or not str(plain) else _USER_INFO.sub(_HIDDEN, _written(plain))
    is_default = value == Settings.model_fields[field].default
    origin = _find_origin(names_of(field), kept, is_default=is_default)
    return Shown(names_of(field)[0], said, is_secret, plain is not None and str(plain) != "", origin)


def _find_origin(names: list[str], kept: set[str], *, is_default: bool) -> Origin:
    """As `settings_customise_sources` orders them: the environment, `_FILE` twins, `.env`."""
    ours = set(os.environ.get(GIVEN, "").split(","))
    given = {name.upper() for name, value in os.environ.items() if value and name not in ours}
    twins = {f"{name}_FILE" for name in names}
    if given & set(names):
        return "environment"
    if (given | kept) & twins:
        return "file"
    if kept & set(names):
        return ".env"
    return "default" if is_default else "command"


def _read_dotenv() -> set[str]:
    """The names that `.env` sets."""
    source = DotEnvSettingsSource(Settings)
    return {name.upper() for name, value in source.env_vars.items() if value}


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
