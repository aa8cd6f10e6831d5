"""Writes tests/vectors/vault: `python -m tests.vault.make_vectors`. Nonces and times enter through private functions.

Seals to an X-Wing key cannot be made twice (no library takes the randomness of the KEM), so an existing file of kind
`seal` or `record` is kept.
"""

import base64
import hashlib
import textwrap
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sceau.core import box, canonical, hpke, kdf, password_box
from sceau.core.encoding import Part, labelled
from sceau.core.password_box import CHEAPEST, Cost
from sceau.vault import format, recovery_code, stream
from sceau.vault.statements import Statement
from tests.vault import vectors

KEY, SALT, PREFIX, NONCE = bytes(range(32)), bytes(range(64, 96)), bytes(range(7)), bytes(range(12))
SEED = bytes(range(128, 160))
BLOB = "00112233445566778899aabbccddeeff"
ALICE = UUID("01941f29-7c00-7000-8000-000000000001")
MAILBOX = UUID("01941f29-7c00-7000-8000-000000000002")
AT = datetime(2026, 3, 2, 8, 0, 0, 123_000, tzinfo=UTC)
RANDOM_KINDS = ("seal", "record")

Fields = list[tuple[str, str]]


class Writer:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, expect: str, fault: str, fields: Fields, body: bytes = b"") -> None:
        path = self.folder / f"{name}.txt"
        if name.split("-")[0] in RANDOM_KINDS and path.exists():
            return
        lines = [("expect", expect), ("fault", fault), *fields]
        text = "".join(f"{label}: {value}".rstrip() + "\n" for label, value in lines)
        path.write_text(text + "\n" + "".join(f"{line}\n" for line in textwrap.wrap(body.hex(), 100)), "utf-8")

    def faults(self, base: str, fields: Fields, body: bytes, changes: dict[str, tuple[str, str]]) -> None:
        """One file a change of `body`: name → (what is wrong, change)."""
        for name, (fault, change) in changes.items():
            self.write(f"{base}-{name}", "unreadable", fault, fields, vectors.changed(body, change))


def main(folder: Path = vectors.FOLDER) -> None:
    writer = Writer(folder)
    for make in (blobs, small, lists, seals, records, passwords, codes, sessions, statements, json, contexts):
        make(writer)


def blobs(writer: Writer) -> None:
    inputs = [("key", KEY.hex()), ("blob-key", BLOB), ("salt", SALT.hex()), ("prefix", PREFIX.hex())]
    for name, length in {
        "empty": 0,
        "one-octet": 1,
        "full-first-segment": 65_480,
        "two-segments": 65_481,
        "two-full-segments": 131_000,
        "four-segments": 200_000,
    }.items():
        blob = vectors.build(KEY, BLOB, SALT, PREFIX, vectors.pattern(length))
        fields = [*inputs, ("plaintext-length", str(length)), ("sha256", hashlib.sha256(blob).hexdigest())]
        writer.write(f"blob-ok-{name}", "ok", "none", fields, blob if length < 100 else b"")
    long = [*inputs, ("plaintext-length", "200000")]
    for name, (fault, *extra) in LONG_BLOB_FAULTS.items():
        fields = long + [(label, value) for label, _, value in (line.partition(": ") for line in extra)]
        writer.write(f"blob-{name}", "unreadable", fault, fields)
    body = vectors.build(KEY, BLOB, SALT, PREFIX, b"")
    writer.write("blob-empty-cut", "unreadable", "the tag of an empty blob cut off", inputs[:2], body[:-16])
    writer.write("blob-nothing", "unreadable", "no octet at all", [*inputs[:2], ("change", "cut 0")], body)
    header = format._blob_header(KEY, BLOB)
    segments = stream._Segments(KEY, SALT, PREFIX, header)
    first, start = vectors.pattern(65_480), header + b"\x28" + SALT + PREFIX
    spare = start + segments.seal(0, first, last=False) + segments.seal(1, b"", last=True)
    writer.write("blob-spare-segment", "unreadable", "an empty last segment after a full one", inputs[:2], spare)
    unmarked = start + segments.seal(0, b"x", last=False)
    writer.write("blob-unmarked-last", "unreadable", "the last segment is not marked last", inputs[:2], unmarked)
    bare = b"".join(stream._encrypt(KEY, [b"x"], b"", salt=SALT, prefix=PREFIX))
    writer.write("blob-unbound", "unreadable", "the stream is not bound to the header", inputs[:2], header + bare)


