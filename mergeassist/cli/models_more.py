"""Arguments of `models average`, `pareto`, `search`, `assemble`, `align`, `methods`, `bench`.

Those of the other subcommands stand in modules of their own, which `OWN` lists.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from mergeassist.cli import models_distill, models_experts, models_regmean

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[Any]

# Which module of `mergeassist.params` carries a subcommand out.
PLACES = {
    "average": "average", "pareto": "studies", "search": "studies", "bench": "studies",
    "methods": "studies", "assemble": "assemble", "align": "align",
}  # fmt: skip
# Subcommands whose arguments stand in a module of their own.
OWN = (models_experts, models_distill, models_regmean)
PLACES |= {module.NAME: module.PLACE for module in OWN}


def add_arguments(commands: Commands) -> None:
    """Declare the subcommands."""
    _add_average(commands.add_parser("average", help="average the checkpoints of one run"))
    _add_pareto(commands.add_parser("pareto", help="the trade-offs that merges can reach"))
    _add_search(commands.add_parser("search", help="search coefficients layer by layer"))
    _add_assemble(commands.add_parser("assemble", help="take modules from several checkpoints"))
    align = commands.add_parser("align", help="put A's hidden units in the order of B's")
    align.add_argument("model", metavar="A")
    align.add_argument("--to", metavar="B", required=True)
    align.add_argument("-o", "--output", metavar="OUT", required=True)
    commands.add_parser("methods", help="the merge methods, where they come from, what they keep")
    _add_bench(commands.add_parser("bench", help="every method on models of known worth"))
    for module in OWN:
        module.add_arguments(commands.add_parser(module.NAME, help=module.HELP))


def _add_average(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("checkpoints", nargs="+", metavar="CHECKPOINT",
                        help="checkpoints in order, or one folder of checkpoint-*")  # fmt: skip
    parser.add_argument("-o", "--output", metavar="OUT", required=True)
    parser.add_argument("--last", type=int, default=10, metavar="N", help="how many (default 10)")
    parser.add_argument("--by", choices=("loss", "step", "uniform"), default="loss")
    parser.add_argument("--power", type=float, default=0.7,
                        help="(1/loss)^p or step^p (default 0.7)")  # fmt: skip
    parser.add_argument("--git", action="store_true",
                        help="the versions of one path along git's history")  # fmt: skip


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("experts", nargs="+", metavar="MODEL")
    parser.add_argument("--base", metavar="O", required=True, help="what all models started from")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--allow-unrelated", action="store_true",
                        help="merge models that do not look related")  # fmt: skip
    parser.add_argument("--pick", metavar="a=0.6,b=0.4",
                        help="how much each metric counts (default: all alike)")  # fmt: skip


def _add_pareto(parser: argparse.ArgumentParser) -> None:
    _add_common(parser)
    parser.add_argument("--eval", metavar="CMD", required=True,
                        help="prints metrics of {model} as JSON, or serves them")  # fmt: skip
    parser.add_argument("--budget", type=int, default=20, help="models evaluated (default 20)")
    parser.add_argument("--html", metavar="FILE", help="write a plot of the front")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("-o", "--output", metavar="OUT", help="write the chosen merge")


def _add_search(parser: argparse.ArgumentParser) -> None:
    _add_common(parser)
    parser.add_argument("--eval", metavar="CMD", help="as in pareto; the mean is the score")
    parser.add_argument("--gradient", metavar="CMD",
                        help="AdaMerging: loss and gradients, from a program that loads the model "
                        "or python:MODULE:FUNCTION")  # fmt: skip
    parser.add_argument("--rate", type=float, default=1e-3, help="step size with --gradient")
    parser.add_argument("--methods", default="task-arithmetic", metavar="A,B",
                        help="methods to choose from, layer by layer")  # fmt: skip
    parser.add_argument("--layers", type=int, default=16, help="groups of layers at most")
    parser.add_argument("--budget", type=int, default=100, help="evaluations, or steps")
    parser.add_argument("-o", "--output", metavar="OUT", required=True)


def _add_assemble(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--base", metavar="O", required=True, help="gives all that is not taken")
    parser.add_argument("--take", action="append", metavar="PATTERN=MODEL", required=True,
                        help="e.g. 'layers.3.*=expert'; the last match counts")  # fmt: skip
    parser.add_argument("-o", "--output", metavar="OUT", required=True)


def _add_bench(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folders", nargs="*", metavar="FOLDER", help="one a seed, with bench.json; "
                        "none: only print what --rows has")  # fmt: skip
    parser.add_argument("--methods", metavar="A,B:K=V", help="default: all")
    parser.add_argument("--experts", default="2,4,8", help="how many to merge (default 2,4,8)")
    parser.add_argument("--rows", metavar="FILE", help="keep every merge's figures, as JSON lines; "
                        "what is there is not measured again")  # fmt: skip
    parser.add_argument("--plot", metavar="FILE", help="write a plot, as SVG")
