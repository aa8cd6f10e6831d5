"""Blobs in any S3-compatible store. Turn bucket versioning off, or let it expire: `delete` must destroy.

A PUT, or the completion of a multipart upload, is atomic and durable by the service's own contract.
Reading streams ranged GETs that grow while they are read in sequence, and all of one version (its ETag).
"""

import io
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO, cast

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionError, HTTPClientError, IncompleteReadError
from botocore.response import StreamingBody

from sceau.blobs.port import Entry, checked, checked_prefix
from sceau.core.errors import NotFound, StorageFull, TryLater
from sceau.core.failpoints import failpoint

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import GetObjectOutputTypeDef, MultipartUploadTypeDef

PART = 6 * 2**20  # octets; a store wants at least 5 MiB and at most 10,000 parts
_WINDOWS = 256 * 2**10, 8 * 2**20  # octets asked for first, and at most, by one ranged GET
_BUFFER = 64 * 2**10
_ABSENT = {"NoSuchKey"}  # not NoSuchBucket: a wrong setting must not look like lost mail
_UNREACHABLE = (ConnectionError, HTTPClientError, IncompleteReadError)
_FULL = {"InsufficientStorage", "QuotaExceeded", "XMinioStorageFull"}


def connect(endpoint: str, region: str, access_key: str, secret_key: str) -> "S3Client":
    """A client, safe to share between threads. An empty endpoint means Amazon's own."""
    return boto3.client(
        "s3",
        endpoint_url=endpoint or None,
        region_name=region,
        aws_access_key_id=access_key,
        aws_secret_access_key=secret_key,
        config=Config(
            s3={"addressing_style": "path"},
            connect_timeout=5,
            read_timeout=30,
            retries={"mode": "standard", "max_attempts": 3},
            max_pool_connections=32,
            # Newer checksums are Amazon's: others refuse them, or fail them on ranged reads.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )


class S3:
    """A BlobStore in one bucket, which exists and which we alone write to."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, name: str, chunks: Iterable[bytes]) -> None:
        key = checked(name)
        parts = _parts(chunks)
        first = next(parts)
        with _told():
            if first.getbuffer().nbytes < PART:
                self._client.put_object(Bucket=self._bucket, Key=key, Body=first)
            else:
                self._put_parts(key, first, parts)

    def open(self, name: str) -> BinaryIO:
        # BufferedReader is what the standard library's `open` returns for "rb", and as good a BinaryIO.
        return cast(BinaryIO, io.BufferedReader(_Reader(self._client, self._bucket, checked(name)), _BUFFER))

    def delete(self, name: str) -> None:
        with _told():
            self._client.delete_object(Bucket=self._bucket, Key=checked(name))

    def names(self, prefix: str) -> Iterator[Entry]:
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=checked_prefix(prefix)
        )
        with _told():
            for page in pages:
                for item in page.get("Contents", ()):
                    yield Entry(item["Key"], item["LastModified"], item["Size"])

    def sweep(self, *, before: datetime) -> int:
        old = [upload for upload in self._unfinished() if upload["Initiated"] < before]
        for upload in old:
            self._abort(upload["Key"], upload["UploadId"])
        return len(old)

    def _unfinished(self) -> Iterator["MultipartUploadTypeDef"]:
        pages = self._client.get_paginator("list_multipart_uploads").paginate(Bucket=self._bucket)
        with _told(), suppress(self._client.exceptions.NoSuchUpload):  # some servers' word for "none at all"
            for page in pages:
                yield from page.get("Uploads", ())

    def _put_parts(self, key: str, first: io.BytesIO, rest: Iterator[io.BytesIO]) -> None:
        upload = self._client.create_multipart_upload(Bucket=self._bucket, Key=key)["UploadId"]
        with ExitStack() as undo:
            undo.callback(self._abort, key, upload)
            tags = [self._put_part(key, upload, 1, first)]
            tags += [self._put_part(key, upload, number, part) for number, part in enumerate(rest, 2)]
            failpoint("blob.uploaded")
            self._client.complete_multipart_upload(
                Bucket=self._bucket,
                Key=key,
                UploadId=upload,
                MultipartUpload={"Parts": [{"PartNumber": n, "ETag": tag} for n, tag in enumerate(tags, 1)]},
            )
            undo.pop_all()

    def _put_part(self, key: str, upload: str, number: int, part: io.BytesIO) -> str:
        with part:  # gives its memory back before the next one fills
            sent = self._client.upload_part(Bucket=self._bucket, Key=key, UploadId=upload, PartNumber=number, Body=part)
        return sent["ETag"]

    def _abort(self, key: str, upload: str) -> None:
        # What cannot be aborted now is found by `sweep`; what is already gone is fine.
        with suppress(ClientError, *_UNREACHABLE):
            self._client.abort_multipart_upload(Bucket=self._bucket, Key=key, UploadId=upload)


class _Reader(io.RawIOBase):
    """One version of one object, streamed: memory does not grow with the windows."""

    def __init__(self, client: "S3Client", bucket: str, key: str) -> None:
        super().__init__()
        self._client, self._bucket, self._key = client, bucket, key
        self._position = 0
        self._ahead: StreamingBody | None = None  # stands at the position until `_until`
        self._until = 0
        self._window = _WINDOWS[0]
        self._tag, self._size = "", 0
        self._ask()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise ValueError("negative seek position")
        if base + offset != self._position:
            self._drop()
            self._window = _WINDOWS[0]
            self._position = base + offset
        return self._position

    def readinto(self, buffer: "WriteableBuffer") -> int:
        view = memoryview(buffer)
        data = self._read(len(view)) if self._position < self._size and view else b""
        view[: len(data)] = data
        return len(data)

    def _read(self, count: int) -> bytes:
        if self._ahead is None:
            self._ask()
        with _told():
            data = self._ahead.read(min(count, self._until - self._position)) if self._ahead else b""
        if not data:
            raise TryLater  # the connection ended early
        self._position += len(data)
        if self._position == self._until:
            self._drop()
            self._window = min(self._window * 2, _WINDOWS[1])
        return data

    def close(self) -> None:
        self._drop()
        super().close()

    def _ask(self) -> None:
        with _told():
            answer = self._get(f"bytes={self._position}-{self._position + self._window - 1}")
        if answer is None:
            return
        if self._tag not in ("", answer["ETag"]):  # replaced since it was opened
            answer["Body"].close()
            raise TryLater
        self._tag = answer["ETag"]
        self._size = int(answer["ContentRange"].rpartition("/")[2])
        self._ahead = answer["Body"]
        self._until = self._position + answer["ContentLength"]

    def _get(self, span: str) -> "GetObjectOutputTypeDef | None":
        try:
            return self._client.get_object(Bucket=self._bucket, Key=self._key, Range=span)
        except ClientError as error:
            if error.response["Error"]["Code"] == "InvalidRange":  # an empty object has no first octet
                return None
            raise

    def _drop(self) -> None:
        if self._ahead is not None:
            self._ahead.close()
            self._ahead = None


def _parts(chunks: Iterable[bytes]) -> Iterator[io.BytesIO]:
    """The chunks in buffers of PART octets or a little more; the last is shorter, the first always comes."""
    buffer = io.BytesIO()
    for chunk in chunks:
        buffer.write(chunk)
        if buffer.tell() >= PART:
            buffer.seek(0)
            yield buffer
            buffer = io.BytesIO()
    buffer.seek(0)
    yield buffer


@contextmanager
def _told() -> Iterator[None]:
    """Turn the client library's errors into ours. A refused key or bucket is nobody's to retry: it stays."""
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        if code in _ABSENT:
            raise NotFound from error
        if code in _FULL or status == 507:
            raise StorageFull from error
        if status >= 500 or status in (408, 429):
            raise TryLater from error
        raise
    except _UNREACHABLE as error:
        raise TryLater from error
