"""Letters: what arrives, what is tried again, and what nobody can slip into one."""

import datetime as dt
import ssl
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from letter_kit import FakeMail, mail_server, mailer, note_try, postman, put_letter

from product_kit import Product, count
from tasktalk.assistant.replies.speech import get_speech
from tasktalk.crypto import Keyring
from tasktalk.ids import new_id
from tasktalk.messaging.letters.carriers import Letter
from tasktalk.messaging.letters.smtp import Mailer, MailServer, read_server
from tasktalk.messaging.letters.wording import write_letter
from tasktalk.settings import BadSetting, Settings

NASTY = st.text(st.sampled_from(list("ab <>\"'@:;,\r\n\t\0\x0b\u2028\u202e\ud800é💥")) | st.characters(), max_size=60)


async def state_of(product: Product, letter_id: object) -> tuple[str, int, str | None]:
    row = await product.pool.fetchrow("select state, attempts, error from letters where id = $1", letter_id)
    assert row is not None
    return row["state"], row["attempts"], row["error"]


async def make_due(product: Product) -> None:
    await product.pool.execute("update letters set next_try_at = now()")


async def test_a_letter_arrives_once(product: Product) -> None:
    async with mail_server() as fake:
        letter_id = await put_letter(
            product, product.ana, "👤 Ben gave you Paint", "👤 Ben gave you Paint\n\n#Home — ok"
        )
        one = postman(product, mailer(product, fake))
        assert (await one.post(), await one.post()) == (1, 0)
    [message] = fake.taken
    assert fake.to == ["ana@example.org"]
    assert message["From"] == "Tasktalk <tasks@example.org>"
    assert message["To"] == "Ana <ana@example.org>"
    assert message["Subject"] == "👤 Ben gave you Paint"
    assert message["Message-ID"] == f"<{letter_id}@example.org>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "text/plain"
    assert message.get_content().replace("\r\n", "\n").strip() == "👤 Ben gave you Paint\n\n#Home — ok"
    assert await state_of(product, letter_id) == ("sent", 1, None)


async def test_its_link_switches_mail_off_when_posted_to_and_only_then(product: Product) -> None:
    async with mail_server() as fake:
        await put_letter(product, product.ana)
        await postman(product, mailer(product, fake)).post()
    [message] = fake.taken
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = message["List-Unsubscribe"].strip("<>").removeprefix("https://tasks.example.org")
    assert (await product.call("GET", path)).status == 200
    assert not await count(product.pool, "from preferences where not by_email")
    assert (await product.call("POST", path + "x")).status == 404
    other = path.replace(str(product.ana.id), str(product.ben.id))
    assert (await product.call("POST", other)).status == 404
    answer = await product.call("POST", path, b"List-Unsubscribe=One-Click")
    assert (answer.status, answer.json) == (200, {"by_email": False})
    assert await product.pool.fetchval("select by_email from preferences where user_id = $1", product.ana.id) is False
    async with mail_server() as fake:
        letter_id = await put_letter(product, product.ana)
        await postman(product, mailer(product, fake)).post()
    assert fake.taken == []
    assert (await state_of(product, letter_id))[0] == "refused"


async def test_trouble_that_passes_is_tried_again_under_the_same_id(product: Product) -> None:
    async with mail_server() as fake:
        letter_id = await put_letter(product, product.ana)
        one = postman(product, mailer(product, fake))
        fake.plans = ["451 Try later", "RCPT 450 Greylisted"]
        for attempts in (1, 2):
            await one.post()
            state, tried, error = await state_of(product, letter_id)
            assert (state, tried) == ("waiting", attempts)
            assert error is not None
            assert error.startswith("The mail server said: 45")
            assert await one.post() == 0  # not at once
            await make_due(product)
        await one.post()
    assert [message["Message-ID"] for message in fake.taken] == [f"<{letter_id}@example.org>"]


@pytest.mark.parametrize("plan", ["550 No such mailbox", "RCPT 553 Not here"])
async def test_a_refusal_for_good_gives_its_notices_back(product: Product, plan: str) -> None:
    async with mail_server() as fake:
        fake.plans = [plan]
        letter_id = await put_letter(product, product.ana)
        await note_try(product, product.ana, letter_id)
        await postman(product, mailer(product, fake)).post()
    assert (await state_of(product, letter_id))[:2] == ("refused", 1)
    assert await product.pool.fetchval("select id from undelivered") == letter_id


async def test_a_server_that_is_away_or_hangs_is_given_up_in_the_end(product: Product) -> None:
    letter_id = await put_letter(product, product.ana)
    async with mail_server() as fake:
        fake.hangs = True
        await postman(product, mailer(product, fake, timeout_seconds=0.2)).post()
        assert (await state_of(product, letter_id))[0] == "waiting"
    one = postman(product, mailer(product, FakeMail(port=9)))  # nobody listens there
    for _ in range(5):
        await make_due(product)
        await one.post()
    assert (await state_of(product, letter_id))[:2] == ("refused", 6)


