"""Arguments of `models compact-experts`."""

from __future__ import annotations

import argparse

NAME = "compact-experts"
HELP = "merge the experts of a mixture into fewer (M-SMoE, MC)"
PLACE = "experts.command"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare them."""
    parser.add_argument("model", metavar="MODEL", help="a folder or a checkpoint file")
    parser.add_argument("-o", "--output", metavar="OUT", required=True)
    parser.add_argument("--experts", type=int, metavar="N", help="how many each layer keeps")
    parser.add_argument(
        "--routing",
        metavar="FILE",
        help="how often each expert was chosen: LAYER.usage, LAYER.similarity",
    )
    parser.add_argument(
        "--text",
        metavar="FILE",
        help="run the model on a text to find that out (torch, transformers)",
    )
    parser.add_argument("--save-routing", metavar="FILE", help="with --text: keep what was found")
    parser.add_argument(
        "--router",
        choices=("mean", "core"),
        default="mean",
        help="a group's router row: mean by usage (default), or the core's",
    )
    parser.add_argument(
        "--top-k",
        type=int,
        metavar="K",
        help="experts a token takes afterwards (default: as before, at most N; "
        "fewer where groups are exact copies)",
    )
    parser.add_argument(
        "--no-align", action="store_true", help="merge hidden units by number, not by likeness"
    )
    parser.add_argument(
        "--keep-router",
        action="store_true",
        help="keep all router rows; members repeat the merged expert",
    )
    parser.add_argument(
        "--rank",
        type=int,
        metavar="R",
        help="store every expert's matrix as rank R plus sparse rows",
    )
    parser.add_argument(
        "--sparse",
        type=float,
        metavar="SHARE",
        help="share of rows of the residual kept with --rank (default 0.1)",
    )
    parser.add_argument(
        "--dense",
        action="store_true",
        help="with --rank: write the product, which loads everywhere",
    )
    parser.add_argument(
        "--expand", action="store_true", help="write what --rank stored as whole matrices again"
    )
