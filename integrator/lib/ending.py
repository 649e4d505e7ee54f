"""Whether this process was asked to end. Set by what received the order; who takes up work looks here first."""

from __future__ import annotations

import threading

# Work in hand is finished, nothing new is begun: a call cut off in the middle needs a person.
ENDING = threading.Event()
