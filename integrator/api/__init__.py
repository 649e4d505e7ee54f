"""What every API view shares: bearer sign-in, problem answers, strict parsing, keyset paging, the schema pages."""
