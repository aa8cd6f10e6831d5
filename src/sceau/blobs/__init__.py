"""Sealed bytes, kept outside the database: files on this machine, or any S3-compatible store.

Blob first, row second: a row never points at nothing; a sweep removes what no row names (but leaves
what is younger than 24 hours alone, because its row may be about to be written).
"""

import os
from functools import cache
from pathlib import Path

from django.conf import settings

from sceau.blobs.files import Files
from sceau.blobs.port import BlobStore, Entry, checked

__all__ = ["BlobStore", "Entry", "content_name", "store"]


def content_name(key: str) -> str:
    """The name of an envelope's or an upload's blob: "blobs/ab/abcdef…" for a key of 32 hex digits.

    Raises Malformed for a name that no store would take.
    """
    return checked(f"blobs/{key[:2]}/{key}")


def store() -> BlobStore:
    """The store that the settings name; one a process (a forked child makes its own connections)."""
    return _files(settings.SCEAU_DATA) if settings.SCEAU_BLOBS == "files" else _s3(os.getpid(), *_s3_settings())


def _s3_settings() -> tuple[str, str, str, str, str]:
    return (
        settings.SCEAU_S3_ENDPOINT,
        settings.SCEAU_S3_BUCKET,
        settings.SCEAU_S3_REGION,
        settings.SCEAU_S3_ACCESS_KEY,
        settings.SCEAU_S3_SECRET_KEY,
    )


@cache
def _files(data: Path) -> BlobStore:
    return Files(data / "store")


@cache
def _s3(_process: int, endpoint: str, bucket: str, region: str, access_key: str, secret_key: str) -> BlobStore:
    # Imported only here: boto3 costs a third of a second and 25 MB that a files installation never needs.
    from sceau.blobs import s3

    return s3.S3(s3.connect(endpoint, region, access_key, secret_key), bucket)
