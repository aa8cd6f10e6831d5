"""Several things at the same time, in threads with connections of their own."""

from collections.abc import Callable
from threading import Barrier, Thread

from django.db import connections


def together(*works: Callable[[], None]) -> list[BaseException]:
    """Run them at once; what they raised."""
    start, raised = Barrier(len(works)), []

    def run(work: Callable[[], None]) -> None:
        start.wait()
        try:
            work()
        except BaseException as error:  # noqa: BLE001  # whatever it is fails the test
            raised.append(error)
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised
