"""Taking messages in for runs that wait for them, and letting go of those that nobody waited for."""

from flows.operations.messages.expiring import expire_parked_messages
from flows.operations.messages.publishing import NewMessage, Published, find_team_to_send, publish_in, publish_message

__all__ = [
    "NewMessage",
    "Published",
    "expire_parked_messages",
    "find_team_to_send",
    "publish_in",
    "publish_message",
]
