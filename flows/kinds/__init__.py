"""The logic kinds, a file each. They know the definition and nothing of the database."""
