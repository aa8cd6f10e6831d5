"""How much work something does: evaluations of Argon2, rows by table. Counts, not clocks: no machine is too slow."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from django.db.models import Model

from sceau.accounts.models import Code, JournalEntry, Rate, Recovery, SignUp
from sceau.core import password_box
from sceau.jobs.models import Job
from sceau.notify.models import Notice
from sceau.vault.models import Session, Wrap

_TABLES: tuple[type[Model], ...] = (Code, JournalEntry, Rate, Recovery, SignUp, Job, Notice, Session, Wrap)


@dataclass
class Work:
    stretched: int = 0  # passwords
    rows: dict[str, int] = field(default_factory=dict)  # added, by table


@contextmanager
def work(monkeypatch: pytest.MonkeyPatch) -> Iterator[Work]:
    done, stretch, before = Work(), password_box._stretch, _count()

    def counted(password: str, salt: bytes, cost: password_box.Cost) -> bytes:
        done.stretched += 1
        return stretch(password, salt, cost)

    with monkeypatch.context() as patch:
        patch.setattr(password_box, "_stretch", counted)
        yield done
    done.rows = {table: count - before[table] for table, count in _count().items()}


def _count() -> dict[str, int]:
    return {model.__name__: model._default_manager.count() for model in _TABLES}
