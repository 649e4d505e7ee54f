"""What the two databases need beyond Django: a fair writer lock on SQLite, database time, advisory locks."""
