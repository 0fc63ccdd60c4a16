"""The judge as a Hugging Face model: importing this registers it with the auto classes.

    import mergeassist.judge.huggingface
    model = AutoModelForSequenceClassification.from_pretrained("models/judge")

Needs the `[torch]` extra and transformers; nothing at run time of the driver comes here.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from transformers import (
    AutoConfig,
    AutoModelForSequenceClassification,
    PretrainedConfig,
    PreTrainedModel,
)
from transformers.modeling_outputs import SequenceClassifierOutput

from mergeassist.judge.network import JudgeNetwork, NetworkConfig


class JudgeConfig(PretrainedConfig):  # type: ignore[no-untyped-call]
    """`network` holds the sizes, `schema` the names of the evidence columns."""

    model_type = "mergeassist-judge"

    def __init__(
        self,
        network: dict[str, Any] | None = None,
        schema: dict[str, list[str]] | None = None,
        **rest: Any,
    ) -> None:
        self.network = network or NetworkConfig(64, 1, 1).as_dict()
        self.schema = schema or {}
        super().__init__(**rest)


class JudgeForSequenceClassification(PreTrainedModel):  # type: ignore[no-untyped-call]
    """Logits over "none of these" and the candidates of each conflict."""

    config_class = JudgeConfig

    def __init__(self, config: JudgeConfig) -> None:
        super().__init__(config)
        self.judge = JudgeNetwork(NetworkConfig(**config.network))
        self.post_init()  # type: ignore[no-untyped-call]

    def _init_weights(self, module: torch.nn.Module) -> None:
        """Weights are initialised by the network itself."""

    def forward(
        self,
        input_ids: Tensor,
        presence: Tensor,
        marks: Tensor,
        conflict: Tensor,
        candidate: Tensor,
        mask: Tensor | None = None,
        labels: Tensor | None = None,
    ) -> SequenceClassifierOutput:
        """Shapes as in `JudgeNetwork.forward`; `mask` (B, 1 + K) is false on padding candidates,
        `labels` (B,) counts "none" as 0."""
        logits = self.judge(input_ids, presence, marks, conflict, candidate)
        if mask is not None:
            logits = logits.masked_fill(~mask, torch.finfo(logits.dtype).min)
        loss = None if labels is None else torch.nn.functional.cross_entropy(logits, labels)
        return SequenceClassifierOutput(loss=loss, logits=logits)


AutoConfig.register(JudgeConfig.model_type, JudgeConfig)
AutoModelForSequenceClassification.register(JudgeConfig, JudgeForSequenceClassification)