OTHER_BLOB = "open-blob-key: ffeeddccbbaa99887766554433221100"
LONG_BLOB_FAULTS: dict[str, tuple[str, ...]] = {
    "magic": ("magic", "change: flip 0"),
    "version-0": ("format version 0", "change: put 6 00"),
    "version-2": ("format version 2", "change: put 6 02"),
    "suite": ("suite 2", "change: put 7 02"),
    "id": ("blob id", "change: flip 8"),
    "commitment": ("key commitment", "change: flip 24"),
    "header-size": ("header size of the stream", "change: put 56 29"),
    "salt": ("salt", "change: flip 57"),
    "prefix": ("nonce prefix", "change: flip 89"),
    "first-segment": ("first octet of the first segment", "change: flip 96"),
    "first-tag": ("tag of the first segment", "change: flip 65591"),
    "last-tag": ("tag of the last segment", "change: flip 200159"),
    "cut-in-header": ("cut within the header", "change: cut 30"),
    "cut-after-header": ("cut after the header", "change: cut 56"),
    "cut-octet": ("last octet cut off", "change: cut 200159"),
    "cut-segment": ("last segment cut off", "change: cut 196664"),
    "cut-two-segments": ("last two segments cut off", "change: cut 131128"),
    "one-more-octet": ("an octet after the end", "change: append 00"),
    "one-more-segment": ("a segment repeated at the end", "change: repeat 196664 3496"),
    "repeated-segment": ("a middle segment repeated", "change: repeat 65592 65536"),
    "missing-segment": ("a middle segment left out", "change: drop 65592 65536"),
    "swapped-segments": ("two middle segments exchanged", "change: swap 65592 131128 65536"),
    "other-blob": ("a whole blob in the place of another", OTHER_BLOB),
    "other-key": ("another content key", f"open-key: {bytes(32).hex()}"),
}


def small(writer: Writer) -> None:
    fields = [("key", KEY.hex()), ("purpose", "summary"), ("context", f"uuid {ALICE}"), ("context", "integer 3")]
    info = format._small("summary", (ALICE, 3))
    body = box._seal(KEY, b"a summary", info, NONCE)
    writer.write("small-ok", "ok", "none", [*fields, ("plaintext", b"a summary".hex())], body)
    empty = box._seal(KEY, b"", format._small("", ()), NONCE)
    writer.write("small-ok-empty", "ok", "none", [("key", KEY.hex()), ("purpose", ""), ("plaintext", "")], empty)
    writer.faults("small", fields, body, SMALL_FAULTS)
    for name, fault, changed in (
        ("purpose", "another purpose", [fields[0], ("purpose", "upload"), *fields[2:]]),
        ("context", "another context", [*fields[:3], ("context", "integer 4")]),
        ("context-type", "the same number as octets", [*fields[:3], ("context", "octets 0000000000000003")]),
        ("key", "another key", [("key", SEED.hex()), *fields[1:]]),
    ):
        writer.write(f"small-other-{name}", "unreadable", fault, changed, body)


SMALL_FAULTS = {
    "version": ("version", "flip 0"),
    "nonce": ("nonce", "flip 1"),
    "commitment": ("key commitment", "flip 13"),
    "ciphertext": ("ciphertext", "flip 45"),
    "tag": ("tag", "flip 69"),
    "cut": ("last octet cut off", "cut 69"),
    "cut-tag": ("tag cut off", "cut 54"),
    "one-more-octet": ("an octet after the end", "append 00"),
    "nothing": ("no octet at all", "cut 0"),
}


def lists(writer: Writer) -> None:
    seed, mailbox, epoch = ("seed", SEED.hex()), ("mailbox", str(MAILBOX)), ("epoch", "2")
    record = [("purpose", "line"), ("context", f"uuid {ALICE}")]
    key = kdf.derive(SEED, labelled(b"sceau/list/1", "list-key", MAILBOX, 2))
    body = box._seal(key, b"what a row shows", format._small("line", (ALICE,)), NONCE)
    fields = [seed, mailbox, epoch, *record]
    writer.write("list-ok", "ok", "none", [*fields, ("plaintext", b"what a row shows".hex())], body)
    writer.faults(
        "list", fields, body, {"ciphertext": ("ciphertext", "flip 45"), "nothing": ("no octet at all", "cut 0")}
    )
    for name, fault, changed in (
        ("seed", "another seed", [("seed", KEY.hex()), mailbox, epoch, *record]),
        ("mailbox", "another mailbox", [seed, ("mailbox", str(ALICE)), epoch, *record]),
        ("epoch", "another epoch", [seed, mailbox, ("epoch", "1"), *record]),
        ("row", "another row", [*fields[:4], ("context", f"uuid {MAILBOX}")]),
    ):
        writer.write(f"list-other-{name}", "unreadable", fault, changed, body)


