"""`mergeassist bench judge` measures what is installed, each in a process of its own."""

from __future__ import annotations

import json

import pytest

from mergeassist.app import bench
from mergeassist.cli.main import main
from mergeassist.errors import InternalError


def test_it_measures_the_default_runtime(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "judge", "--runtime", "numpy", "--json"]) == 0
    (speed,) = json.loads(capsys.readouterr().out)
    assert speed["runtime"] == "numpy" and speed["conflicts"] == 11
    # a process with the interpreter in it costs more than one conflict does once all is warm
    assert speed["cold"] > speed["judge"] > speed["warm"] > 0
    assert speed["conflicts_per_second"] > 0


def test_a_runtime_that_is_not_there_is_a_usage_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(bench.NEEDS, "onnx", "a_module_that_nobody_has")
    assert "onnx" not in bench.installed()
    assert main(["bench", "judge", "--runtime", "onnx"]) == 2
    assert "a_module_that_nobody_has is not installed" in capsys.readouterr().err


def test_a_failing_runtime_is_one_line() -> None:
    with pytest.raises(InternalError, match=r"^the runtime none failed: .*no such runtime"):
        bench.measure("none")
