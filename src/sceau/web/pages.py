"""What a view hands to a template: small frozen values, every string already in the reader's words.

Templates print these and decide nothing: no query, no date or number formatting happens there.
Fields named `href` or `action` are paths of this site; `When` carries the relative and the exact time.
"""

from dataclasses import dataclass

from sceau.ui.dates import When
from sceau.web.plain import Block


@dataclass(frozen=True, slots=True)
class FolderLink:
    """A folder of one's own, in the rail and wherever one chooses a folder."""

    id: str
    name: str
    href: str
    depth: int = 1  # 1 at the top
    unopened: int = 0
    current: bool = False

    @property
    def indented(self) -> str:
        """Its name as an option of a select, where nothing but spaces shows what is inside what."""
        return "\N{EM SPACE}" * (self.depth - 1) + self.name


@dataclass(frozen=True, slots=True)
class Nav:
    """The rail: which place is current, and what waits there."""

    current: str = ""  # "received", "sent", "drafts", "trash", "folders", "compose", or a folder's id
    unopened: int = 0
    drafts: int = 0
    folders: tuple[FolderLink, ...] = ()  # each followed by those it holds


@dataclass(frozen=True, slots=True)
class Chip:
    """A kind of correspondent or a state, always with its word."""

    kind: str  # "home", "space", "patient", "guest", "ok", "warn", "wax" or "" (neutral)
    text: str


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody on an envelope. `address` is the authenticated one."""

    name: str
    address: str
    detail: str = ""  # "Cardiologue, CH de Gap"
    chip: Chip | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a folder."""

    href: str
    who: str
    subject: str
    when: When
    label: Chip | None = None
    documents: str = ""  # "2 documents"; empty when there are none
    state: str = ""  # "à ouvrir", "ouverte par 1 sur 2", "contenu détruit"
    icon: str = "opened"
    unopened: bool = False
    current: bool = False
    id: str = ""  # the copy's, when it can be chosen
    answered: bool = False
    thread: int = 1  # envelopes of its exchange


@dataclass(frozen=True, slots=True)
class Filter:
    """A way to narrow a list, as a link that puts it on or takes it off."""

    text: str
    href: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class Refinement:
    """What a list is narrowed to beyond its links; the fields of a form."""

    etiquette: str = ""
    du: str = ""  # "2026-11-01"
    au: str = ""
    labels: tuple[tuple[str, str], ...] = ()
    kept: tuple[tuple[str, str], ...] = ()  # the links that are on


@dataclass(frozen=True, slots=True)
class Pane:
    """A folder's list, alone on its page or beside an envelope."""

    folder: str  # "received", "sent", "drafts", "trash", or the id of a folder of one's own
    rows: tuple[Row, ...]
    count: str = ""  # "3 à ouvrir"
    newer: str = ""  # path of the previous page
    older: str = ""  # path of the next page
    title: str = ""  # of a folder of one's own
    here: str = ""  # path of this very page
    whole: str = ""  # path of the list without any filter; empty when it has none
    filters: tuple[Filter, ...] = ()
    refinement: Refinement | None = None

    @property
    def own(self) -> bool:
        return bool(self.title)


@dataclass(frozen=True, slots=True)
class FileLink:
    """A document to download, or one that only has a name (`href` empty) on a closed envelope."""

    name: str
    detail: str  # "PDF, 412 Ko"
    href: str = ""
    icon: str = "document"  # "document", "image", "archive"
    view: str = ""  # the page that shows it, when one can
    warning: str = ""  # why to think before opening it


@dataclass(frozen=True, slots=True)
class Letter:
    """An envelope. `text`, and `href` of its files, are empty while `state` is not "open"."""

    id: str
    state: str  # "closed", "open", "destroyed"
    subject: str
    sender: Party
    to: tuple[Party, ...]
    cc: tuple[Party, ...]
    when: When
    text: str = ""
    body: tuple[Block, ...] = ()  # the same text, laid out
    files: tuple[FileLink, ...] = ()
    documents: str = ""  # "2 documents, 2,2 Mo"
    sent: bool = False  # the reader is its sender
    in_trash: bool = False
    can_reply: bool = False
    imported: str = ""  # "le 22 novembre 2026 par Dr Claire Morel"; nothing of it is proved
    notes: tuple[str, ...] = ()  # what is odd about an import, a sentence each
    html: bool = False  # it has formatted text: see `web:frame`


