"""A letter: its texts in several languages, their revisions, and its state."""
