"""The counts of a letter: exact, and with no row that every signer must update."""
