"""Training: what compile keeps (setup), the pure steps (step), how they are dispatched (drive), the loops (fit)."""

from cornu.train.fit import (
    FitArguments,
    current_logs,
    evaluate,
    fit,
    test_on_batch,
    train_on_batch,
)
from cornu.train.predict import predict, predict_on_batch
from cornu.train.resume import Resume
from cornu.train.setup import Setup, arguments_from_config, compile_setup, renewed_optimizer, require_setup
from cornu.train.stateless import (
    compute_loss_and_updates,
    get_state_tree,
    set_state_tree,
    stateless_compute_loss,
)
from cornu.train.step import compute_loss, compute_metrics, metrics_result, predict_step, test_step, train_step

__all__ = [
    "FitArguments",
    "Resume",
    "Setup",
    "arguments_from_config",
    "compile_setup",
    "compute_loss",
    "compute_loss_and_updates",
    "compute_metrics",
    "current_logs",
    "evaluate",
    "fit",
    "get_state_tree",
    "metrics_result",
    "predict",
    "predict_on_batch",
    "predict_step",
    "renewed_optimizer",
    "require_setup",
    "set_state_tree",
    "stateless_compute_loss",
    "test_on_batch",
    "test_step",
    "train_on_batch",
    "train_step",
]
