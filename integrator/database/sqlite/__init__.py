"""Django's SQLite backend with one fair writer lock a process."""
