"""Proposals that need more than lines and tokens: layout, renames, moves and syntax trees."""

from mergeassist.propose.structure.region import propose_structure

__all__ = ["propose_structure"]
