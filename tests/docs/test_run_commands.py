"""Every `tasktalk …` and `curl …` of the documents is run on a sandbox, in the order in which it is written."""

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from documents import PAGES, ROOT
from shell import commands, is_for_curl, run_in_shell, run_tasktalk, tasktalk_words

from process_kit import Up, running

# What cannot be run here, by how it begins, and why.
NOT_RUN = {
    "tasktalk up": "goes on until it is stopped: tests/e2e runs it",
    "tasktalk serve": "goes on until it is stopped: tests/chaos/test_several_machines.py runs it",
    "tasktalk worker": "goes on until it is stopped: tests/chaos/test_several_machines.py runs it",
    "tasktalk mcp": "goes on until it is stopped: tests/interop/test_mcp.py runs it",
    "tasktalk restore": "wants an empty place: tests/backup restores and compares everything",
    "tasktalk rotate-key": "goes by the settings of whoever starts it: tests/house/test_rotate_key.py",
    "tasktalk user reset-two-factor": "wants somebody who has it: tests/accounts",
}
WEB = re.compile(
    r"https://tasks\.example\.org|https://YOUR-DOMAIN|http://127\.0\.0\.1:8000|http://localhost:8000|localhost:8000"
)
SANDBOX = re.compile(r"http://127\.0\.0\.1:8001|http://localhost:8001|localhost:8001")


SHELL = re.compile(r"^ *```(?:sh|console|bash)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
# The files that the documents send.
FILES = {
    "invoice.pdf": b"%PDF-1.4\n%%EOF\n",
    "passphrase": b"a long passphrase of nobody\n",
    "tasks.csv": b"title,due\nbuy milk,2030-01-01\n",
}
_OWN: list[str] = []


# Other programs that the documents call, and who sees to it that what is said of them holds.
OTHERS = {
    "make": "tests/docs/test_commands.py knows the targets",
    "sh": "tests/deploy runs deploy/make-secrets",
    "docker": "there is no daemon here: tests/deploy reads what it is given",
    "useradd": "for root on a machine of its own",
    "install": "for root on a machine of its own",
    "systemctl": "for root on a machine of its own: tests/deploy has systemd verify the units",
    "caddy": "tests/deploy runs it",
    **dict.fromkeys(("cp", "head", "echo", "tail"), "everybody knows it"),
}


@pytest.fixture(scope="module")
def up() -> Iterator[Up]:
    folder = Path(tempfile.mkdtemp(prefix="tt-docs-"))
    folder.chmod(0o711)
    with running(folder, limits="off") as started:
        yield started
    shutil.rmtree(folder)


class World:
    """What the variables of the documents stand for."""

    def __init__(self, up: Up, folder: Path) -> None:
        self.up, self.folder = up, folder
        self.web, self.sandbox = up.facts["web"], up.facts["sandbox"]
        self.headers = {"Authorization": f"Bearer {up.facts['api_token']}"}
        for name, content in FILES.items():
            (folder / name).write_bytes(content)

    def api(self, method: str, path: str, body: Any = None) -> Any:
        answer = requests.request(method, self.web + path, json=body, headers=self.headers, timeout=30)
        assert answer.ok, answer.text
        return answer.json()

    def place(self, command: str) -> str:
        """The command, for this sandbox and this folder."""
        command = WEB.sub(self.web, SANDBOX.sub(self.sandbox, command))
        command = command.replace("+44 7700 900123", f"+{self.up.person('Ana')['wa_id']}")
        command = command.replace("/backups/", f"{self.folder}/").replace(
            "/etc/tasktalk/passphrase", f"{self.folder}/passphrase"
        )
        return command.replace("15552000001", self.up.person("Ana")["wa_id"])

    def env(self, page: Path, said: str) -> dict[str, str]:
        facts = self.up.facts
        integration, user = self._own()
        known = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "TASKTALK_DATA": str(self.up.data.absolute()),
            "TASKTALK_PORT": self.web.rpartition(":")[2],
            "TOKEN": facts["api_token"],
            "URL": self.web,
            "APP_SECRET": facts["app_secret"],
            "ACCESS_TOKEN": facts["access_token"],
            "VERIFY_TOKEN": facts["verify_token"],
            "WEBHOOK_SECRET": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "WABA_ID": "201999999999999",
            "PHONE_NUMBER_ID": "301999999999999",
            "USER_ID": user,
            "ID": integration,
        }
        if "$SENDER" in said:
            known["SENDER"] = self._stranger(integration)
        if re.search(r"/tasks/\$ID|task_id", said):
            known["ID"] = self.api("POST", "/api/tasks", {"title": "to be seen", "due": {"date": "2030-01-01"}})["id"]
        if "$FILE" in said:
            known["ID"] = self.api("POST", "/api/tasks", {"title": "with a file"})["id"]
            files = {"file": ("a.txt", b"words")}
            url = f"{self.web}/api/attachments?task_id={known['ID']}"
            known["FILE"] = requests.post(url, files=files, headers=self.headers, timeout=30).json()["id"]
        if "/webhooks/outgoing/$ID" in said:
            hook = {"name": page.stem, "url": "https://example.org/hook", "events": ["task.created"]}
            made = self.api("POST", "/api/webhooks/outgoing", hook)
            known["ID"] = made.get("id") or made["webhook"]["id"]
        return known

    def _own(self) -> tuple[str, str]:
        """The ids of the number and of the owner; asked once."""
        if not _OWN:
            _OWN.append(self.api("GET", "/api/integrations")["items"][0]["id"])
            _OWN.append(self.api("GET", "/api/users/me")["id"])
        return _OWN[0], _OWN[1]

    def _stranger(self, integration: str) -> str:
        requests.post(
            f"{self.sandbox}/phones/34600111222/messages", json={"type": "text", "text": {"body": "hi"}}, timeout=30
        )
        while True:
            found = self.api("GET", f"/api/integrations/{integration}/phone-mappings/strangers")["items"]
            if found:
                return str(found[0]["id"])


