"""The trust file `operator.pem`: whose signatures a verifier believes. Pure; no settings, no network.

    sceau/trust/1
    operator Centre hospitalier des Tilleuls
    log mail.example.fr/evidence+1f3a…+Adk…
    -----BEGIN CERTIFICATE-----
    …

`log` lines hold verifier keys of c2sp.org/signed-note, as in a c2sp.org/tlog-policy; the certificates are the
authorities of the operator's seal, in PEM. Other lines are not read. Whoever receives this file must know from whom.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from sceau.core.errors import Malformed
from sceau.evidence.note import Verifier

_FIRST = "sceau/trust/1"
_CERTIFICATE = re.compile(r"^-----BEGIN CERTIFICATE-----\n(.*?)\n-----END CERTIFICATE-----$", re.DOTALL | re.MULTILINE)
_LOG = re.compile(r"^log (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Trust:
    """`authorities` are certificates in DER."""

    operator: str
    log_keys: tuple[Verifier, ...]
    authorities: tuple[bytes, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises Malformed, also when no log key is in it."""
        first, _, rest = text.replace("\r\n", "\n").partition("\n")
        operator, _, keys = rest.partition("\n")
        if first != _FIRST or not operator.startswith("operator "):
            raise Malformed
        trust = cls(
            operator=operator.removeprefix("operator "),
            log_keys=tuple(Verifier.parse(vkey) for vkey in _LOG.findall(keys)),
            authorities=tuple(_der(body) for body in _CERTIFICATE.findall(keys)),
        )
        if not trust.log_keys:
            raise Malformed
        return trust

    def encode(self) -> str:
        keys = "".join(f"log {key.vkey}\n" for key in self.log_keys)
        return f"{_FIRST}\noperator {self.operator}\n{keys}{''.join(map(_pem, self.authorities))}"


def write(folder: Path, operator: str) -> str:
    """The trust file of the installation whose keys are in this folder: log.vkey and authority.crt."""
    keys = tuple(Verifier.parse(line) for line in (folder / "log.vkey").read_text().splitlines())
    certificates = _CERTIFICATE.findall((folder / "authority.crt").read_text())
    name = " ".join(operator.split())
    return Trust(name, keys, tuple(_der(body) for body in certificates)).encode()


def _der(body: str) -> bytes:
    try:
        return base64.b64decode("".join(body.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Malformed from error


def _pem(der: bytes) -> str:
    body = base64.b64encode(der).decode()
    lines = "\n".join(body[at : at + 64] for at in range(0, len(body), 64))
    return f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n"