@dataclass(frozen=True, slots=True)
class Exchange:
    """The other envelopes of the same exchange, around the one that is shown."""

    earlier: tuple[Row, ...] = ()  # oldest first
    later: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the proof column."""

    text: str  # "Scellée par son expéditeur"
    detail: str = ""  # "22 nov. 14:01:08, empreinte 7f3a…c21e"
    kind: str = "done"  # "seal", "done", "wait", "fail"


@dataclass(frozen=True, slots=True)
class RecipientLine:
    """What became of one recipient, for the sender."""

    name: str
    address: str
    text: str  # "Ouverte hier à 14:02"
    kind: str = "done"  # "done", "wait", "fail"
    chip: Chip | None = None


@dataclass(frozen=True, slots=True)
class ImportLine:
    """What became of one mail that was brought."""

    name: str  # its subject, or the file's name
    text: str
    kind: str = "done"  # "done", "fail"
    href: str = ""


@dataclass(frozen=True, slots=True)
class ImportReport:
    new: str  # "12 courriels importés"
    known: str  # "3 étaient déjà là"; empty for none
    refused: str
    lines: tuple[ImportLine, ...]  # what was refused comes first
    more: int  # lines that are not shown
    place: str  # path of the folder


@dataclass(frozen=True, slots=True)
class Proof:
    """The column beside a letter."""

    steps: tuple[Step, ...]
    none: str = ""  # why nothing is proved: of an import
    recipients: tuple[RecipientLine, ...] = ()
    published: str = ""  # "Journal vérifié jusqu’à la preuve n° 84 127."; empty while it waits (≤ 2 s)
    pdf: str = ""
    json: str = ""
    archive: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """A recipient read from what was typed: shown as a chip that can be unticked."""

    address: str
    name: str
    chip: Chip | None = None
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Upload:
    """One attachment of a draft."""

    name: str
    size: str
    detach: str  # POST here to remove it
    icon: str = "document"


@dataclass(frozen=True, slots=True)
class Arriving:
    """A document that came in part: the rest follows once its owner gives the same file again."""

    id: str
    name: str
    detail: str  # "22,4 Mo sur 31 Mo"
    size: int  # octets, to recognise the file
    done: int  # octets that are kept
    drop: str  # POST here to give it up


@dataclass(frozen=True, slots=True)
class Answered:
    """The letter that is being answered or passed on, beside the new one."""

    title: str  # "Réponse à Dr Marc Benali, « Compte rendu de cardiologie »"
    text: str
    href: str = ""  # its page


@dataclass(frozen=True, slots=True)
class Later:
    """A quick choice of when the envelope leaves."""

    text: str  # "demain 8 h"
    at: str  # "2026-11-24T08:00"


@dataclass(frozen=True, slots=True)
class Note:
    """What will happen to the envelope as a whole: split, later, until when."""

    icon: str
    text: str
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Doubt:
    """What is worth a look before sealing."""

    text: str
    at: str = ""  # id of the field that it is about


@dataclass(frozen=True, slots=True)
class Planned:
    """What will happen for one recipient, before the button is pressed."""

    name: str
    text: str  # "Recevra l’enveloppe dans sa boîte Sceau."
    chip: Chip | None = None
    refused: bool = False


@dataclass(frozen=True, slots=True)
class DraftPage:
    id: str
    revision: int
    to: tuple[Known, ...] = ()
    cc: tuple[Known, ...] = ()
    to_typed: str = ""  # what could not be read as addresses, kept as typed
    cc_typed: str = ""
    subject: str = ""
    body: str = ""
    html: str = ""  # the letter with its formatting; empty for plain text
    html_of: str = ""  # which plain text that is: see drafting
    expires_on: str = ""  # "2026-12-31"
    deliver_at: str = ""  # "2026-12-31T08:00", where its author lives
    patient: str = ""  # the chosen value of `patients`
    patient_on: str = ""  # "2026-11-22"
    label: str = ""  # the chosen value of `labels`
    uploads: tuple[Upload, ...] = ()
    arriving: tuple[Arriving, ...] = ()
    total: str = ""  # "31,2 Mo sur 40 Mo"
    fill: int = 0  # octets of all documents
    limit: int = 0  # octets that one envelope, and so one document, may have
    room: int = 0  # octets that the documents may still have
    too_large: str = ""  # what is said of a document beyond it
    saved: str = ""  # "Brouillon enregistré à 14:05"
    answered: Answered | None = None
    pieces: str = ""  # where documents go piece by piece
    keeps: str = ""  # "Conservée 3 mois, puis détruite. Les preuves restent."


@dataclass(frozen=True, slots=True)
class Conflict:
    """The version another tab saved meanwhile, beside what was just typed."""

    when: When
    to: str
    cc: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class SessionLine:
    device: str  # "Firefox sous Windows"
    since: When
    current: bool
    end: str  # POST here to close it


@dataclass(frozen=True, slots=True)
class JournalLine:
    when: When
    text: str  # "Connexion"
    device: str = ""
    warn: bool = False


@dataclass(frozen=True, slots=True)
class Chosen:
    """A field that a form carries on unseen."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Confirm:
    """A page that asks before an act that cannot be undone."""

    title: str
    text: str
    action: str  # POST here
    button: str  # "Détruire l’enveloppe"
    back: str
    what: str = ""  # which one: "« Compte rendu », de Dr Marc Benali"
    danger: bool = True
    hidden: tuple[Chosen, ...] = ()


@dataclass(frozen=True, slots=True)
class Tick:
    """A box to tick; `depth` as a FolderLink's."""

    value: str
    text: str
    depth: int = 1
    checked: bool = False


@dataclass(frozen=True, slots=True)
class PartLink:
    """One piece of a download."""

    text: str  # "Envois, partie 1"
    detail: str  # "412 envois, 198 Mo"
    href: str
