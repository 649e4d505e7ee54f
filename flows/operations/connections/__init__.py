"""Every change of connections, their environments and secrets, each with its event. No secret is ever recorded.

`changing` adds, changes and removes · `environments` the addresses of one connection · `approving` OAuth2 by a person ·
`trying` the test button · `checking` what is refused · `rights` who may.
"""

from flows.operations.connections.changing import (
    add_connection,
    change_connection,
    remove_connection,
    set_connection_secret,
)
from flows.operations.connections.checking import ConnectionData
from flows.operations.connections.environments import add_environment, remove_environment, rename_environment

__all__ = [
    "ConnectionData",
    "add_connection",
    "add_environment",
    "change_connection",
    "remove_connection",
    "remove_environment",
    "rename_environment",
    "set_connection_secret",
]
