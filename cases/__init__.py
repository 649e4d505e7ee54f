"""Cases, tasks, approvals and their forms. Knows nothing of flows: it speaks upward by events only."""
