"""Alerts by e-mail: what a mail says, and the server it is handed to."""
