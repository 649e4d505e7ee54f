"""The poll: a list behind an address is asked for again and again, and each new row starts a run."""
