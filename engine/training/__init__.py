"""Finetuning. Light here; `engine.training.fit` is where torch and Lightning are imported."""
