"""What the driver asks of the application for one path, in its own process or in the worker."""

from __future__ import annotations

import importlib
import os
import sys

from mergeassist._worker import Answer
from mergeassist.core.chunks import MergedFile
from mergeassist.core.merge import Merge


def decide_path(path: str, sides: Merge[bytes], merged: MergedFile, seconds: float) -> Answer:
    """Decide every conflict of one file in the repository around the working directory.

    What is not reached within `seconds` stays open.
    Raises as `app.decide` does.
    """
    app = importlib.import_module("mergeassist.app.decide")
    contexts = importlib.import_module("mergeassist.propose.context")
    context = contexts.Context(path, "", *sides)
    if app.by_structure():  # else `decide` asks for the language, once it knows that it needs one
        context = app.with_language(context, ".")
        merged = app.reshaped(merged, context)
    return Answer(merged, app.decide(merged, context, repository=".", seconds=seconds))


def model_name(answer: Answer) -> str:
    """The judge's name for the records, empty where none will be written."""
    if not any(decision.accepted for decision in answer.decisions):
        return ""
    name: str = importlib.import_module("mergeassist.app.records.keep").model_name()
    return name


def model_files() -> list[str]:
    """The files of the judge that the settings of the working directory name."""
    settings = getattr(importlib.import_module("mergeassist.app.decide"), "_config", None)
    judge = sys.modules.get("mergeassist.judge.model")
    named = settings().model if settings else None
    folder = named or (judge.shipped_folder() if judge else None)
    if folder is None:
        return []
    return sorted(entry.path for entry in os.scandir(folder) if entry.is_file())