async def test_a_worker_that_died_with_it_in_hand_has_it_sent_by_the_next(product: Product) -> None:
    letter_id = await put_letter(product, product.ana)
    await product.pool.execute("update letters set state = 'sending', attempts = 1, next_try_at = now() + '5 min'")
    async with mail_server() as fake:
        one = postman(product, mailer(product, fake))
        assert await one.post() == 0
        await make_due(product)
        assert await one.post() == 1
    assert len(fake.taken) == 1
    assert (await state_of(product, letter_id))[0] == "sent"


async def test_nothing_is_sent_in_the_clear_unless_it_is_allowed(product: Product) -> None:
    async with mail_server() as fake:
        letter_id = await put_letter(product, product.ana)
        await postman(product, mailer(product, fake, tls="starttls")).post()
    assert fake.taken == []
    assert (await state_of(product, letter_id))[0] == "waiting"


async def test_with_tls_and_a_password(product: Product, tmp_path: Path) -> None:
    serving, trusting = certified(tmp_path)
    async with mail_server(tls=serving, login=True) as fake:
        await put_letter(product, product.ana)
        for known, password in ((None, "p@ss/word"), (trusting, "wrong"), (trusting, "p@ss/word")):
            one = mailer(product, fake, tls="starttls", trusted=known, username="ana", password=password)
            await make_due(product)
            await postman(product, one).post()
    assert fake.encrypted == [True]  # not by a certificate that nobody knows, not with a wrong password
    assert (fake.logins[0], fake.logins[-1]) == ((b"ana", b"wrong"), (b"ana", b"p@ss/word"))
    assert "wrong" not in str(await product.pool.fetch("select error from letters"))


@example(subject="", name="\ud800", body="")
@given(subject=NASTY, name=NASTY, body=NASTY)
def test_nothing_breaks_out_of_a_header(subject: str, name: str, body: str) -> None:
    from email import message_from_bytes, policy  # noqa: PLC0415
    from email.headerregistry import Address  # noqa: PLC0415

    title, text = write_letter(f"{subject}\n{body}", speech=get_speech("en"), way="email", public_url="")
    assert title
    assert len(title.splitlines()) == 1
    letter = Letter(
        new_id(), new_id(), name, "en", "ana@example.org", title, text, dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
    )
    server = MailServer("h", 25, None, None, "none", Address("T", addr_spec="t@example.org"))
    written = Mailer(server, Keyring("a secret for tests"), "https://t.example").write(letter)
    read = message_from_bytes(written.as_bytes(), policy=policy.default)
    assert sorted(read.keys()) == sorted(
        [
            *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "List-Unsubscribe"),
            *("List-Unsubscribe-Post", "Content-Type", "Content-Transfer-Encoding", "MIME-Version"),
        ]
    )
    assert [address.addr_spec for address in read["To"].addresses] == ["ana@example.org"]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("🔔 *News*\n1. ✔️ Ana did _it_\n\nSay _done 1_.", "🔔 News\n1. ✔️ Ana did it\n\nSay done 1."),
        ("2*3*4 snake_case_name", "2*3*4 snake_case_name"),
        ("a\r\nb\rc\0d", "a\nb\ncd"),
    ],
)
def test_marks_of_whatsapp_are_left_out(text: str, plain: str) -> None:
    assert write_letter(text, speech=get_speech("en"), way="apprise", public_url="")[1] == plain


@pytest.mark.parametrize(
    ("url", "sender"),
    [
        ("http://h", "a@b.c"),
        ("smtp://", "a@b.c"),
        ("smtp://u:secret@h:x", "a@b.c"),
        ("smtp://h?tls=maybe", "a@b.c"),
        ("smtp://h/path", "a@b.c"),
        ("smtp://u:secret@h", ""),
        ("smtp://u:secret@h", "no address"),
        ("smtp://u:secret@h", "a@b\nBcc: c@d"),
    ],
)
def test_a_setting_that_cannot_be_says_so_and_keeps_the_password(url: str, sender: str) -> None:
    with pytest.raises(BadSetting) as failed:
        read_server(Settings(smtp_url=url, smtp_from=sender))
    assert "secret" not in str(failed.value)


def test_settings_of_the_mail_server() -> None:
    known = read_server(Settings(smtp_url="smtp://u%40x:p%2Fq@mail.example.org", smtp_from="Ana <a@b.org>"))
    assert known is not None
    assert (known.host, known.port, known.username, known.password, known.tls) == (
        *("mail.example.org", 587, "u@x", "p/q", "starttls"),
    )
    assert read_server(Settings()) is None
    for url, tls in (("smtps://h", "implicit"), ("smtp://127.0.0.1:25", "none"), ("smtp://h?tls=none", "none")):
        known = read_server(Settings(smtp_url=url, smtp_from="a@b.org"))
        assert known is not None
        assert known.tls == tls


def certified(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context with a certificate for 127.0.0.1, and a client's that trusts it."""
    import ipaddress  # noqa: PLC0415

    from cryptography import x509  # noqa: PLC0415
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail.test")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now - dt.timedelta(days=1), now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "mail.pem"
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    serving = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    serving.load_cert_chain(pem)
    return serving, ssl.create_default_context(cafile=str(pem))
