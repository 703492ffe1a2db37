"""Networks of transformers are built one at a time."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

_alone = threading.RLock()


@contextmanager
def building() -> Iterator[None]:
    """Around whatever builds a network with transformers, which draws no bars and warns of nothing that is handled here.

    While it builds one it changes what the whole program shares (`tie_weights` of all its classes, torch's default precision): a
    second thread that built one at the same time would get weights without data.
    """
    from transformers.utils import logging

    with _alone:
        logging.disable_progress_bar()
        logging.set_verbosity_error()
        yield
