"""The designer's pages: its frame and its views. They read and hand on; every change is an operation."""
