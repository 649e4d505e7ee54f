"""The drawer's tab Try-out: one's own draft in memory, its test cases, and for real. Changes are operations."""
