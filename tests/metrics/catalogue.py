"""One line per metric: class, arguments, and which kind of targets and outputs it takes."""

from __future__ import annotations

from tests.losses.catalogue import Case, data

CASES = [
    Case("Accuracy", "class_pairs"),
    Case("BinaryAccuracy", "yes_no", {"threshold": 0.4}),
    Case("CategoricalAccuracy", "one_hot", {}, (4, 5, 3)),
    Case("SparseCategoricalAccuracy", "classes", {}, (4, 5, 3)),
    Case("TopKCategoricalAccuracy", "one_hot", {"k": 2}),
    Case("SparseTopKCategoricalAccuracy", "classes", {"k": 2}, (4, 5, 3)),
    Case("MeanSquaredError", "numbers", {}, (4, 5, 3)),
    Case("MeanAbsoluteError", "numbers"),
    Case("MeanAbsolutePercentageError", "numbers"),
    Case("MeanSquaredLogarithmicError", "numbers"),
    Case("RootMeanSquaredError", "numbers", {}, (4, 5, 3)),
    Case("LogCoshError", "numbers"),
    Case("CosineSimilarity", "numbers"),
    Case("CosineSimilarity", "numbers", {"axis": 1}, (4, 5, 3)),
    Case("KLDivergence", "distributions"),
    Case("Poisson", "distributions"),
    Case("Hinge", "yes_no"),
    Case("SquaredHinge", "signs"),
    Case("CategoricalHinge", "one_hot"),
    Case("BinaryCrossentropy", "yes_no", {"label_smoothing": 0.1}),
    Case("BinaryCrossentropy", "yes_no_logits", {"from_logits": True}),
    Case("CategoricalCrossentropy", "one_hot"),
    Case("SparseCategoricalCrossentropy", "classes", {"ignore_class": 0}, (4, 5, 3)),
    Case("PearsonCorrelation", "numbers"),
    Case("PearsonCorrelation", "numbers", {"axis": 0}),
    Case("ConcordanceCorrelation", "numbers"),
    Case("TruePositives", "yes_no"),
    Case("TrueNegatives", "yes_no", {"thresholds": [0.6, 0.2]}),
    Case("FalsePositives", "yes_no", {}, (4, 5, 3)),
    Case("FalseNegatives", "yes_no", {"thresholds": 0.3}),
    Case("Precision", "yes_no"),
    Case("Precision", "one_hot", {"top_k": 2}),
    Case("Precision", "one_hot", {"top_k": 1, "class_id": 1, "thresholds": [0.1, 0.5]}),
    Case("Recall", "one_hot", {"class_id": 1}),
    Case("Recall", "yes_no", {"thresholds": [0.2, 0.5, 0.9]}),
    Case("SensitivityAtSpecificity", "yes_no", {"specificity": 0.5}),
    Case("SpecificityAtSensitivity", "yes_no", {"sensitivity": 0.6, "num_thresholds": 7}),
    Case("PrecisionAtRecall", "one_hot", {"recall": 0.8, "num_thresholds": 1}),
    Case("RecallAtPrecision", "one_hot", {"precision": 0.4, "class_id": 1}),
    Case("AUC", "yes_no"),
    Case("AUC", "yes_no_logits", {"from_logits": True, "num_thresholds": 9}),
    Case("AUC", "yes_no", {"curve": "PR"}),
    Case("AUC", "yes_no", {"curve": "PR", "summation_method": "majoring", "thresholds": [0.9, 0.2, 0.4]}),
    Case("AUC", "yes_no", {"curve": "PRGAIN", "num_thresholds": 11}),
    Case("AUC", "yes_no", {"summation_method": "minoring", "num_thresholds": 5}),
    Case("AUC", "yes_no", {"multi_label": True, "num_labels": 3, "label_weights": [1.0, 2.0, 0.5]}),
    Case("AUC", "yes_no", {"multi_label": True, "curve": "PR"}),
    Case("AUC", "yes_no", {"label_weights": [1.0, 2.0, 0.5]}),
    Case("F1Score", "one_hot"),
    Case("F1Score", "yes_no", {"average": "micro", "threshold": 0.5}),
    Case("FBetaScore", "one_hot", {"average": "weighted", "beta": 2.0}),
    Case("FBetaScore", "yes_no", {"average": "macro", "threshold": 0.3}),
    Case("IoU", "class_pairs", {"num_classes": 3, "target_class_ids": [0, 2]}),
    Case("IoU", "class_pairs", {"num_classes": 2, "target_class_ids": [0], "ignore_class": 1}),
    Case("BinaryIoU", "yes_no", {"threshold": 0.4}),
    Case("MeanIoU", "class_pairs", {"num_classes": 4}),
    Case("OneHotIoU", "one_hot", {"num_classes": 3, "target_class_ids": [0, 1]}, (4, 5, 3)),
    Case("OneHotMeanIoU", "one_hot", {"num_classes": 3}),
    Case("R2Score", "numbers"),
    Case("R2Score", "numbers", {"class_aggregation": "variance_weighted_average"}),
    Case("R2Score", "numbers", {"class_aggregation": None, "num_regressors": 2}),
]


def batch(case: Case, seed: int = 0):
    """Targets, outputs and the shape of one weight for each value, for a metric."""
    if case.kind == "class_pairs":
        y_true, _ = data("classes", (*case.shape, 3), seed)
        y_pred, _ = data("classes", (*case.shape, 3), seed + 100)
        return y_true, y_pred
    return data(case.kind, case.shape, seed)
