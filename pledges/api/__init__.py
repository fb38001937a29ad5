"""The public JSON interface."""