@pytest.fixture
def world(up: Up, tmp_path: Path) -> World:
    return World(up, tmp_path)


def told(page: Path) -> list[str]:
    return list(commands(page.read_text(encoding="utf-8")))


WITH_CURL = [page for page in PAGES if any("curl " in each for each in told(page))]
SAID = list(dict.fromkeys(each for page in PAGES for each in told(page) if tasktalk_words(each)))


# Before the calls of curl, which connect a number that Meta does not know: `doctor` would say so.
def test_what_tasktalk_is_told_it_does(world: World) -> None:
    failed = []
    for command in SAID:
        if command.replace(".venv/bin/", "").startswith(tuple(NOT_RUN)):
            continue
        words = tasktalk_words(world.place(command))
        assert words
        status, printed = run_tasktalk(words, world.env(ROOT, ""), world.folder)
        if status != 0:
            failed.append((command, status, printed[-800:]))
    assert failed == []


@pytest.mark.parametrize("page", WITH_CURL, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_curl_is_told_is_answered(page: Path, world: World) -> None:
    said = [world.place(each) for each in told(page) if is_for_curl(each) and "…" not in each]
    if page.name == "http.md":  # each of its blocks is of a thing of its own
        problems = [
            run_in_shell([*_given(said, each), each], world.env(page, each), world.folder)
            for each in said
            if "curl " in each
        ]
    else:
        problems = [run_in_shell(said, world.env(page, "\n".join(said)), world.folder)]
    assert [each for each in problems if each] == []


def _given(said: list[str], command: str) -> list[str]:
    """The assignments whose variables a command uses."""
    return [each for each in said if "curl " not in each and f"${each.partition('=')[0]}" in command + "".join(said)]


def test_the_reasons_are_of_commands_that_are_there() -> None:
    said = [command.replace(".venv/bin/", "") for command in SAID]
    unused = [name for name in NOT_RUN if not any(each.startswith(name) for each in said)]
    assert unused == []


def test_nothing_else_is_called_that_nobody_looks_after() -> None:
    blocks = [(page, block) for page in PAGES for block in SHELL.findall(page.read_text(encoding="utf-8"))]
    called = {
        (page.name, re.sub(r"^([A-Z_]+=\S+ )+", "", command).split()[0].removeprefix("/opt/tasktalk/"))
        for page, block in blocks
        for command in commands(f"```sh\n{block}```\n")
    }
    known = {*OTHERS, "tasktalk", ".venv/bin/tasktalk", "curl", "printf"}
    assert {each for each in called if each[1] not in known} == set()


def test_files_of_ours_that_commands_name_are_there() -> None:
    named = {word for page in PAGES for each in told(page) for word in re.findall(r"(?<![\w/.])deploy/[\w@.-]+", each)}
    made = {"deploy/.env", "deploy/secrets"}  # by deploy/make-secrets
    assert {word for word in named - made if not (ROOT / word).exists()} == set()


def test_no_call_of_curl_has_a_gap() -> None:
    gaps = [each for page in PAGES for each in told(page) if "curl " in each and "…" in each]
    assert gaps == []


def test_curl_and_bash_are_here() -> None:
    missing = [name for name in ("bash", "curl", "openssl") if shutil.which(name) is None]
    assert sys.platform != "linux" or missing == []
