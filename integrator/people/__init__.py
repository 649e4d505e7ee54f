"""People, teams, memberships with roles, leads, and access tokens. Knows nothing of flows and cases."""
