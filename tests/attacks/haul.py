"""What a thief carries off and tries: every key he holds or can make of what he holds, on everything that is sealed.

A *lock* is one sealed thing with the real function that opens it, and the one right key, which only a login or custody
gives: the proof that the attempt itself works.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from django.apps import apps
from django.conf import settings

from sceau import blobs
from sceau.accounts import signup
from sceau.accounts.models import Person, SignUp
from sceau.core import box, hpke, kdf
from sceau.core.encoding import Part
from sceau.custody import software
from sceau.envelopes import attachments, filing, lines, pieces, search_index, snippets, summaries
from sceau.envelopes.models import Arrival, AutoReply, Copy, DraftRevision, Envelope, Folder, Segment, Snippet, Upload
from sceau.evidence import records
from sceau.evidence.models import RecordSeal
from sceau.notify.models import Notice
from sceau.vault import epochs, format, principals, recovery, recovery_code, sessions, wraps
from sceau.vault.keyring import Keys
from sceau.vault.lists import ListKey
from sceau.vault.models import Grant, Session, Wrap


@dataclass(frozen=True)
class Lock:
    column: str  # "table.column" of docs/columns.csv, or "blob"
    open: Callable[[bytes], object]  # raises an Error, or ValueError for what is no key at all
    right: bytes


@dataclass(frozen=True)
class Secrets:
    """What no thief has: passwords, codes, cookies, links, custody."""

    passwords: dict[str, str]  # by address
    recovery_codes: dict[str, str]
    cookies: list[str]
    links: list[str]  # tokens
    receptions: dict[str, str]  # new passwords that wait for a release, by address

    def seed(self, address: str) -> bytes:
        person = Person.objects.select_related("principal").get(email=address)
        return principals.check_password(person.principal, self.passwords[address])

    def keys(self, address: str) -> Keys:
        person = Person.objects.get(email=address)
        return Keys(person.principal_id, self.seed(address))


def custody_seed(purpose: str) -> bytes:
    masters = software._masters(settings.SCEAU_CUSTODY_KEY_FILE, settings.SCEAU_CUSTODY_PASSPHRASE)
    return software._seed(masters[0], purpose)


def locks(secrets: Secrets) -> Iterator[Lock]:
    """Everything that is sealed anywhere."""
    yield from _ways_in(secrets)
    yield from _mailboxes(secrets)
    yield from _content(secrets)
    yield from _lists(secrets)
    yield from _evidence(secrets)
    yield from _mail(secrets)


def _ways_in(secrets: Secrets) -> Iterator[Lock]:
    for wrap in Wrap.objects.select_related("principal"):
        owner, sealed = wrap.principal, bytes(wrap.sealed)
        address = Person.objects.get(principal=owner).email
        if wrap.kind == Wrap.Kind.PASSWORD:
            password = secrets.passwords[address].encode()
            yield Lock("vault_wrap.sealed", _by_password(sealed, owner.id, "password"), password)
        elif wrap.kind == Wrap.Kind.RECEPTION:
            reception = recovery.Reception.decode(sealed)
            password = secrets.receptions[address].encode()
            yield Lock("vault_wrap.sealed", _by_password(reception.wrap, owner.id, "reception"), password)
        elif wrap.kind == Wrap.Kind.RECOVERY:
            code = recovery_code.read(secrets.recovery_codes[address])
            yield Lock("vault_wrap.sealed", _by_code(sealed, owner.id), code)
        else:
            info = principals.custody_info(owner)
            yield Lock("vault_wrap.sealed", _by_seed(sealed, info), custody_seed("recovery"))
    halves = {sessions._row_id(half): half for half in map(sessions._half, secrets.cookies)}
    for session in Session.objects.exclude(wrapped_key=None):
        yield Lock("vault_session.wrapped_key", _by_cookie(session), halves[bytes(session.id)])


def _mailboxes(secrets: Secrets) -> Iterator[Lock]:
    for grant in Grant.objects.select_related("epoch", "principal"):
        info = epochs.grant_info(grant.epoch.mailbox, grant.epoch.number, grant.principal_id)
        address = Person.objects.get(principal=grant.principal).email
        yield Lock("vault_grant.sealed_seed", _by_seed(bytes(grant.sealed_seed), info), secrets.seed(address))


def _content(secrets: Secrets) -> Iterator[Lock]:
    for copy in Copy.objects.exclude(seal=None).select_related("mailbox", "envelope"):
        keys = secrets.keys(copy.mailbox.address)
        info, seed = summaries._info(copy.envelope_id, copy.mailbox_id, copy.epoch), _mailbox_seed(keys, copy)
        yield Lock("envelopes_copy.seal", _by_seed(bytes(copy.seal or b""), info), seed)
        content = summaries.content_key(copy, keys).octets
        envelope = copy.envelope
        yield Lock("envelopes_envelope.summary", _by_key(bytes(envelope.summary or b""), "summary", envelope), content)
        yield Lock("blob", _by_content_key(str(envelope.blob_key)), content)
    for upload in Upload.objects.select_related("draft__mailbox"):
        box_id = upload.draft.mailbox_id
        seed = secrets.keys(upload.draft.mailbox.address).mailbox_seed(box_id, upload.epoch)
        info = attachments._info(upload, box_id)
        key = hpke.open(seed, bytes(upload.seal), info=info)
        yield Lock("envelopes_upload.seal", _by_seed(bytes(upload.seal), info), seed)
        yield Lock("envelopes_upload.sealed_meta", _by_key(bytes(upload.sealed_meta), "upload", upload), key)
        yield Lock("blob", _by_content_key(upload.blob_key), key)
    for arrival in Arrival.objects.select_related("draft__mailbox"):
        yield from _arrival(arrival, secrets.keys(arrival.draft.mailbox.address))
    for absence in AutoReply.objects.select_related("mailbox"):
        box_id = absence.mailbox_id
        seed = secrets.keys(absence.mailbox.address).mailbox_seed(box_id, absence.epoch)
        own = _by_record(bytes(absence.sealed_own), "auto-reply-own", box_id)
        yield Lock("envelopes_autoreply.sealed_own", own, seed)
    for revision in DraftRevision.objects.select_related("draft__mailbox"):
        keys = secrets.keys(revision.draft.mailbox.address)
        seed = keys.mailbox_seed(revision.draft.mailbox_id, revision.epoch)
        context = revision.draft_id, revision.number
        yield Lock("envelopes_draftrevision.sealed", _by_record(bytes(revision.sealed), "draft", *context), seed)


def _arrival(arrival: Arrival, keys: Keys) -> Iterator[Lock]:
    box_id = arrival.draft.mailbox_id
    meta = _by_record(bytes(arrival.sealed_meta), "arrival", arrival.id)
    yield Lock("envelopes_arrival.sealed_meta", meta, keys.mailbox_seed(box_id, arrival.epoch))
    for piece in arrival.pieces.all():
        seed, info = keys.mailbox_seed(box_id, piece.epoch), pieces._info(piece, box_id)
        yield Lock("envelopes_piece.seal", _by_seed(bytes(piece.seal), info), seed)
        yield Lock("blob", _by_content_key(piece.blob_key), hpke.open(seed, bytes(piece.seal), info=info))


def _lists(secrets: Secrets) -> Iterator[Lock]:
    """What a mailbox keeps for itself, under its list key: each opens by that key, or by the seed it comes from."""
    for copy in Copy.objects.exclude(line=None).select_related("mailbox"):
        about = (lines._PURPOSE, copy.id, copy.envelope_id)
        yield from _listed("envelopes_copy.line", copy, bytes(copy.line or b""), *about, secrets=secrets)
    for folder in Folder.objects.select_related("mailbox"):
        name = bytes(folder.sealed_name)
        yield from _listed("envelopes_folder.sealed_name", folder, name, filing._PURPOSE, folder.id, secrets=secrets)
    for row in Segment.objects.select_related("mailbox"):
        sealed = bytes(row.sealed), search_index._PURPOSE, row.id, row.revision
        yield from _listed("envelopes_segment.sealed", row, *sealed, secrets=secrets)
    for own in Snippet.objects.select_related("mailbox"):
        words = bytes(own.sealed), snippets._PURPOSE, own.id
        yield from _listed("envelopes_snippet.sealed", own, *words, secrets=secrets)


def _listed(
    column: str,
    row: Copy | Folder | Segment | Snippet,
    sealed: bytes,
    purpose: str,
    *context: Part,
    secrets: Secrets,
) -> Iterator[Lock]:
    place = row.mailbox_id, row.epoch
    seed = secrets.keys(row.mailbox.address).mailbox_seed(*place)
    yield Lock(column, lambda key: ListKey(key, *place).open(purpose, sealed, *context), seed)
    yield Lock(column, lambda key: format.open_small(key, purpose, sealed, *context), ListKey(seed, *place)._key)


def _evidence(secrets: Secrets) -> Iterator[Lock]:
    addresses = {mailbox.id: mailbox.address for mailbox in apps.get_model("accounts", "Mailbox").objects.all()}
    for seal in RecordSeal.objects.select_related("record"):
        digest = bytes(seal.record_id)
        info = records._info(digest, seal.mailbox, seal.epoch)
        if seal.mailbox is None or seal.epoch is None:
            seed = custody_seed("evidence")
        else:
            seed = secrets.keys(addresses[seal.mailbox]).mailbox_seed(seal.mailbox, seal.epoch)
        yield Lock("evidence_recordseal.seal", _by_seed(bytes(seal.seal), info), seed)
        key, sealed = hpke.open(seed, bytes(seal.seal), info=info), bytes(seal.record.sealed)
        yield Lock("evidence_record.sealed", _by_digest(sealed, digest), key)


def _mail(secrets: Secrets) -> Iterator[Lock]:
    """The queue key is the worker's: a thief of key files has it too."""
    seed = bytes.fromhex((settings.SCEAU_KEYS / "queue.key").read_text().split()[0])
    for notice in Notice.objects.exclude(sealed=None):
        yield Lock("notify_notice.sealed", _by_record(bytes(notice.sealed or b""), "notice", notice.id), seed)
    for held in Envelope.objects.exclude(held=None):
        yield Lock("envelopes_envelope.held", _by_record(bytes(held.held or b""), "held", held.id), seed)
    for absence in AutoReply.objects.all():
        sealed = bytes(absence.sealed)
        yield Lock("envelopes_autoreply.sealed", _by_record(sealed, "auto-reply", absence.mailbox_id), seed)
    for person in Person.objects.exclude(notice_word=None):
        sealed = bytes(person.notice_word or b"")
        yield Lock("accounts_person.notice_word", _by_record(sealed, "notice-word", person.id), seed)
    for row in SignUp.objects.all():
        for token in secrets.links:
            if signup._row(token) == bytes(row.id):
                yield Lock("accounts_signup.sealed_address", _by_link(bytes(row.sealed_address)), token.encode())


