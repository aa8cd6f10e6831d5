"""The mail relay of the demonstration: `python -m sceau.demo.relay PORT FOLDER` keeps every mail as a file."""

import signal
import sys
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Keeper:
    """Accepts every mail. A file's name is its number: the newest sorts last."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = len(list(folder.glob("*.eml")))

    async def handle_DATA(  # noqa: N802  # aiosmtpd calls it by this name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        for recipient in envelope.rcpt_tos:
            self._count += 1
            unfinished = self._folder / "unfinished"
            unfinished.write_bytes(f"X-Demo-Recipient: {recipient}\r\n".encode() + (envelope.original_content or b""))
            unfinished.rename(self._folder / f"{self._count:06d}.eml")
        return "250 2.0.0 Ok"


def main(port: int, folder: Path) -> None:
    ends = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)  # the relay's own thread inherits it
    controller = Controller(Keeper(folder), hostname="127.0.0.1", port=port)
    controller.start()
    signal.sigwait(ends)
    controller.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
