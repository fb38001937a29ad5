"""What signatories bind themselves to, and what became of it."""