def _mailbox_seed(keys: Keys, copy: Copy) -> bytes:
    return keys.mailbox_seed(copy.mailbox_id, copy.epoch)


def _by_password(sealed: bytes, owner: object, purpose: str) -> Callable[[bytes], bytes]:
    return lambda key: wraps.open_with_password(key.decode("latin-1"), sealed, owner, purpose=purpose)  # type: ignore[arg-type]


def _by_code(sealed: bytes, owner: object) -> Callable[[bytes], bytes]:
    return lambda key: wraps.open_with_code(recovery_code.write(key[:20]), sealed, owner)  # type: ignore[arg-type]


def _by_cookie(session: Session) -> Callable[[bytes], bytes]:
    return lambda key: sessions._unwrap(session, key)


def _by_seed(sealed: bytes, info: bytes) -> Callable[[bytes], bytes]:
    return lambda key: hpke.open(key, sealed, info=info)


def _by_key(sealed: bytes, purpose: str, row: Envelope | Upload) -> Callable[[bytes], bytes]:
    return lambda key: format.open_small(key, purpose, sealed, row.id)


def _by_digest(sealed: bytes, digest: bytes) -> Callable[[bytes], bytes]:
    return lambda key: format.open_small(key, "record", sealed, digest)


def _by_record(sealed: bytes, purpose: str, *context: object) -> Callable[[bytes], bytes]:
    return lambda key: format.open_record(key, purpose, sealed, *context)  # type: ignore[arg-type]


