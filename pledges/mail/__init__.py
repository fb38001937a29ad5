"""Mail that is owed: the outbox, composing, delivery."""
