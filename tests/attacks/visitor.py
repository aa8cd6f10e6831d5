"""Somebody at a browser without a screen: cookies, forms with their token, uploads; over the real network.

Nothing that it sends or receives touches a disk of the test's own.
"""

import contextlib
import http.client
import itertools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

from sceau.core import random
from tests import deployment
from tests.deployment import Deployment

BOUNDARY = "----formulaire-des-essais"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")

    @property
    def location(self) -> str:
        return self.headers.get("location", "")


@dataclass
class Visitor:
    site: Deployment
    cookies: dict[str, str] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)  # every value a cookie ever had: none may be stored anywhere

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, headers=headers)

    def post(self, path: str, form: Mapping[str, object] | None = None, *, page: str = "", **headers: str) -> Answer:
        """A form of the page `page` (this very path by default), sent with its token."""
        body = urlencode({"csrfmiddlewaretoken": self.token(page or path), **(form or {})}, doseq=True).encode()
        return self.ask("POST", path, [body], {"content-type": "application/x-www-form-urlencoded", **headers})

    def upload(self, path: str, name: str, pieces: Iterable[bytes], size: int, form: Mapping[str, str]) -> Answer:
        """A document with the fields of its form; `pieces` go out as they come."""
        fields = {"csrfmiddlewaretoken": self.token(path.rpartition("/")[0]), **form}
        head = "".join(_part(f'name="{key}"') + value + "\r\n" for key, value in fields.items())
        head += _part(f'name="file"; filename="{name}"', "Content-Type: application/pdf\r\n")
        tail = f"\r\n--{BOUNDARY}--\r\n".encode()
        headers = {
            "content-type": f"multipart/form-data; boundary={BOUNDARY}",
            "content-length": str(len(head.encode()) + size + len(tail)),
        }
        return self.ask("POST", path, itertools.chain([head.encode()], pieces, [tail]), headers)

    def token(self, page: str) -> str:
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.get(page).text)
        return found[1] if found else "none"

    def ask(
        self, method: str, path: str, body: Iterable[bytes] | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=120)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            sent = {"host": f"localhost:{self.site.port}", "accept": "text/html", "accept-language": "fr"}
            if self.cookies:
                sent["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            if isinstance(body, list):
                sent["content-length"] = str(sum(map(len, body)))
            for name, value in {**sent, **(headers or {})}.items():
                connection.putheader(name, value)
            connection.endheaders()
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # answered before the whole was sent
                for piece in body or ():
                    connection.send(piece)
            return self._read(connection.getresponse())
        finally:
            connection.close()

    def _read(self, response: http.client.HTTPResponse) -> Answer:
        for name, value in response.getheaders():
            if name.lower() == "set-cookie":
                for morsel in SimpleCookie(value).values():
                    self.cookies[morsel.key] = morsel.value
                    self.seen.add(morsel.value)
        self.cookies = {name: value for name, value in self.cookies.items() if value}
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, headers, response.read())


@dataclass
class Account:
    """Somebody who signed up through the mailed link, and everything that only he knows."""

    visitor: Visitor
    address: str
    password: str
    recovery_code: str
    tokens: list[str]
    codes: list[str] = field(default_factory=list)

    def sign_in(self) -> None:
        site, waiting = self.visitor.site, len(self.visitor.site.mails.to(self.address))
        form = {"address": self.address, "password": self.password}
        assert self.visitor.post("/connexion", form).status == 303
        mail = site.mails.wait(self.address, r"^\[\d{6}\]", after=waiting)
        self.codes.append(deployment.code(mail))
        answer = self.visitor.post("/connexion/code", {"code": self.codes[-1]})
        assert answer.status == 303, answer.text


def sign_up(site: Deployment, address: str, given: str, family: str) -> Account:
    visitor, password = Visitor(site), f"Aa1!{random.token()[:20]}"
    assert visitor.post("/inscription", {"address": address}).status == 303
    link = urlsplit(deployment.link(site.mails.wait(address, "compte|inscription"))).path
    form = {"given_name": given, "family_name": family, "password": password, "repeat": password}
    answer = visitor.post(link, form)
    assert answer.status == 200, answer.text
    code = re.search(r"\b(?:[0-9A-HJKMNP-TV-Z]{4}-){7}[0-9A-HJKMNP-TV-Z]{4}\b", answer.text)
    assert code, answer.text
    return Account(visitor, address, password, code[0], [link.rpartition("/")[2]])


def _part(disposition: str, more: str = "") -> str:
    return f"--{BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\n{more}\r\n"
