"""What a load balancer sees: whether this process can work, nothing else."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from sceau.core import clock
from sceau.evidence import log
from sceau.evidence.events import Event

pytestmark = pytest.mark.django_db


def test_it_is_alive_and_ready() -> None:
    alive, ready = Client().get("/sante/vivant"), Client().get("/sante/pret")
    assert (alive.status_code, alive.content) == (200, b"vivant\n")
    assert (ready.status_code, ready.json()) == (200, {"database": "ok", "blobs": "ok", "log": "ok"})
    assert "no-store" in ready["Cache-Control"]
    assert not ready.cookies


def test_a_log_that_nobody_integrates_is_late() -> None:
    with transaction.atomic():
        log.record(log.Fact(Event.CONTENT_CONSIGNMENT), at=clock.now() - timedelta(minutes=5))
    answer = Client().get("/sante/pret")
    assert (answer.status_code, answer.json()["log"]) == (503, "late")


def test_a_store_out_of_reach_is_said(settings: Any) -> None:
    settings.SCEAU_BLOBS = "s3"
    settings.SCEAU_S3_ENDPOINT = "http://127.0.0.1:1"
    settings.SCEAU_S3_BUCKET = settings.SCEAU_S3_ACCESS_KEY = settings.SCEAU_S3_SECRET_KEY = "personne"
    answer = Client().get("/sante/pret")
    assert (answer.status_code, answer.json()["blobs"]) == (503, "unreachable")


def test_only_reading_is_answered() -> None:
    assert Client().post("/sante/pret").status_code in (403, 405)
