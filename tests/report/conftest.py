"""One headless browser for all pages, where there is one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.git.conftest import _isolated, bytecode, make_driver, repo  # noqa: F401 - fixtures
from tests.report.browser import PROGRAM, Browser


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Chromium, started once; tests that need it are skipped where there is none."""
    if not PROGRAM:
        pytest.skip("no chromium here: apt-get install chromium")
    one = Browser(tmp_path_factory.mktemp("browser"))
    yield one
    one.close()
