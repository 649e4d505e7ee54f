"""What whole pages show, put together from the queries of flows and cases for one reader. Writes nothing."""