def seals(writer: Writer) -> None:
    info = hpke.info("content-key", ALICE, MAILBOX, 1)
    fields = [("seed", SEED.hex()), ("info", info.hex())]
    body = hpke.seal(hpke.public_key(SEED), KEY, info=info)
    public = ("public-key-sha256", hashlib.sha256(hpke.public_key(SEED)).hexdigest())
    writer.write("seal-ok", "ok", "none", [*fields, public, ("plaintext", KEY.hex())], body)
    body = vectors.load(writer.folder / "seal-ok.txt").body
    writer.faults(
        "seal",
        fields,
        body,
        {
            "suite": ("suite 2", "put 0 02"),
            "mlkem": ("ML-KEM ciphertext", "flip 1"),
            "x25519": ("X25519 share", "flip 1089"),
            "x25519-zero": ("X25519 share of low order", f"put 1089 {bytes(32).hex()}"),
            "ciphertext": ("ciphertext", "flip 1121"),
            "tag": ("tag", "flip 1168"),
            "cut": ("last octet cut off", "cut 1168"),
            "cut-share": ("cut within the encapsulated key", "cut 1000"),
            "one-more-octet": ("an octet after the end", "append 00"),
            "nothing": ("no octet at all", "cut 0"),
        },
    )
    other = hpke.info("content-key", ALICE, MAILBOX, 2)
    writer.write("seal-other-info", "unreadable", "another epoch", [fields[0], ("info", other.hex())], body)
    writer.write("seal-other-seed", "unreadable", "another seed", [("seed", KEY.hex()), fields[1]], body)


def records(writer: Writer) -> None:
    fields = [("seed", SEED.hex()), ("purpose", "notice"), ("context", f"uuid {ALICE}")]
    body = format.seal_record(hpke.public_key(SEED), "notice", b"something waits", ALICE)
    writer.write("record-ok", "ok", "none", [*fields, ("plaintext", b"something waits".hex())], body)
    body = vectors.load(writer.folder / "record-ok.txt").body
    writer.faults(
        "record",
        fields,
        body,
        {
            "key": ("sealed key", "flip 1121"),
            "ciphertext": ("ciphertext", "flip 1214"),
            "cut": ("last octet cut off", "cut 1244"),
            "key-alone": ("nothing after the sealed key", "cut 1169"),
        },
    )
    other = [*fields[:2], ("context", f"uuid {MAILBOX}")]
    writer.write("record-other-context", "unreadable", "another context", other, body)


def passwords(writer: Writer) -> None:
    fields = [("password", "Un mot de passe, 12!"), ("principal", str(ALICE))]
    info = labelled(b"sceau/wrap/1", "password", ALICE)
    salt = SALT[:16]

    def seal(cost: Cost) -> bytes:
        return password_box._seal("Un mot de passe, 12!", SEED, info, cost, salt=salt, nonce=NONCE)

    body = seal(CHEAPEST)
    writer.write("password-ok", "ok", "none", [*fields, ("seed", SEED.hex())], body)
    writer.write("password-ok-default-cost", "ok", "none", [*fields, ("seed", SEED.hex())], seal(Cost()))
    writer.faults("password", fields, body, PASSWORD_FAULTS)
    for name, (fault, change) in PASSWORD_HEADER_FAULTS.items():
        writer.write(f"password-{name}", "malformed", fault, fields, vectors.changed(body, change))
    wrong = [("password", "Un mot de passe, 12"), fields[1]]
    writer.write("password-wrong", "unreadable", "a wrong password", wrong, body)
    moved = [fields[0], ("principal", str(MAILBOX))]
    writer.write("password-other-principal", "unreadable", "another principal", moved, body)
    accents = password_box._seal("mère à côté", SEED, info, CHEAPEST, salt=salt, nonce=NONCE)
    typed = "me\u0300re\u00a0a\u0300 co\u0302te\u0301"
    writer.write(
        "password-ok-decomposed", "ok", "none", [("password", typed), fields[1], ("seed", SEED.hex())], accents
    )


