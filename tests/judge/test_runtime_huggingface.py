"""The shipped folder is a Hugging Face model whose logits are those of the driver's runtime."""

from __future__ import annotations

import numpy as np
import pytest

from mergeassist.app import bench
from mergeassist.judge.encode import NOTHING_READ, encode
from mergeassist.judge.evidence import FileView, measure
from mergeassist.judge.model import Judge, shipped_folder
from mergeassist.propose.generate import propose_file


def test_auto_model_loads_it_and_scores_alike() -> None:
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    import mergeassist.judge.huggingface  # noqa: F401 - registers the model

    folder = shipped_folder()
    assert folder is not None
    model, loading = transformers.AutoModelForSequenceClassification.from_pretrained(
        str(folder), dtype=torch.float32, output_loading_info=True
    )
    assert not any(loading.values()), loading
    judge = Judge(folder)
    for merged, context in bench._files():
        views, offered = FileView(merged, context).conflicts(), propose_file(merged, context)
        for view, proposals in zip(views, offered, strict=True):
            conflict, candidate = measure(view, proposals).arrays(judge.schema)
            encoded = NOTHING_READ
            if judge.vocabulary is not None:
                encoded = encode(view, [one.text for one in proposals], judge.vocabulary)
            expected = judge.runtime.scores(encoded, conflict, candidate)
            parts = [torch.from_numpy(part)[None] for part in (*encoded, conflict, candidate)]
            with torch.inference_mode():
                found = model.eval()(*parts, labels=torch.zeros(1, dtype=torch.int64))
            assert np.allclose(found.logits[0].numpy(), expected, atol=1e-3)
            assert np.isfinite(found.loss.item())
