"""The append-only event log, which is the audit trail. Knows no app above; ``log.record`` is its way in."""
