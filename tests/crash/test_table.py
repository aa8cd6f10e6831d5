"""The crash table: a process dies at every named point, everything comes back, and nothing is lost or doubled.

Each line kills an act at one passage of one point (attack 38). A fresh process then does what production does by
itself (`sceau work --once`, hours later, when every lease has run out) and what a person does who got no answer: the
same act again. In the end the installation must hold exactly what it holds when nothing died.

Processes are born by a nursery, which loads Python once; those of FRESH lines and of the lines beside S3 load it
themselves, and must find the same.
"""

import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests import failpoints, parts, s3
from tests.crash.nursing import Slot
from tests.crash.saying import Said
from tests.crash.site import VENDOR, Site
from tests.smtp import Relay

pytestmark = [pytest.mark.attack(38), pytest.mark.timeout(180)]

Make = Callable[[Callable[[Path], Site]], Site]
HOURS = 7 / 24  # days: longer than the longest lease
BIG = 7_000_000  # octets: more than one part of an S3 upload


@dataclass(frozen=True)
class Line:
    point: str
    act: str
    passage: int = 1
    acknowledged: int = 0  # how many things the act had said before
    arguments: dict[str, Any] = field(default_factory=dict)
    vendors: tuple[str, ...] = ("sqlite", "postgresql")

    def __str__(self) -> str:
        return f"{self.act}, {self.point}:{self.passage}"


def twice(act: str, *points: str) -> list[Line]:
    """The act does two things: it dies in the first, and in the second, when the first was acknowledged."""
    return [Line(point, act, passage, passage - 1) for point in points for passage in (1, 2)]


def once(act: str, *points: str, **more: Any) -> list[Line]:
    return [
        Line(name, act, int(passage or 1), **more) for name, _, passage in (point.partition(":") for point in points)
    ]


FRESH = {"seal, seal.planned:1", "work, notice.sent:1"}

TABLE = [
    *twice("save", "draft.numbered"),
    *twice(
        "attach", "upload.begun", "blob.synced", "blob.renamed", "upload.blob-put", "upload.row", "upload.committed"
    ),
    *once("attach", "blob.uploaded:2", acknowledged=1, arguments={"size": BIG}),
    *twice("arrive", "piece.announced", "piece.joined", "piece.whole", "piece.finished"),
    *once("arrive", "piece.begun:2", "piece.blob-put:2", "piece.row:2", "piece.committed:2"),
    *twice("forward", "forward.carried", "forward.draft"),
    *twice("withdraw", "withdraw.recorded", "withdraw.committed"),
    *twice("seal", "seal.planned", "blob.synced", "blob.renamed", "seal.blob-put", "seal.filed", "seal.committed"),
    *twice("open_", "open.recorded", "open.committed"),
    *twice("delete", "destroy.recorded"),
    *twice("bring", "import.blob-put", "import.filed", "import.committed"),
    # The worker acknowledges nothing; a mail that left and a checkpoint that was published are seen by others.
    *once("work", "notice.sent", "notice.sent:2", "expire.warned", "expire.warned:2"),
    *once("work", "destroy.recorded", "expire.recorded", "expire.committed", "expire.recorded:2", "expire.committed:2"),
    *once("work", "deliver.recorded", "deliver.committed", "auto-reply.filed", "auto-reply.committed"),
    *once("work", "blob.deleted", "blob.deleted:2"),
    *once("work", "integrate.sequenced", "integrate.sequenced:2", "integrate.bundles-kept", "integrate.tiles-kept"),
    *once("work", "integrate.checkpoint-inserted", "integrate.note-put", "integrate.partials-dropped"),
    *once("work", "blob.synced", "blob.synced:2", "blob.renamed:4", "blob.deleted:8"),  # tiles and bundles
    *once("backup", "backup.database", "backup.blob", "backup.blob:5"),
    *once("restore", "restore.marked", "restore.blob", "restore.blob:5", "blob.renamed:3", "restore.database"),
    *once("restore", "restore.database-copied", vendors=("sqlite",)),  # PostgreSQL restores in one transaction
    *once("rotate", *(f"rotate.recorded:{number}" for number in range(1, 6))),
]


def test_no_crash_point_is_forgotten() -> None:
    assert {line.point for line in TABLE} == set(failpoints.names())


@dataclass(frozen=True)
class Undisturbed:
    """What there is when the act was done and nothing died."""

    described: dict[str, Any]
    mails: Counter[tuple[str, str]]


@pytest.fixture(scope="session")
def backup(model: Site) -> Path:
    """A backup of the installation that all others are copies of."""
    (made,) = model.must("day.backup")
    return model.backups / str(made["backed_up"])


@pytest.fixture(scope="session")
def slot(model: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slot]:
    """Where installations stand whose processes a nursery bears."""
    slot = Slot(tmp_path_factory.mktemp("slot"))
    first = model.copy(slot.site, slot=slot)
    with slot.bearing(first.environment):
        first.must("day.rest")  # it has read its settings
        first.remove()
        slot.clear()
        yield slot


