"""What several tests share. Imports nothing that needs a database at import time."""
