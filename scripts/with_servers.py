"""Run a command with a throw-away PostgreSQL and an S3 server: `python -m scripts.with_servers pytest -n 2`.

Both listen on the loopback, live in a temporary folder and end with the command. The command finds them in
SCEAU_TEST_DATABASE_URL and SCEAU_TEST_S3. Without PostgreSQL the command is not run: that is said, and is a failure
when SCEAU_TEST_INSIST is set.
"""

import os
import pwd
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests import s3
from tests.deployment import free_port

WORKERS = ("main", *(f"gw{number}" for number in range(8)))  # one bucket for each pytest worker


def main(command: list[str]) -> int:
    if not (programs := postgresql_programs()):
        print("PostgreSQL n'est pas installé : les essais sur PostgreSQL et S3 ne sont pas faits.", file=sys.stderr)
        return 1 if os.environ.get("SCEAU_TEST_INSIST") else 0
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sceau-servers-")))
        url = stack.enter_context(postgresql(programs, folder / "postgresql"))
        (folder / "s3").mkdir()
        server = stack.enter_context(s3.serve(folder / "s3"))
        for worker in WORKERS:
            server.make_bucket(f"sceau-{worker}")
        environment = {**os.environ, "SCEAU_TEST_DATABASE_URL": url, "SCEAU_TEST_S3": server.endpoint}
        return subprocess.run(command, env=environment, check=False).returncode


def postgresql_programs() -> Path | None:
    """The newest PostgreSQL on this machine, as Debian lays it out or on the path."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if versions:
        return versions[-1]
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


@contextmanager
def postgresql(programs: Path, folder: Path, *, settings: tuple[str, ...] = ()) -> Iterator[str]:
    """A cluster of our own: fsync stays on, as our own checks ask. Yields its URL."""
    password, port = secrets.token_urlsafe(16), free_port()
    folder.mkdir(mode=0o700)
    (folder / "password").write_text(password)
    run = _unprivileged(folder)
    cluster = ["--pgdata", str(folder / "cluster")]
    run(
        str(programs / "initdb"), *cluster, "--username=sceau", "--encoding=UTF8", "--no-locale",
        "--auth=scram-sha-256", f"--pwfile={folder / 'password'}",
    )  # fmt: skip
    options = ["listen_addresses=127.0.0.1", f"unix_socket_directories={folder}", "max_connections=60", *settings]
    flags = " ".join(f"-c {option}" for option in options)
    control = [str(programs / "pg_ctl"), *cluster, "-w"]
    run(*control, f"--log={folder / 'log'}", "-o", f"-p {port} {flags}", "start")
    try:
        yield f"postgresql://sceau:{password}@127.0.0.1:{port}/postgres"
    finally:
        run(*control, "-m", "fast", "stop")


def _unprivileged(folder: Path) -> Callable[..., None]:
    """How to run a program there: PostgreSQL refuses to be root, so its own user gets the folder."""
    as_user: list[str] = []
    if os.geteuid() == 0:
        user = _service_user()
        folder.parent.chmod(0o711)
        for path in (folder, *folder.iterdir()):
            os.chown(path, user.pw_uid, user.pw_gid)
        as_user = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    environment = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(folder), "LC_ALL": "C.UTF-8"}

    def run(*command: str) -> None:
        subprocess.run([*as_user, *command], check=True, stdout=subprocess.DEVNULL, env=environment, cwd=folder)

    return run


def _service_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
