"""Framework-free helpers, a topic a file. No Django and no settings here."""