PASSWORD_FAULTS = {
    "cheaper": ("a lower memory than it was made with", "put 3 00000009"),
    "salt": ("salt", "flip 8"),
    "commitment": ("key commitment", "flip 37"),
    "tag": ("tag", "flip 116"),
    "cut": ("last octet cut off", "cut 116"),
    "header-alone": ("nothing after the header", "cut 24"),
}
PASSWORD_HEADER_FAULTS = {
    "version": ("version 2", "put 0 02"),
    "algorithm": ("algorithm 2", "put 1 02"),
    "no-pass": ("no pass", "put 2 00"),
    "many-passes": ("17 passes", "put 2 11"),
    "two-tebibytes": ("2 TiB of memory", "put 3 80000000"),
    "no-memory": ("less memory than 8 KiB a lane", "put 3 00000007"),
    "no-lane": ("no lane", "put 7 00"),
    "cut-header": ("cut within the header", "cut 23"),
    "nothing": ("no octet at all", "cut 0"),
}


def codes(writer: Writer) -> None:
    octets = bytes(range(20))
    code = recovery_code.write(octets)
    for name, text in {"ok": code, "ok-as-typed": "oOog 40r4\tom3O e2O9-l85g r38e iw81 24gk"}.items():
        writer.write(f"code-{name}", "ok", "none", [("code", text), ("octets", octets.hex())])
    for name, (fault, text) in {
        "short": ("a character missing", code[:-1]),
        "long": ("a character too many", code + "0"),
        "letter-u": ("the letter U", code[:-1] + "U"),
    }.items():
        writer.write(f"code-{name}", "malformed", fault, [("code", text)])
    info = labelled(b"sceau/wrap/1", "recovery-code", ALICE)
    fields = [("code", code), ("principal", str(ALICE))]
    body = box._seal(octets, SEED, info, NONCE)
    writer.write("recovery-ok", "ok", "none", [*fields, ("seed", SEED.hex())], body)
    other = [("code", recovery_code.write(bytes(20))), fields[1]]
    writer.write("recovery-other-code", "unreadable", "another code", other, body)
    moved = [fields[0], ("principal", str(MAILBOX))]
    writer.write("recovery-other-principal", "unreadable", "another principal", moved, body)


def sessions(writer: Writer) -> None:
    cookie = base64.urlsafe_b64encode(KEY).rstrip(b"=").decode()
    strong = round(AT.timestamp() * 1000)

    def case(name: str, fault: str, *, purpose: str, context: list[Part], shown: Fields) -> None:
        body = box._seal(kdf.derive(KEY, b"kek"), SEED, labelled(b"sceau/wrap/1", purpose, *context), NONCE)
        expect = [("seed", SEED.hex())] if fault == "none" else []
        writer.write(f"session-{name}", "unreadable" if expect == [] else "ok", fault, [*shown, *expect], body)

    row = ("row-id", hashlib.sha256(b"sid" + KEY).hexdigest())
    opened = [("cookie", cookie), row, ("state", "open"), ("principal", str(ALICE)), ("assurance", "2")]
    pending = [("cookie", cookie), row, ("state", "pending"), ("principal", str(ALICE)), ("assurance", "1")]
    full: list[Part] = [ALICE, 2, strong]
    at = ("strong-at", str(strong))
    case("ok-open", "none", purpose="session", context=full, shown=[*opened, at])
    case("ok-pending", "none", purpose="session-pending", context=[ALICE, 1, 0], shown=[*pending, ("strong-at", "0")])
    promoted = [("cookie", cookie), row, ("state", "open"), ("principal", str(ALICE)), ("assurance", "1")]
    case(
        "promoted", "a pending row called open", purpose="session-pending", context=[ALICE, 1, 0],
        shown=[*promoted, ("strong-at", "0")],
    )  # fmt: skip
    raised = [*opened[:4], ("assurance", "4"), at]
    case("assurance", "a higher assurance", purpose="session", context=full, shown=raised)
    younger = [*opened, ("strong-at", str(strong + 1))]
    case("younger", "a later full login", purpose="session", context=full, shown=younger)
    moved = [*opened[:3], ("principal", str(MAILBOX)), opened[4], at]
    case("principal", "another principal", purpose="session", context=full, shown=moved)


