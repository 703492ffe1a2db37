"""Finetune: from a file to a trained model in five steps."""

from studio import wizard

wizard.show()
