"""Mixtures of experts: found by their names, put in base's order, merged into fewer.

`layers` finds them, `matching` orders hidden units, `to_base` runs before every three-way merge,
`compact` is `models compact-experts` (M-SMoE, then MC), with `grouping`, `routing`, `low_rank`.
"""
