"""Pages of the modems: how each is, what it went through, and what a person can do about it."""
