"""Parts of the machine that some tests want: a missing one skips the test, and fails it where CI insists."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from psycopg import sql

from sceau.blobs.s3 import connect
from tests import s3

PATIENCE = 30_000  # milliseconds: what is expected comes late on a busy machine, and that is no fault


def need(part: str, missing: str) -> None:
    """Go on unless something is `missing` that this part wants: "chromium, chromedriver"."""
    if missing and os.environ.get("SCEAU_TEST_INSIST"):
        pytest.fail(f"{part} wants {missing}, and SCEAU_TEST_INSIST is set")
    if missing:
        pytest.skip(f"{part} wants {missing}")


def need_program(name: str) -> str:
    """Where the program is."""
    found = shutil.which(name)
    need(name, "" if found else name)
    assert found
    return found


@contextmanager
def chromium(*arguments: str) -> Iterator[Browser]:
    """The browser, without a window, with these `arguments` of its command line beside what a test always wants."""
    program = need_program("chromium")
    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as patch:
        # Playwright runs a loop in this thread; what it drives is ordinary, synchronous code.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu", *arguments]
        )
        expect.set_options(timeout=PATIENCE)
        yield browser
        browser.close()


RAN = "() => Promise.all(Array.from(document.querySelectorAll('script[type=module]'), (script) => import(script.src)))"


def ready(page: Page) -> None:
    """Until the page's scripts ran to their end, those that fetch others first, too: it hears no act before."""
    page.wait_for_load_state()
    page.evaluate(RAN)


def settings_of_servers(_folder: Path) -> dict[str, str]:
    """Settings of an installation of its own on the PostgreSQL and S3 that this run was given; none for files."""
    return {**_database(os.environ.get("SCEAU_TEST_DATABASE_URL", "")), **_bucket(os.environ.get("SCEAU_TEST_S3", ""))}


def _database(url: str) -> dict[str, str]:
    if not url:
        return {}
    name = f"site_{uuid4().hex}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return {"SCEAU_DATABASE_URL": urlsplit(url)._replace(path=f"/{name}").geturl()}


def _bucket(endpoint: str) -> dict[str, str]:
    if not endpoint:
        return {}
    bucket = f"site-{uuid4().hex}"
    connect(endpoint, s3.REGION, s3.ACCESS_KEY, s3.SECRET_KEY).create_bucket(Bucket=bucket)
    return s3.settings(endpoint, bucket)