@pytest.fixture(scope="session")
def undisturbed(
    model: Site, backup: Path, slot: Slot, relay_of_sites: Relay, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Line], Undisturbed]:
    known: dict[str, Undisturbed] = {}

    def live(line: Line) -> Undisturbed:
        key = f"{line.act} {line.arguments}"
        if key not in known:
            folder = tmp_path_factory.mktemp("undisturbed")
            with ExitStack() as stack:
                site, arguments = prepare(line, backup, stack, model, folder, slot)
                relay_of_sites.mails.clear()
                said = site.must(f"day.{line.act}", **arguments)
                known[key] = Undisturbed(recovered(site, line, said, arguments), mails(relay_of_sites))
        return known[key]

    return live


def prepare(
    line: Line, backup: Path, stack: ExitStack, model: Site, folder: Path, slot: Slot
) -> tuple[Site, dict[str, Any]]:
    """The installation in which the act takes place, and the act's arguments."""
    if line.point == "blob.uploaded" or "size" in line.arguments:
        site, arguments = _on_s3(stack, model, folder), line.arguments
    elif str(line) in FRESH:
        site, arguments = model.copy(folder / "site"), line.arguments
    else:
        stack.callback(slot.clear)
        restored = line.act == "restore"
        site = model.empty(slot.site, slot=slot) if restored else model.copy(slot.site, slot=slot)
        arguments = {"source": str(backup)} if restored else line.arguments
    stack.callback(site.remove)
    return site, dict(arguments)


def _on_s3(stack: ExitStack, model: Site, folder: Path) -> Site:
    """The same blobs in a bucket: what the server keeps is a folder too."""
    parts.need("a crash within an upload to S3", "" if s3.program() else "rclone")
    folder.joinpath("s3").mkdir(parents=True)
    server = stack.enter_context(s3.serve(folder / "s3"))
    site = model.copy(folder / "site", more=s3.settings(server.endpoint, "sceau"))
    (site.data / "store").rename(server.folder / "sceau")
    return site


def recovered(site: Site, line: Line, said: list[Said], arguments: dict[str, Any]) -> dict[str, Any]:
    """Everything comes back, is checked, and is described."""
    note = published(site)
    *_, end = site.must("after.recover", act=line.act, said=said, note=note, arguments=arguments, days=HOURS)
    described: dict[str, Any] = end["described"]
    if line.act == "rotate":  # the command starts again from its first part: keys may be new twice
        del described["rows"], described["events"]
    return described


def differences(found: dict[str, Any], expected: dict[str, Any]) -> list[str]:
    """Where two descriptions of installations differ: "rows vault.Session: 1, not 0"."""
    return [
        f"{part} {name}: {dict(found[part]).get(name)}, not {dict(expected[part]).get(name)}"
        for part in expected
        for name in {**found[part], **expected[part]}
        if found[part].get(name) != expected[part].get(name)
    ]


def published(site: Site) -> str | None:
    """The checkpoint that a monitor fetches now."""
    found = list((site.data / "store" / "log").glob("*/checkpoint"))
    return found[0].read_text() if found else None


def mails(relay: Relay) -> Counter[tuple[str, str]]:
    return Counter((mail.to, str(mail.message["Subject"])) for mail in relay.mails)


# What differs at a point's later passages is our own doing: beside PostgreSQL each point kills once.
LINES = [line for line in TABLE if VENDOR in line.vendors and (line.passage == 1 or VENDOR == "sqlite")]


@pytest.mark.parametrize("line", LINES, ids=str)
def test_nothing_is_lost_and_nothing_doubled_when_it_dies_at(
    line: Line,
    model: Site,
    backup: Path,
    slot: Slot,
    undisturbed: Callable[[Line], Undisturbed],
    relay_of_sites: Relay,
    tmp_path: Path,
) -> None:
    expected = undisturbed(line)
    with ExitStack() as stack:
        site, arguments = prepare(line, backup, stack, model, tmp_path, slot)
        relay_of_sites.mails.clear()
        died = site.run(f"day.{line.act}", failpoint=f"{line.point}:{line.passage}", **arguments)
        assert died.status == -signal.SIGKILL, f"it never came there: {died.trace}"
        assert len(died.said) == line.acknowledged
        found = recovered(site, line, died.said, arguments)
        assert differences(found, expected.described) == []
        check_mails(line, relay_of_sites, expected)
        if line.act == "backup":
            check_backup(site, model, tmp_path)


def check_mails(line: Line, relay: Relay, expected: Undisturbed) -> None:
    """Each mail once. One may leave twice when the worker dies between the relay's 250 and its commit: the same one."""
    doubled = mails(relay) - expected.mails
    assert set(mails(relay)) == set(expected.mails)
    assert doubled.total() == (1 if line.point == "notice.sent" else 0)
    assert len({mail.octets for mail in relay.mails}) == expected.mails.total()


def check_backup(site: Site, model: Site, folder: Path) -> None:
    """What is there after all comes back whole."""
    assert [path.name for path in site.backups.iterdir() if path.name.startswith(".")] == []
    other = model.empty(folder / "other")
    try:
        other.must("day.restore", source=str(site.backups))
        other.must("after.recover", act="rest", said=[], note=None, arguments={}, days=2 * HOURS)
    finally:
        other.remove()
