"""Arguments of `models distill`."""

from __future__ import annotations

import argparse

NAME = "distill"
HELP = "fuse models of different architectures by distillation on a text"
PLACE = "distill.command"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare them."""
    add = parser.add_argument
    add("teachers", nargs="+", metavar="TEACHER", help="folders of causal language models")
    add("--student", metavar="MODEL", required=True, help="the model that learns")
    add("--text", metavar="FILE", required=True, help="what it learns on")
    add("-o", "--output", metavar="OUT", required=True)
    add(
        "--choose",
        choices=("min-ce", "average"),
        default="min-ce",
        help="in each stretch of text: the best model's distributions (default), or all of them",
    )
    add(
        "--align",
        choices=("exact", "edit"),
        default="edit",
        help="tokens of two vocabularies: of equal spelling, or nearest by edits (default)",
    )
    add(
        "--lm",
        type=float,
        default=0.9,
        metavar="SHARE",
        help="weight of the text's own loss; the rest is the distributions' (default 0.9)",
    )
    add("--steps", type=int, default=1000, help="default 1000")
    add("--rate", type=float, default=1e-5, help="learning rate (default 1e-5)")
    add("--batch", type=int, default=8, help="stretches a step (default 8)")
    add("--length", type=int, default=512, help="tokens a stretch (default 512)")
    add("--top", type=int, default=10, help="tokens kept of each distribution (default 10)")
    add("--temperature", type=float, default=1.0, help="of the teachers (default 1)")
    add("--seed", type=int, default=0)
    add(
        "--save-every",
        type=int,
        default=100,
        metavar="STEPS",
        help="how often the state is kept, from which the same command goes on (default 100)",
    )
    add("--teachers-only", action="store_true", help="leave the student's own start out")
    add("--device", default="auto", help="cpu, cuda, ... (default: cuda where there is one)")
