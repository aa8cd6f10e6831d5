"""What a story needs that is played in Chromium: an installation of its module's own, and the browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests import deployment, parts
from tests.deployment import Deployment


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    folder = tmp_path_factory.mktemp("story")
    with deployment.deployed(folder, parts.settings_of_servers(folder)) as running:
        yield running


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with parts.chromium() as browser:
        yield browser
