"""Every setting, from the environment or `.env`; each has a `<NAME>_FILE` twin that names a file to read it from."""

import datetime as dt
import os
import secrets
import tempfile
from contextlib import suppress
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import msgspec
from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings.sources import EnvSettingsSource

from tasktalk.errors import AppError

KEY_FILE, OLD_KEYS_FILE = "secret.key", "secret.key.old"  # in the data folder
_SHORTEST_KEY = 16  # characters
_DEAREST = 1000  # message
_REPEATED_DAYS, _REVIEWED_DAYS = 8, 32


def _named(*names: str) -> AliasChoices:
    return AliasChoices(*names)


class BadSetting(AppError):
    """A setting cannot be used; the message never repeats its value."""


class _FileTwins(EnvSettingsSource):
    """Reads `<NAME>_FILE` for every setting, as container secrets are given; named in the environment or in `.env`."""

    def __init__(self, settings_cls: type[BaseSettings], dotenv: PydanticBaseSettingsSource) -> None:
        super().__init__(settings_cls)
        self._dotenv = dotenv.env_vars if isinstance(dotenv, EnvSettingsSource) else {}

    def __call__(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, field in self.settings_cls.model_fields.items():
            aliases = field.validation_alias
            named = aliases.choices if isinstance(aliases, AliasChoices) else [name]  # as pydantic wants each back
            for alias in named:
                twin = f"TASKTALK_{name}_FILE".upper() if alias == name else f"{alias}_FILE"
                path = os.environ.get(twin) or self._dotenv.get(twin.lower())
                if path:
                    found[str(alias)] = _read_twin(twin, Path(path))
        return found


def _read_twin(name: str, path: Path) -> str:
    try:
        value = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(f"{name} names {path}, which cannot be read: {error}") from error
    if not value:
        raise BadSetting(f"{name} names {path}, which is empty")
    return value


class Settings(BaseSettings):
    """Frozen; read once at start. Units are in the names."""

    model_config = SettingsConfigDict(
        env_prefix="TASKTALK_",
        env_file=".env",
        env_ignore_empty=True,
        frozen=True,
        extra="ignore",
        populate_by_name=True,
    )

    # The guide's names.
    whatsapp_access_token: SecretStr | None = Field(None, validation_alias=_named("WHATSAPP_ACCESS_TOKEN"))
    whatsapp_verify_token: SecretStr | None = Field(None, validation_alias=_named("WHATSAPP_VERIFY_TOKEN"))
    whatsapp_app_id: str = Field("", validation_alias=_named("WHATSAPP_APP_ID"))
    whatsapp_app_secret: SecretStr | None = Field(None, validation_alias=_named("WHATSAPP_APP_SECRET"))
    whatsapp_business_account_id: str = Field("", validation_alias=_named("WHATSAPP_BUSINESS_ACCOUNT_ID"))
    whatsapp_phone_number_id: str = Field("", validation_alias=_named("WHATSAPP_PHONE_NUMBER_ID"))
    database_url: SecretStr | None = Field(None, validation_alias=_named("DATABASE_URL"))
    redis_url: SecretStr | None = Field(None, validation_alias=_named("REDIS_URL"))
    secret_key: SecretStr | None = Field(None, validation_alias=_named("SECRET_KEY", "NEXTAUTH_SECRET"))
    secret_key_old: SecretStr | None = Field(None, validation_alias=_named("SECRET_KEY_OLD"))
    public_url: str = Field("", validation_alias=_named("PUBLIC_URL", "NEXTAUTH_URL"))
    timezone: str = Field("UTC", validation_alias=_named("TASKTALK_TIMEZONE", "TZ"))

    # Where things are.
    data: Path = Path("data")
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)
    sandbox: bool = True
    sandbox_port: int = Field(8001, ge=0, le=65535)
    sandbox_people: int = Field(2, ge=1, le=100_000)
    sandbox_templates: Literal["approved", "none"] = "approved"
    graph_url: str = "https://graph.facebook.com"
    graph_version: str = "v25.0"
    files_url: str = ""
    files_access_key: SecretStr | None = None
    files_secret_key: SecretStr | None = None
    cors_origins: str = ""

    # Looking for viruses.
    scan_command: str = ""
    clamd: str = ""
    scan_seconds: float = Field(30.0, gt=0, le=600)
    scan_away: Literal["refuse", "keep"] = "refuse"

    # Listening to voice notes.
    voice: str = ""
    voice_url: str = ""
    voice_key: SecretStr | None = None
    voice_max_seconds: int = Field(300, ge=1, le=3600)
    voice_timeout_seconds: float = Field(60.0, gt=0, le=600)

    # Where WhatsApp does not reach people.
    smtp_url: SecretStr | None = None
    smtp_from: str = ""
    apprise_private: Literal["on", "off"] = "off"

    # Where other programs are told of what happens.
    webhooks_private: Literal["on", "off"] = "off"

    # A language model.
    model: str = ""
    model_url: str = ""
    model_key: SecretStr | None = None
    model_output: Literal["tools", "json"] = "tools"
    model_timeout_seconds: float = Field(20.0, gt=0, le=120)
    model_requests_per_day: int = Field(100, ge=0)
    model_tokens_per_day: int = Field(500_000, ge=0)

    # What administrators see.
    show_conversations: Literal["on", "off"] = "off"
    prices: str = ""

    # Who signs in.
    two_factor: Literal["optional", "admins"] = "optional"

    # What administrators are told of; 0: never.
    alert_queue_seconds: int = Field(300, ge=0)
    alert_dead_letters: int = Field(1, ge=0)
    alert_violations: int = Field(1, ge=0)
    alert_failure_percent: int = Field(25, ge=0, le=100)
    alert_breaker_seconds: int = Field(60, ge=0)
    alert_disk_mib: int = Field(2048, ge=0)
    alert_backup_hours: int = Field(48, ge=0)
    alert_token_days: int = Field(7, ge=0)
    alert_quality: Literal["yellow", "red"] = "yellow"

    # Backups.
    backup_dir: Path | None = None
    backup_at: str = "03:30"
    backup_bucket: bool = True  # whether a backup holds the files that are in one
    backup_keep: int = Field(7, ge=1, le=1000)
    backup_passphrase: SecretStr | None = None
    disk_free_mib: int = Field(200, ge=0)

    # How long things are kept.
    trash_days: int = Field(30, ge=1)
    keep_content: Literal["on", "off"] = "on"
    message_days: int = Field(0, ge=0)
    history_days: int = Field(0, ge=0)
    audit_days: int = Field(0, ge=0)
    attachment_days: int = Field(0, ge=0)

    # How hard it works.
    workers: int = Field(1, ge=1, le=64)
    metrics_port: int = Field(0, ge=0, le=65535)
    limits: Literal["on", "off"] = "on"
    requests_per_minute: int = Field(100, ge=1)
    analytics_per_minute: int = Field(10, ge=1)
    admin_per_hour: int = Field(50, ge=1)
    claim_rows: int = Field(64, ge=1, le=1000)
    poll_seconds: float = Field(0.25, gt=0)
    max_attempts: int = Field(5, ge=1)
    retry_seconds: float = Field(2.0, gt=0)
    send_concurrency: int = Field(32, ge=1)
    send_timeout_seconds: float = Field(10.0, gt=0)
    reconcile_seconds: float = Field(30.0, gt=0)
    notice_gather_seconds: float = Field(5.0, ge=0, le=3600)
    template_review: bool = False
    secret_grace_hours: int = Field(24, ge=0)
    attachment_max_mib: int = Field(25, ge=1, le=1024)
    files_max_mib_per_user: int = Field(1024, ge=1)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @field_validator("timezone")
    @classmethod
    def _strip_posix_colon(cls, value: str) -> str:
        return value.removeprefix(":") or "UTC"

    @field_validator("backup_at")
    @classmethod
    def _check_time(cls, value: str) -> str:
        return f"{dt.datetime.strptime(value, '%H:%M').time():%H:%M}"  # noqa: DTZ007  (a time alone)

    @field_validator("redis_url")
    @classmethod
    def _check_redis_url(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("an address such as redis://host:6379, rediss://… or unix:///path")
        return value

    @field_validator("message_days")
    @classmethod
    def _check_message_days(cls, value: int) -> int:
        if 0 < value < _REPEATED_DAYS:
            raise ValueError(f"0 for ever, or {_REPEATED_DAYS} days: until then Meta may deliver a message again")
        return value

    @field_validator("history_days")
    @classmethod
    def _check_history_days(cls, value: int) -> int:
        if 0 < value < _REVIEWED_DAYS:
            raise ValueError(f"0 for ever, or {_REVIEWED_DAYS} days: reviews and undo read it")
        return value

    @field_validator("prices")
    @classmethod
    def _check_prices(cls, value: str) -> str:
        _read_prices(value)
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003  (pydantic passes it by name)
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is passed in wins, then the environment, then `_FILE` twins, then `.env`."""
        return init_settings, env_settings, _FileTwins(settings_cls, dotenv_settings), dotenv_settings

    @cached_property
    def backup_secret(self) -> str | None:
        """The passphrase of nightly backups; None: they are not sealed."""
        return self.backup_passphrase.get_secret_value().strip() or None if self.backup_passphrase else None

    @cached_property
    def price_list(self) -> dict[str, Decimal]:
        """What a message of each of Meta's categories (in small letters) costs, in the number's currency."""
        return _read_prices(self.prices)

    @property
    def master_secret(self) -> str:
        """SECRET_KEY, else one made at first start and kept in the data folder, readable by its owner alone.

        Raises BadSetting for one that anybody could guess: what is sealed with it would lie open.
        """
        if self.secret_key is not None:
            key = self.secret_key.get_secret_value().strip()
            if len(key) < _SHORTEST_KEY:
                raise BadSetting(f"SECRET_KEY has fewer than {_SHORTEST_KEY} characters")
            return key
        path = self.data / KEY_FILE
        if not path.exists():
            write_key(path, secrets.token_urlsafe(48), anew=True)
        key = path.read_text(encoding="ascii").strip()
        if len(key) < _SHORTEST_KEY:
            raise BadSetting(
                f"{path} holds fewer than {_SHORTEST_KEY} characters. Put back the one from your backup; without one, "
                "delete it, and a new one is made: the credentials of connected numbers must then be entered again"
            )
        return key

    def read_secrets(self) -> tuple[str, ...]:
        """The master secret as it is kept now, then those it took the place of, the newest first. Raises BadSetting."""
        current, given = self.master_secret, self.secret_key_old.get_secret_value() if self.secret_key_old else ""
        kept = self.data / OLD_KEYS_FILE
        if self.secret_key is None and kept.exists():
            given += "\n" + kept.read_text(encoding="ascii")
        old = dict.fromkeys(line.strip() for line in given.splitlines() if line.strip())
        return (current, *(each for each in old if each != current))


def _read_prices(text: str) -> dict[str, Decimal]:
    """Raises ValueError unless it is a JSON object of categories and what a message costs."""
    try:
        prices = msgspec.json.decode(text or "{}", type=dict[str, Decimal])
    except msgspec.MsgspecError as error:
        raise ValueError('a JSON object such as {"utility": 0.02}') from error
    if not all(price.is_finite() and 0 <= price <= _DEAREST for price in prices.values()):
        raise ValueError(f"a price is from 0 to {_DEAREST}")
    return {category.lower(): price for category, price in prices.items()}


def write_key(path: Path, text: str, *, anew: bool = False) -> None:
    """Appears as a whole or not at all, its owner's alone; `anew`: never in the place of one that is there by then."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, beside = tempfile.mkstemp(dir=path.parent, prefix=path.name + ".")  # 0600
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if anew:
            with suppress(FileExistsError):
                os.link(beside, path)
        else:
            os.replace(beside, path)  # noqa: PTH105  (a name from tempfile)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(beside)  # noqa: PTH108  (a name from tempfile)


def load_settings(**given: Any) -> Settings:
    """The settings, with command-line options (those that are not None) before everything else.

    Raises BadSetting, naming each value that cannot be.
    """
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        wrong = (f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}" for each in error.errors())
        raise BadSetting("; ".join(wrong)) from None
