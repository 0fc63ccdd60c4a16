"""Arguments of `models regmean`."""

from __future__ import annotations

import argparse

NAME = "regmean"
HELP = "merge linear layers by regression on their inputs (RegMean, RegMean++)"
PLACE = "regression"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare them."""
    parser.add_argument("experts", nargs="+", metavar="MODEL")
    parser.add_argument(
        "--gram",
        metavar="CMD",
        required=True,
        help="runs {model} on the data of {expert} and writes X^T X of the tensors listed in "
        "{names} to {grams}; or python:MODULE:FUNCTION",
    )
    parser.add_argument(
        "--inputs",
        choices=("merged", "experts"),
        default="merged",
        help="inputs of the merged model's layers (RegMean++, default) or the experts' (RegMean)",
    )
    parser.add_argument(
        "--shrink", type=float, default=0.95, help="factor off the diagonals (default 0.95)"
    )
    parser.add_argument(
        "--order",
        metavar="A,B",
        help="patterns of layers, first ones first (default '*encoder*,*decoder*', then by number)",
    )
    parser.add_argument(
        "--allow-unrelated",
        action="store_true",
        help="merge models that do not look related",
    )
    parser.add_argument("-o", "--output", metavar="OUT", required=True)