def _by_link(sealed: bytes) -> Callable[[bytes], bytes]:
    return lambda key: box.open(signup._key(key.decode("latin-1")), sealed, info=signup._INFO)


def _by_content_key(blob_key: str) -> Callable[[bytes], bytes]:
    def read(key: bytes) -> bytes:
        with blobs.store().open(blobs.content_name(blob_key)) as file:
            return b"".join(format.open_blob(key, blob_key, file))

    return read


def key_files(folder: Path) -> dict[str, bytes]:
    """Every file of SCEAU_KEYS but custody's own."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "custody.key"}


def candidates(stolen: dict[str, bytes], *found: bytes) -> set[bytes]:
    """Every key that can be made of stolen files, of settings, of every value of every row, and of what was `found`."""
    raw = {settings.SECRET_KEY.encode(), settings.SCEAU_CUSTODY_PASSPHRASE.encode(), *found, *_values()}
    for name, data in stolen.items():
        raw |= {data.strip(), *data.split()}
        if name.endswith(".key") and b"PRIVATE KEY" in data:
            raw.add(_scalar(data))
    raw |= {bytes.fromhex(text.decode()) for text in raw if re.fullmatch(rb"(?:[0-9a-f]{2}){20,64}", text)}
    digests = {hashlib.sha256(value).digest() for value in raw if len(value) < 200}
    return {value for value in raw if len(value) <= 64} | digests | {kdf.derive(value, b"kek") for value in digests}


def _values() -> Iterator[bytes]:
    """Every binary value of 16 to 64 octets of every table, and every text."""
    for model in apps.get_models():
        for row in model._default_manager.values_list():
            for value in row:
                if isinstance(value, bytes | memoryview) and 16 <= len(value) <= 64:
                    yield bytes(value)
                elif isinstance(value, str) and value:
                    yield value.encode()[:64]


def _scalar(pem: bytes) -> bytes:
    """The private number itself."""
    key = load_pem_private_key(pem, None)
    der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return der[-32:] if len(der) < 60 else der[36:68]


def learnt(plaintext: bytes) -> set[bytes]:
    """What an opened mail tells that could be tried: codes, and the tokens of links."""
    try:
        context = json.loads(plaintext)["context"]
    except (ValueError, KeyError, TypeError):
        return set()
    texts = [str(value) for value in context.values()]
    return {text.rpartition("/")[2].encode() for text in texts if text} | {text.encode() for text in texts}
