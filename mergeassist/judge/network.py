"""The classifier's network in plain torch: one encoder run a conflict, a score a candidate.

A pre-norm transformer encoder reads the aligned conflict (`judge/encode.py`).  Each candidate
pools the token states it keeps, drops and moves through separate maps (which is all a class of
MergeBERT's says: which tokens stay), joins the numeric evidence, and gets one score; a learned
score stands for "none of these", so a softmax over all is a probability that leaves room for
being wrong.

Imported by the torch runtime and by training only; nothing on the driver's path comes here.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - torch's own convention

PRESENCES = 10
MARKS = 3


@dataclass
class NetworkConfig:
    """Sizes; `vocabulary`, `conflict` and `candidate` are those of the data."""

    vocabulary: int
    conflict: int
    candidate: int
    width: int = 192
    layers: int = 4
    heads: int = 4
    inner: int = 512
    head_width: int = 128
    longest: int = 264
    dropout: float = 0.1
    text: bool = True

    def as_dict(self) -> dict[str, Any]:
        """A plain dictionary for config.json."""
        return asdict(self)


class Block(nn.Module):
    """One pre-norm transformer layer; no dropout, whose random draws cost more than its matrices
    on a CPU and which two epochs do not need."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.heads = config.heads
        self.norm_attention = nn.LayerNorm(config.width)
        self.norm_inner = nn.LayerNorm(config.width)
        self.query_key_value = nn.Linear(config.width, 3 * config.width)
        self.out = nn.Linear(config.width, config.width)
        self.up = nn.Linear(config.width, config.inner)
        self.down = nn.Linear(config.inner, config.width)

    def forward(self, states: Tensor, visible: Tensor) -> Tensor:
        """states (B, T, width); visible (B, 1, 1, T) bool → (B, T, width)."""
        batch, length, width = states.shape
        parts = self.query_key_value(self.norm_attention(states))
        parts = parts.view(batch, length, 3, self.heads, width // self.heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4).unbind(0)
        mixed = F.scaled_dot_product_attention(query, key, value, attn_mask=visible)
        mixed = mixed.transpose(1, 2).reshape(batch, length, width)
        states = states + self.out(mixed)
        inner = F.gelu(self.up(self.norm_inner(states)), approximate="tanh")
        found: Tensor = states + self.down(inner)
        return found


class Encoder(nn.Module):
    """Token states of the aligned conflict."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.pieces = nn.Embedding(config.vocabulary, config.width, padding_idx=0)
        self.presence = nn.Embedding(PRESENCES, config.width)
        self.places = nn.Embedding(config.longest, config.width)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.layers))
        self.norm = nn.LayerNorm(config.width)
        for table in (self.pieces, self.presence, self.places):
            nn.init.normal_(table.weight, std=0.05)

    def forward(self, ids: Tensor, presence: Tensor) -> Tensor:
        """ids, presence (B, T) → (B, T, width); id 0 is padding."""
        places = torch.arange(ids.shape[1], device=ids.device)
        states = self.pieces(ids) + self.presence(presence) + self.places(places)
        visible = (ids != 0)[:, None, None, :]
        for block in self.blocks:
            states = block(states, visible)
        return self.norm(states)  # type: ignore[no-any-return]


class JudgeNetwork(nn.Module):
    """Scores of every candidate and of "none of these"."""

    conflict_mean: Tensor
    conflict_scale: Tensor
    candidate_mean: Tensor
    candidate_scale: Tensor

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        size = config.head_width
        self.register_buffer("conflict_mean", torch.zeros(config.conflict))
        self.register_buffer("conflict_scale", torch.ones(config.conflict))
        self.register_buffer("candidate_mean", torch.zeros(config.candidate))
        self.register_buffer("candidate_scale", torch.ones(config.candidate))
        self.read_conflict = nn.Sequential(
            nn.Linear(config.conflict, size), nn.GELU("tanh"), nn.Dropout(config.dropout),
            nn.Linear(size, size),
        )  # fmt: skip
        self.read_candidate = nn.Sequential(
            nn.Linear(config.candidate, size), nn.GELU("tanh"), nn.Dropout(config.dropout),
            nn.Linear(size, size),
        )  # fmt: skip
        joined = 2 * size
        if config.text:
            self.score_text = nn.Sequential(
                nn.Linear(2 * size, 96), nn.GELU("tanh"), nn.Linear(96, 1)
            )
            self.encoder = Encoder(config)
            self.weigh = nn.Linear(config.width, 1)
            self.fates = nn.Linear(config.width, MARKS * size)
            self.summary = nn.Linear(2 * config.width, size)
            joined += 2 * size
        self.score = nn.Sequential(
            nn.LayerNorm(joined), nn.Linear(joined, 256), nn.GELU("tanh"),
            nn.Dropout(config.dropout), nn.Linear(256, 96), nn.GELU("tanh"), nn.Linear(96, 1),
        )  # fmt: skip
        self.none = nn.Sequential(
            nn.Linear(2 * size if config.text else size, 64), nn.GELU("tanh"), nn.Linear(64, 1)
        )

    def forward(
        self, ids: Tensor, presence: Tensor, marks: Tensor, conflict: Tensor, candidate: Tensor
    ) -> Tensor:
        """ids, presence (B, T); marks (B, K, T); conflict (B, F); candidate (B, K, G)
        → scores (B, 1 + K), the first for "none of these".

        Padding candidates are the caller's to mask.
        """
        return self.both_scores(ids, presence, marks, conflict, candidate)[0]

    def both_scores(
        self, ids: Tensor, presence: Tensor, marks: Tensor, conflict: Tensor, candidate: Tensor
    ) -> tuple[Tensor, Tensor | None]:
        """The scores, and those of the text alone (for a training loss of its own, without
        which the evidence explains everything before the encoder has learnt to read)."""
        context = self._scaled(conflict, self.conflict_mean, self.conflict_scale)
        rows = self._scaled(candidate, self.candidate_mean, self.candidate_scale)
        known = self.read_conflict(context)
        offered = self.read_candidate(rows)
        count = candidate.shape[1]
        parts = [known[:, None].expand(-1, count, -1), offered]
        if not self.config.text:
            scores = self.score(torch.cat(parts, -1)).squeeze(-1)
            return torch.cat([self.none(known), scores], -1), None
        fates, summary = self._read(ids, presence, marks)
        read = torch.cat([fates, summary[:, None].expand(-1, count, -1)], -1)
        by_text = self.score_text(read).squeeze(-1)
        scores = self.score(torch.cat([*parts, read], -1)).squeeze(-1) + by_text
        none = self.none(torch.cat([known, summary], -1))
        return torch.cat([none, scores], -1), by_text

    def _scaled(self, values: Tensor, mean: Tensor, scale: Tensor) -> Tensor:
        return ((values - mean) * scale).clamp(-6, 6)

    def _read(self, ids: Tensor, presence: Tensor, marks: Tensor) -> tuple[Tensor, Tensor]:
        states = self.encoder(ids, presence)
        region = ((presence > 0) & (presence < 8)).to(states.dtype)
        weight = torch.sigmoid(self.weigh(states)).squeeze(-1) * region
        total = weight.sum(-1)
        batch, length, _ = states.shape
        values = self.fates(states).view(batch, length, MARKS, -1) * weight[..., None, None]
        pooled = torch.zeros((), dtype=states.dtype, device=states.device)
        for mark in range(MARKS):
            chosen = (marks == mark).to(values.dtype)
            pooled = pooled + chosen @ values[:, :, mark]
        fates = pooled / (1 + total).sqrt()[:, None, None]
        mean = (weight[..., None] * states).sum(1) / (1e-3 + total)[:, None]
        return fates, self.summary(torch.cat([states[:, 0], mean], -1))
