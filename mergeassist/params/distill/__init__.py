"""Models of different architectures fused into one by distillation (`models distill`).

The heterogeneous half of Unconstrained Model Merging (arXiv 2410.13699), which takes FuseLLM's way
(arXiv 2401.10491): every source model predicts a text token by token, its distributions are put
into the student's vocabulary (`tokens`, `mapping`), one is chosen or all are averaged (`fusion`),
and the student learns from them and from the text (`train`).
"""
