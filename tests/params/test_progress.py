"""The line that says how far a merge is."""

from __future__ import annotations

import io
import sys

import pytest

from mergeassist.params import progress


class Terminal(io.StringIO):
    """Standard error as a terminal would be."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_one_line_and_erases_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setattr(progress, "INTERVAL", -1.0)
    with pytest.raises(ValueError, match="half"), progress.shown() as observe:
        assert list(progress.passing([bytes(5_000_000)] * 3, observe)) == [bytes(5_000_000)] * 3
        raise ValueError("half way")
    lines = sys.stderr.getvalue().split("\r\x1b[K")
    assert [line.partition(",")[0] for line in lines] == [
        "", "0.01 GB written", "0.01 GB written", "0.01 GB written", "",
    ]  # fmt: skip


def test_elsewhere_nothing_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "INTERVAL", -1.0)
    with progress.shown() as observe:
        assert observe is None
        assert list(progress.passing([b"a"], observe)) == [b"a"]
    assert capsys.readouterr().err == ""
