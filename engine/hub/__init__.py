"""The hub: trained models that are kept. Asking it imports no torch.

>>> engine.hub.list(search="bank")
>>> engine.hub.get("bank-intents").metrics
"""

from engine.hub.cards import Card
from engine.hub.models import delete, free_name, get, rebuild, rename, save, set_description
from engine.hub.models import list_models as list
from engine.hub.names import check_name, suggest

__all__ = ["Card", "check_name", "delete", "free_name", "get", "list", "rebuild", "rename", "save", "set_description", "suggest"]
