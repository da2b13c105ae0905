"""Writing first to somebody: who is meant, from which inbox, and the message itself."""
