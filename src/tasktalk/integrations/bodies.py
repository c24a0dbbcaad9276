"""What is sent to the routes of integrations."""

from decimal import Decimal
from typing import Annotated

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, SecretStr

from tasktalk.errors import BadRequest
from tasktalk.integrations.checks.check import Repair
from tasktalk.integrations.connections import CredentialKind
from tasktalk.phrases import phrase

_PIN_DIGITS = 6
_ACCOUNT = Field(
    validation_alias=AliasChoices("business_account_id", "waba_id"), description="The WABA ID; `waba_id` means it too."
)


class NewIntegrationBody(BaseModel):
    """A number to connect; its credentials come after."""

    model_config = ConfigDict(extra="forbid")

    name: str
    business_account_id: Annotated[str, _ACCOUNT]
    phone_number_id: str
    display_phone_number: str = ""
    business_name: str = ""
    app_id: str = ""
    graph_url: str | None = None


class IntegrationPatchBody(BaseModel):
    """What to change; a key that is not sent stays as it is."""

    model_config = ConfigDict(extra="forbid")

    name: str = ""
    business_account_id: Annotated[str, _ACCOUNT] = ""
    phone_number_id: str = ""
    display_phone_number: str = ""
    business_name: str = ""
    app_id: str = ""
    graph_url: str | None = None
    enabled: bool = True
    monthly_budget: Annotated[Decimal | None, Field(max_digits=12, decimal_places=2)] = None
    currency: str = "USD"


class CredentialsBody(BaseModel):
    """Credentials to replace; those that are not sent stay."""

    model_config = ConfigDict(extra="forbid")

    access_token: str | None = None
    verify_token: str | None = None
    app_secret: str | None = None

    def given(self) -> dict[CredentialKind, str]:
        """Those that are sent. Raises BadRequest for none."""
        found: dict[CredentialKind, str | None] = {
            "access_token": self.access_token,
            "verify_token": self.verify_token,
            "app_secret": self.app_secret,
        }
        given = {kind: secret for kind, secret in found.items() if secret is not None}
        if not given:
            raise BadRequest("Send an access token, a verify token or an app secret.", field="access_token")
        return given


class RepairBody(BaseModel):
    """What to put right at Meta: see the check that names it. `pin`: of `register` alone; it is kept nowhere."""

    model_config = ConfigDict(extra="forbid")

    kind: Repair
    pin: SecretStr | None = None

    def find_pin(self) -> str | None:
        """The six digits. Raises BadRequest where they are missing or wrong, or of no use."""
        if self.kind != "register":
            if self.pin is not None:
                raise BadRequest("Only registering the number takes a PIN.", field="pin")
            return None
        pin = self.pin.get_secret_value() if self.pin else ""
        if not (len(pin) == _PIN_DIGITS and pin.isascii() and pin.isdecimal()):
            raise BadRequest(phrase("Enter the number's PIN for two-step verification: six digits."), field="pin")
        return pin
