"""The parts that everything stands on: ids, sealing, signing, settings, logs."""

import json
import logging
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasktalk import errors
from tasktalk.crypto import CannotUnseal, Keyring, hash_token, new_token
from tasktalk.ids import new_id, parse_id
from tasktalk.logs import get_log, keep_rotated, rotate
from tasktalk.settings import BadSetting, load_settings


def test_ids_ascend_and_are_version_7() -> None:
    ids = [new_id() for _ in range(10_000)]
    assert ids == sorted(ids)
    assert [str(each) for each in ids] == sorted(str(each) for each in ids)
    assert len(set(ids)) == len(ids)
    assert {(each.version, each.variant) for each in ids} == {(7, "specified in RFC 4122")}


@pytest.mark.parametrize("text", ["", "x", "../../etc", "0" * 40])
def test_a_malformed_id_is_none(text: str) -> None:
    assert parse_id(text) is None


@given(st.text(st.characters(exclude_categories=("Cs",))))
def test_what_is_sealed_can_be_unsealed_with_the_new_or_the_old_key(plain: str) -> None:
    old, both = Keyring("old"), Keyring("new", old=["old"])
    assert both.unseal(old.seal(plain)) == plain
    assert both.unseal(both.seal(plain)) == plain
    assert plain.encode() not in both.seal(plain) or len(plain) < 3


def test_a_changed_or_foreign_seal_is_refused() -> None:
    sealed = Keyring("mine").seal("secret")
    with pytest.raises(CannotUnseal):
        Keyring("another").unseal(sealed)
    with pytest.raises(CannotUnseal):
        Keyring("mine").unseal(sealed[:-1] + bytes([sealed[-1] ^ 1]))


def test_a_signature_is_good_for_one_purpose_and_one_text() -> None:
    keyring = Keyring("mine")
    signature = keyring.sign(b"text", purpose="tap")
    assert keyring.check(b"text", signature, purpose="tap")
    assert not keyring.check(b"texts", signature, purpose="tap")
    assert not keyring.check(b"text", signature, purpose="link")
    assert not keyring.check(b"text", "ünicode", purpose="tap")


def test_tokens_are_long_and_stored_as_hashes() -> None:
    token = new_token("tt_")
    assert len(token) > 40
    assert len(hash_token(token)) == 32
    assert new_token() != new_token()


def test_settings_come_from_options_then_environment_then_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("from a file\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WHATSAPP_APP_SECRET_FILE", str(secret))
    monkeypatch.setenv("TASKTALK_PORT", "9000")
    monkeypatch.setenv("TZ", ":Europe/Madrid")
    monkeypatch.setenv("NEXTAUTH_URL", "https://tasks.example.org")
    settings = load_settings(data=None, port=None)
    assert settings.whatsapp_app_secret is not None
    assert settings.whatsapp_app_secret.get_secret_value() == "from a file"
    assert (settings.port, settings.timezone) == (9000, "Europe/Madrid")
    assert settings.public_url == "https://tasks.example.org"
    assert load_settings(port=1).port == 1
    assert "from a file" not in repr(settings)


def test_the_master_secret_is_made_once_and_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    first = load_settings(data=tmp_path / "data").master_secret
    assert load_settings(data=tmp_path / "data").master_secret == first
    assert stat.S_IMODE((tmp_path / "data" / "secret.key").stat().st_mode) == 0o600


def test_a_key_that_anybody_could_guess_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").touch()
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "empty"))
    with pytest.raises(BadSetting, match=r"SECRET_KEY_FILE .* empty"):
        load_settings()
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "nowhere"))
    with pytest.raises(BadSetting, match="cannot be read"):
        load_settings()
    monkeypatch.delenv("SECRET_KEY_FILE")
    monkeypatch.setenv("SECRET_KEY", "fifteen letters")
    with pytest.raises(BadSetting, match="SECRET_KEY") as caught:
        _ = load_settings().master_secret
    assert "fifteen" not in caught.value.message
    monkeypatch.delenv("SECRET_KEY")
    (tmp_path / "secret.key").touch()  # killed between making it and writing it
    with pytest.raises(BadSetting, match=r"secret\.key"):
        _ = load_settings(data=tmp_path).master_secret


def test_processes_that_start_at_once_agree_on_the_master_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with ThreadPoolExecutor(8) as threads:
        found = set(threads.map(lambda _: load_settings(data=tmp_path / "data").master_secret, range(32)))
    assert len(found) == 1
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["secret.key"]


def test_a_master_secret_appears_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(_: int) -> str:
        assert not (tmp_path / "secret.key").exists()
        raise KeyboardInterrupt

    monkeypatch.chdir(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr("tasktalk.settings.secrets.token_urlsafe", die)
        with pytest.raises(KeyboardInterrupt):
            _ = load_settings(data=tmp_path).master_secret
    assert list(tmp_path.iterdir()) == []
    assert len(load_settings(data=tmp_path).master_secret) == 64


def test_a_file_may_be_named_in_dotenv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "secret").write_text("from a file\n")
    (tmp_path / ".env").write_text(f"WHATSAPP_APP_SECRET_FILE={tmp_path / 'secret'}\n")
    found = load_settings().whatsapp_app_secret
    assert found is not None
    assert found.get_secret_value() == "from a file"


def test_the_log_is_json_lines_without_secrets(log_file: Path) -> None:
    get_log("test").warning("happened", outbox_id="7", access_token="EAAsecret", error="boom")
    logging.getLogger("some.library").warning("from elsewhere")
    ours, theirs = (json.loads(line) for line in log_file.read_text().splitlines())
    assert (ours["event"], ours["level"], ours["outbox_id"], ours["process"]) == ("happened", "warning", "7", "test")
    assert "EAAsecret" not in log_file.read_text()
    assert theirs["event"] == "from elsewhere"


def test_a_log_that_has_grown_is_moved_aside(tmp_path: Path) -> None:
    file = tmp_path / "todo.log"
    rotate(file)
    for content in (b"1", b"2"):
        file.write_bytes(content * 21_000_000)
        rotate(file)
    assert not file.exists()
    assert (tmp_path / "todo.log.1").read_bytes()[:1] == b"2"
    assert (tmp_path / "todo.log.2").read_bytes()[:1] == b"1"


def test_of_several_processes_one_moves_the_log_aside(tmp_path: Path) -> None:
    file = tmp_path / "todo.log"
    file.write_bytes(b"1" * 21_000_000)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(rotate, [file] * 8))
    assert [path.name for path in tmp_path.iterdir()] == ["todo.log.1"]
    assert (tmp_path / "todo.log.1").stat().st_size == 21_000_000


def test_a_process_alone_keeps_its_log_small(tmp_path: Path) -> None:
    file = tmp_path / "todo.log"
    file.write_bytes(b"1" * 21_000_000)
    stop = keep_rotated(file, seconds=0.01)
    ends_at = time.monotonic() + 10
    while file.exists() and time.monotonic() < ends_at:
        time.sleep(0.01)
    stop.set()
    assert [path.name for path in tmp_path.iterdir()] == ["todo.log.1"]


def test_every_error_has_a_status_a_code_and_a_sentence() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.AppError)]
    assert len(kinds) > 8
    for kind in kinds:
        body = kind(field="title").as_json()["error"]
        assert isinstance(body, dict)
        assert (body["code"], body["data"]) == (kind.code, {"field": "title"})
        assert body["message"]
