"""How much each pattern's name counts before anything is read: log-weights of a conditional
logit over candidates, fitted on the train split by `training/fit_priors.py`; those of `transfer`,
`structure` and `part` patterns are set by hand, which cost less of the valid split's oracle than
a fit on a sample did.
"""

WEIGHTS: dict[str, float] = {
    "line-theirs": 3.60, "line-ours": 3.16, "token-merge": 2.01, "sub-empty": 1.93,
    "sub-theirs-ours": 1.73, "sub-theirs-ours-new": 1.70, "line-empty": 1.22,
    "line-token-merge": 1.17, "sub-ours-theirs": 1.17, "sub-ours-theirs-new": 1.12,
    "token-ours": 0.94, "token-theirs": 0.89, "token-ours-theirs-new": 0.89,
    "blank-ours-theirs": 0.88, "line-token-ours-theirs-new": 0.85,
    "line-token-theirs-ours-new": 0.82, "line-theirs-ours-new": 0.81, "layout-all-theirs": 0.80,
    "line-ours-theirs-new": 0.79, "tight-ours-theirs": 0.76, "sub-ours": 0.71,
    "token-empty": 0.71, "line-token-ours": 0.70, "token-theirs-ours-new": 0.68,
    "union-inner-mirrored": 0.68, "tight-theirs-ours": 0.59, "line-ours-new": 0.57,
    "union-separated": 0.53, "union-sorted": 0.50, "line-token-theirs": 0.49,
    "union-separated-mirrored": 0.47, "line-token-ours-new": 0.44,
    "two-way-lines-ours-theirs": 0.42, "blank-theirs-ours": 0.40,
    "line-token-theirs-ours": 0.39, "sub-theirs": 0.39, "token-theirs-new": 0.37,
    "line-theirs-ours": 0.36, "union-ours-theirs": 0.30, "line-token-empty": 0.29,
    "two-way-tokens-ours-theirs": 0.23, "two-way-mixed": 0.19, "line-base": 0.18,
    "two-way-tokens-theirs-ours": 0.18, "line-theirs-new": 0.16, "union-inner": 0.08,
    "ours-not-theirs": 0.01, "layout-all-ours": -0.01, "union-theirs-ours": -0.03,
    "layout-ours": -0.05, "layout-theirs": -0.13, "token-theirs-ours": -0.17,
    "line-ours-theirs": -0.21, "line-token-mixed": -0.22, "two-way-lines-theirs-ours": -0.24,
    "theirs-not-ours": -0.25, "line-token-ours-theirs": -0.26, "line-token-theirs-new": -0.32,
    "token-mixed": -0.32, "token-base": -0.35, "line-token-base": -0.35, "sub-mixed": -0.37,
    "sub-ours-new": -0.38, "sub-base": -0.43, "sub-theirs-new": -0.45, "token-ours-new": -0.57,
    "token-ours-theirs": -0.68,
    "transfer-touching": 1.2, "transfer-reformat": 1.2, "transfer-move": 1.2,
    "transfer-rename": 1.2, "transfer-layout": 1.2, "transfer-insertion": 1.2,
    "transfer-reindent": 1.2, "transfer-wrap": 1.2, "transfer-rename-once": 0.9,
    "structure-ordered": 1.2, "structure-commutative": 1.2, "structure-unsorted": 1.2,
    "structure-words": 1.2, "structure-both": 0.9, "part-paragraphs": 1.0, "part-blocks": -0.1,
}  # fmt: skip

# Patterns younger than the shipped judge: they count where the list is cut, and the judge, which
# has never seen their names, reads their texts only.  None since the judge was last trained.
YOUNGER: dict[str, float] = {}
