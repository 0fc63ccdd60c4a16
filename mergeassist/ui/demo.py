"""What `mergeassist demo` shows of its run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mergeassist.ui.console import printable

if TYPE_CHECKING:
    from rich.console import Console

    from mergeassist.app.demo import DemoReport, FileReport
    from mergeassist.core.outcome import Decision

_MOST_LINES = 8


def show(report: DemoReport, console: Console, *, kept: bool) -> None:
    """Print the git output, each file's story and the sums."""
    console.print(f"$ git config mergeassist.minProbability {report.min_probability}", style="bold")
    console.print("$ git merge feature", style="bold")
    console.print(printable(report.git_output).rstrip(), style="dim")
    for file in report.files:
        _file(file, console)
    _sums(report, console)
    if kept:
        console.print(f"the repository is {report.repository}; try: git -C {report.repository} "
                      "status, and mergeassist resolve in it")
    else:
        console.print("nothing is left behind; mergeassist demo --keep DIR keeps the repository")


def _file(file: FileReport, console: Console) -> None:
    console.print()
    console.print(f"{file.case.path}: {file.case.what}", style="bold")
    if not file.as_decided:
        console.print(f"  the driver left {file.open_conflicts} of {file.git_conflicts} conflicts "
                      "(this file is not what the same pipeline decides here)", style="red")
        return
    for decision in file.decisions:
        _decision(decision, console)


def _decision(decision: Decision, console: Console) -> None:
    best = decision.proposals[0] if decision.proposals else None
    if best is None:
        console.print("  left as git's conflict: nothing to propose", style="yellow")
        return
    likely = "" if best.probability is None else f", p = {best.probability:.2f}"
    if decision.accepted:
        console.print(f"  resolved by {best.source}{likely}", style="green")
    else:
        console.print(f"  left as git's conflict ({decision.reason}); of "
                      f"{len(decision.proposals)} proposals the first is {best.source}{likely}",
                      style="yellow")
    lines = printable(best.text).removesuffix("\n").split("\n") if best.text else ["(nothing)"]
    for line in lines[:_MOST_LINES]:
        console.print(f"    {line}", style="none" if decision.accepted else "dim")
    if len(lines) > _MOST_LINES:
        console.print(f"    … {len(lines) - _MOST_LINES} more lines", style="dim")


def _sums(report: DemoReport, console: Console) -> None:
    before = sum(file.git_conflicts for file in report.files)
    after = sum(file.open_conflicts for file in report.files)
    console.print()
    console.print(f"git alone: {before} conflicts in "
                  f"{sum(file.git_conflicts > 0 for file in report.files)} files", style="bold")
    console.print(f"with mergeassist: {before - after} resolved, {after} left as git's conflicts, "
                  f"in {report.merge_seconds:.1f} s", style="bold")
