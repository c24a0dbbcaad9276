"""The ways that this installation has beside WhatsApp, as its settings say."""

from tasktalk.crypto import Keyring
from tasktalk.messaging.letters.apprising import Apprising, is_installed
from tasktalk.messaging.letters.carriers import Carry
from tasktalk.messaging.letters.letters import Way
from tasktalk.messaging.letters.smtp import Mailer, read_server
from tasktalk.settings import Settings


def open_carriers(settings: Settings, keyring: Keyring) -> dict[Way, Carry]:
    """Those that are set up. Raises BadSetting."""
    carriers: dict[Way, Carry] = {}
    server = read_server(settings)
    if server is not None:
        carriers["email"] = Mailer(server, keyring, settings.public_url).carry
    if is_installed():
        carriers["apprise"] = open_apprise(settings).carry
    return carriers


def open_apprise(settings: Settings) -> Apprising:
    """By default to public addresses alone, for whoever names one could name a neighbour of ours."""
    return Apprising(public_alone=settings.apprise_private == "off")
