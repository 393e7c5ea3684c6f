"""Whether greater or smaller is better, against Keras."""

import inspect

import pytest
from keras import metrics as oracle

from cornu import metrics

CLASSES = [name for name in metrics.__all__ if inspect.isclass(getattr(metrics, name))]
ARGUMENTS = {
    "IoU": {"num_classes": 2, "target_class_ids": [0]},
    "MeanIoU": {"num_classes": 2},
    "OneHotIoU": {"num_classes": 2, "target_class_ids": [0]},
    "OneHotMeanIoU": {"num_classes": 2},
    "PrecisionAtRecall": {"recall": 0.5},
    "RecallAtPrecision": {"precision": 0.5},
    "SensitivityAtSpecificity": {"specificity": 0.5},
    "SpecificityAtSensitivity": {"sensitivity": 0.5},
    "MeanMetricWrapper": {"fn": abs},
}


@pytest.mark.parametrize("name", CLASSES)
def test_as_keras(name):
    theirs = getattr(oracle, name)(**ARGUMENTS.get(name, {}))
    assert getattr(metrics, name)._direction == getattr(theirs, "_direction", None)
