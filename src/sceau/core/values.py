"""Values parsed once at the door and trusted inside."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Self

from sceau.core.errors import Malformed

_LOCAL = re.compile(r"[^\s\x00-\x1f\x7f\"(),:;<>@\[\\\]]+")
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")


@dataclass(frozen=True, slots=True)
class Address:
    """An e-mail address in the one form Sceau compares (design §5).

    NFC, local part case-folded, domain in lower-case A-labels; no `+` folding. Quoted local parts,
    controls, source routes and `%` hacks are refused, and so are
    local parts beyond ASCII: they want SMTPUTF8 (RFC 6531), which the field's relays do not speak.
    """

    local: str
    domain: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises Malformed. At most 254 characters (RFC 5321 §4.5.3.1.3), local part 64 octets."""
        local, at, domain = unicodedata.normalize("NFC", text.strip()).rpartition("@")
        local = unicodedata.normalize("NFC", local.casefold())
        if not at or not local.isascii() or not _LOCAL.fullmatch(local) or "%" in local or len(local) > 64:
            raise Malformed
        if local.startswith(".") or local.endswith(".") or ".." in local:
            raise Malformed
        try:
            ascii_domain = domain.encode("idna").decode().lower()
        except UnicodeError as error:
            raise Malformed from error
        labels = ascii_domain.split(".")
        if len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels):
            raise Malformed
        address = cls(local, ascii_domain)
        if len(str(address).encode()) > 254:
            raise Malformed
        return address

    def __str__(self) -> str:
        return f"{self.local}@{self.domain}"
