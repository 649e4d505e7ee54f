"""Inbound HTTP: webhooks at ``/hooks/``, and the public page that tells their senders how it goes."""
