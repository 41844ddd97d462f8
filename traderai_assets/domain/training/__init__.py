"""Training: learners, folds, calibration and the model's card."""
