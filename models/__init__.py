"""The classifier: comment texts in, calibrated scores out."""
