"""Pages of people, teams and one's own tokens. Each write is one call of an operation."""
