"""Merge, compare, inspect and verify model checkpoints, with git or without."""

from __future__ import annotations

import argparse

from mergeassist.cli import models_more

NAME = "models"
HELP = "merge, compare, inspect and verify model weights"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare `merge`, `diff`, `inspect`, `verify`, and what `models_more` has."""
    commands = parser.add_subparsers(dest="models_command", required=True, metavar="COMMAND")
    _add_merge(commands.add_parser("merge", help="merge two or more checkpoints into one"))
    diff = commands.add_parser("diff", help="what differs between checkpoints, tensor by tensor")
    diff.add_argument("ours", metavar="A")
    diff.add_argument("theirs", metavar="B")
    diff.add_argument("base", metavar="BASE", nargs="?", help="what both started from")
    diff.add_argument("--json", action="store_true", help="print JSON")
    diff.add_argument("--html", metavar="FILE", help="write a page with a heat map")
    diff.add_argument("--rank", action="store_true", help="effective rank of each change (slower)")
    inspect = commands.add_parser("inspect", help="list a checkpoint's tensors and settings")
    inspect.add_argument("path")
    inspect.add_argument("--json", action="store_true", help="print JSON")
    verify = commands.add_parser("verify", help="derive a merge again from its record and compare")
    verify.add_argument(
        "record", help="OUT, OUT.merge.json, or a record in .git/mergeassist/records"
    )
    models_more.add_arguments(commands)


def _add_merge(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("experts", nargs="*", metavar="MODEL", help="models beyond --ours/--theirs")
    parser.add_argument("--base", metavar="O", help="what all models started from")
    parser.add_argument("--ours", metavar="A")
    parser.add_argument("--theirs", metavar="B")
    parser.add_argument("-o", "--output", metavar="OUT")
    parser.add_argument("--method", default=None, help="ram (default) or another that "
                        "`models methods` lists; ours, theirs, base; auto: what the bench "
                        "found best for such models")  # fmt: skip
    parser.add_argument("--set", action="append", default=[], metavar="K=V",
                        help="a parameter of the method, e.g. density=0.4")  # fmt: skip
    parser.add_argument("--tensor", action="append", default=[], metavar="PATTERN=METHOD",
                        help="a method for some tensors, e.g. '*.lm_head.*=ours'")  # fmt: skip
    parser.add_argument("--recipe", metavar="FILE", help="a mergekit-style YAML recipe")
    parser.add_argument("--seed", type=int, help="for random methods (default: from the inputs)")
    parser.add_argument("--every-tensor", action="store_true",
                        help="apply the method also where only one side changed")  # fmt: skip
    parser.add_argument("--allow-unrelated", action="store_true",
                        help="merge models that do not look related")  # fmt: skip
    parser.add_argument("--statistics", nargs="+", default=[], metavar="FILE",
                        help="one a model, for methods that need data")  # fmt: skip
    parser.add_argument("--statistics-from", metavar="CMD",
                        help="a program that loads {model} and writes {statistics}, or "
                        "python:MODULE:FUNCTION")  # fmt: skip
    parser.add_argument("--git", action="store_true",
                        help="finish the model folders that a merge left unmerged")  # fmt: skip
    parser.add_argument("--lora", choices=("concat", "svd", "knots"),
                        help="merge LoRA adapters: exactly, or back to a rank")  # fmt: skip
    parser.add_argument("--rank", type=int, help="the rank that --lora svd comes back to")
    parser.add_argument("--dtype", choices=("fp32", "fp16", "bf16", "fp64"),
                        help="what all weights are rounded to in the end")  # fmt: skip
    parser.add_argument("--in-metadata", action="store_true",
                        help="also note the merge in the file's __metadata__")  # fmt: skip
    parser.add_argument("--methods", action="store_true", help="list methods and parameters")


def run(args: argparse.Namespace) -> int:
    """Carry the subcommand out; returns an exit code of `errors.Exit`."""
    import os

    # The products computed here are small; idle BLAS threads would burn processor time.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    import importlib

    place = models_more.PLACES.get(args.models_command, "commands")
    commands = importlib.import_module(f"mergeassist.params.{place}")
    code: int = getattr(commands, args.models_command.replace("-", "_"))(args)
    return code
