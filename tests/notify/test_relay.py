"""Giving a mail to a real relay, and what each of its answers means."""

import datetime as dt
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pytest_django import Settings

from sceau.notify import relay as relays
from sceau.notify.relay import RelayRefused, RelaySilent, RelayTrouble, submit
from tests.smtp import Relay, running

MAIL = b"Subject: x\r\n\r\n.one\r\n"


def send(to: str = "claire@tilleuls.example") -> None:
    submit(MAIL, sender="bounces+1@sceau.example", to=to)


def test_an_accepted_mail_arrives_as_it_was(relay: Relay) -> None:
    send()
    (mail,) = relay.mails
    assert (mail.sender, mail.to, mail.octets) == ("bounces+1@sceau.example", "claire@tilleuls.example", MAIL)


@pytest.mark.parametrize("answer", ["on_recipient", "on_data"])
@pytest.mark.parametrize(
    ("reply", "error"),
    [("550 5.1.1 unknown", RelayRefused), ("451 4.2.0 later", RelayTrouble), ("554 no", RelayRefused)],
)
def test_five_hundred_is_for_good_and_four_hundred_is_for_now(
    relay: Relay, answer: str, reply: str, error: type[RelayRefused | RelayTrouble]
) -> None:
    setattr(relay, answer, reply)
    with pytest.raises(error) as refusal:
        send()
    assert refusal.value.reply == reply[:3]
    assert relay.mails == []


def test_a_refusal_of_our_own_address_concerns_every_mail_so_it_waits(relay: Relay) -> None:
    relay.on_mail = "553 not you"
    with pytest.raises(RelayTrouble) as trouble:
        send()
    assert trouble.value.reply == "sender-553"


def test_a_relay_that_is_down_is_asked_again_later(relay: Relay) -> None:
    relay.down()
    with pytest.raises(RelayTrouble, match="relay-trouble"):
        send()
    relay.up()
    send()
    assert len(relay.mails) == 1


def test_an_answer_that_never_comes_means_the_mail_may_leave_twice(
    relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    relay.hang_up = True
    with pytest.raises(RelaySilent):
        send()
    relay.hang_up, relay.pause = False, 5
    monkeypatch.setattr(relays, "TIMEOUT", 2)
    with pytest.raises(RelaySilent):
        send()
    assert len(relay.wait(2)) == 2


def test_something_that_is_no_relay_is_trouble_not_a_crash(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        settings.SCEAU_RELAY_PORT = other.getsockname()[1]
        other.settimeout(5)

        def answer() -> None:
            connection, _ = other.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(RelayTrouble):
            send()
        thread.join()


def test_an_address_beyond_ascii_needs_a_relay_that_knows_them(relay: Relay, settings: Settings) -> None:
    send("inès@buech.example")
    assert [mail.to for mail in relay.mails] == ["inès@buech.example"]
    with running(Relay(smtputf8=False)) as old:
        settings.SCEAU_RELAY_PORT = old.port
        with pytest.raises(RelayRefused) as refusal:
            send("inès@buech.example")
    assert refusal.value.reply == "no-smtputf8"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and its own certificate for 127.0.0.1, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "relay")])
    now = dt.datetime.now(dt.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "relay.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture(params=["starttls", "tls"])
def encrypted(request: pytest.FixtureRequest, certificate: Path, settings: Settings) -> Iterator[Relay]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    # aiosmtpd offers AUTH after STARTTLS only: it does not see TLS that was there from the first octet.
    implicit, login = request.param == "tls", b"" if request.param == "tls" else b"phrase du relais"
    with running(Relay(tls=context, implicit=implicit, login=login)) as relay:
        settings.SCEAU_RELAY_PORT, settings.SCEAU_RELAY_TLS = relay.port, request.param
        settings.SCEAU_RELAY_USER, settings.SCEAU_RELAY_PASSWORD = "sceau" if login else "", login.decode()
        yield relay


def test_tls_with_a_known_certificate_and_the_right_password(
    encrypted: Relay, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    send()
    assert len(encrypted.mails) == 1


def test_an_unknown_certificate_gets_nothing(encrypted: Relay) -> None:
    with pytest.raises(RelayTrouble) as trouble:
        send()
    assert trouble.value.reply == "SSLCertVerificationE"
    assert encrypted.mails == []


def test_a_certificate_for_another_name_gets_nothing(
    encrypted: Relay, certificate: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    settings.SCEAU_RELAY_HOST = "localhost"
    with pytest.raises(RelayTrouble):
        send()
    assert encrypted.mails == []


def test_a_wrong_password_is_the_operator_s_trouble_not_the_mail_s(
    encrypted: Relay, certificate: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    settings.SCEAU_RELAY_USER, settings.SCEAU_RELAY_PASSWORD = "sceau", "autre"
    monkeypatch.setattr(relays, "TIMEOUT", 1)  # aiosmtpd lets the second mechanism wait
    with pytest.raises(RelayTrouble):
        send()
    assert encrypted.mails == []


@pytest.mark.attack(4)
def test_a_relay_that_offers_no_tls_gets_nothing_when_tls_is_asked(relay: Relay, settings: Settings) -> None:
    settings.SCEAU_RELAY_TLS = "starttls"
    with pytest.raises(RelayTrouble):
        send()
    assert relay.mails == []
