"""The queue of names, and the people who decide."""
