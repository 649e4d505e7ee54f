"""What the designer's pages ask the server for: JSON in and out."""