def statements(writer: Writer) -> None:
    signer = Ed25519PrivateKey.from_private_bytes(KEY)
    statement = Statement("mailbox", MAILBOX, hpke.public_key(SEED), AT, ("alice@sceau.test",), 1)
    good = statement.encode()
    fields = [("signer", signer.public_key().public_bytes_raw().hex())]

    def case(name: str, expect: str, fault: str, data: bytes, signature: bytes | None = None) -> None:
        signature = signature or signer.sign(b"sceau/statement/1\0" + data)
        writer.write(f"statement-{name}", expect, fault, [*fields, ("signature", signature.hex())], data)

    case("ok-mailbox", "ok", "none", good)
    case("ok-person", "ok", "none", Statement("person", ALICE, hpke.public_key(SEED), AT).encode())
    value = canonical.loads(good)
    spelled: dict[str, tuple[str, bytes]] = {
        "version": ("version 2", canonical.dumps(value | {"version": 2})),
        "extra-field": ("a field too many", canonical.dumps(value | {"extra": None})),
        "missing-field": ("no epoch", canonical.dumps({k: v for k, v in value.items() if k != "epoch"})),
        "epoch-true": ("an epoch that is no number", canonical.dumps(value | {"epoch": True})),
        "epoch-negative": ("a negative epoch", canonical.dumps(value | {"epoch": -1})),
        "upper-case-uuid": ("an id in upper case", good.replace(b"7c00", b"7C00")),
        "short-key": ("a public key cut short", canonical.dumps(value | {"public_key": value["public_key"][:-4]})),
        "space": ("a space between fields", good.replace(b",", b", ", 1)),
        "unsorted": ("fields in another order", b'{"version":1,' + good[1:-13] + b"}"),
        "escaped": ("a letter written as an escape", good.replace(b"alice", b"\\u0061lice")),
        "line-end": ("a line end after it", good + b"\n"),
        "not-json": ("no JSON", b"\xff"),
    }
    for name, (fault, data) in spelled.items():
        case(name, "malformed", fault, data)
    flipped = bytes([signer.sign(good)[0] ^ 1])
    case("signature", "unreadable", "signature", good, flipped + signer.sign(b"sceau/statement/1\0" + good)[1:])
    case("no-label", "unreadable", "signed without the label", good, signer.sign(good))
    other = Statement("mailbox", ALICE, hpke.public_key(SEED), AT, ("alice@sceau.test",), 1).encode()
    case("other", "unreadable", "another statement's signature", other, signer.sign(b"sceau/statement/1\0" + good))


def json(writer: Writer) -> None:
    for name, text in {
        "ok-scalars": '[null,true,false,0,-1,9007199254740991,-9007199254740991,""]',
        "ok-strings": '["\\"\\\\/\\b\\t\\n\\f\\r\\u0000\\u001f\x7f","é😀\u2028"]',
        "ok-sorted": '{"":1,"A":2,"a":{"b":[],"c":{}},"é":3,"ﬁ":4,"😀":5}',
        "ok-deep": "[" * 32 + "]" * 32,
    }.items():
        writer.write(f"canonical-{name}", "ok", "none", [], text.encode())
    for name, (fault, data) in JSON_FAULTS.items():
        writer.write(f"canonical-{name}", "malformed", fault, [], data)


JSON_FAULTS = {
    "space": ("a space", b"[1, 2]"),
    "line-end": ("a line end", b"1\n"),
    "unsorted": ("keys out of order", b'{"b":1,"a":2}'),
    "utf16-order": ("keys in the order of UTF-16", '{"😀":1,"ﬁ":2}'.encode()),
    "twice": ("a key twice", b'{"a":1,"a":1}'),
    "fraction": ("a fraction", b"1.0"),
    "exponent": ("an exponent", b"1e2"),
    "minus-zero": ("minus zero", b"-0"),
    "leading-zero": ("a leading zero", b"01"),
    "large": ("54 bits", b"9007199254740992"),
    "nan": ("not a number", b"NaN"),
    "escaped-letter": ("a letter written as an escape", b'"\\u0041"'),
    "upper-case-escape": ("an escape in upper case", b'"\\u001F"'),
    "long-escape": ("a long escape where a short one exists", b'"\\u000a"'),
    "escaped-slash": ("a slash written as an escape", b'"\\/"'),
    "surrogate": ("half a surrogate pair", b'"\\ud800"'),
    "utf8": ("no UTF-8", b'"\xff"'),
    "overlong": ("overlong UTF-8", b'"\xc1\x81"'),
    "bom": ("a byte order mark", b"\xef\xbb\xbf1"),
    "deep": ("nested 33 deep", b"[" * 33 + b"]" * 33),
    "nothing": ("nothing", b""),
    "comma": ("a comma at the end", b"[1,]"),
}


def contexts(writer: Writer) -> None:
    for name, purpose, context in (
        ("empty", "", []),
        ("all-parts", "content-key", [f"uuid {ALICE}", "integer 18446744073709551615", "octets 00ff", "octets"]),
    ):
        shown = [("purpose", purpose), *(("context", part) for part in context)]
        parts = [vectors._part(part) for part in context]
        writer.write(f"info-ok-{name}", "ok", "none", shown, hpke.info(purpose, *parts))


if __name__ == "__main__":
    main()
