"""What `tasktalk up` tells the simulator: whose account it plays, and who has a phone."""

from pathlib import Path
from typing import Any

import msgspec


class Phone(msgspec.Struct, frozen=True, forbid_unknown_fields=False):
    """A person with a phone; `user_id` is the business-scoped id (facts sheet 2.3)."""

    name: str
    wa_id: str
    user_id: str
    username: str | None = None


class Config(msgspec.Struct, frozen=True):
    """Read from the JSON file named on the command line; port 0 picks a free one."""

    data_dir: str
    webhook_url: str
    app_id: str
    app_secret: str
    verify_token: str
    access_token: str
    phone_number_id: str
    waba_id: str
    display_phone_number: str
    host: str = "127.0.0.1"
    port: int = 8001
    business_name: str = "Tasktalk"
    phones: list[Phone] = []
    templates: list[dict[str, Any]] = []  # approved from the beginning, as `Template` without an id

    @property
    def business_digits(self) -> str:
        """The business number as webhooks write it: digits alone."""
        return "".join(filter(str.isdigit, self.display_phone_number))


def read_config(path: Path) -> Config:
    """The configuration in `path`; raises msgspec.ValidationError naming what is wrong."""
    return msgspec.json.decode(path.read_bytes(), type=Config)
