"""Fine-tuning of the sentence encoder, with PyTorch. Never part of what runs in production."""
