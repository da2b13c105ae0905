"""Pages of supervision: who waits now, and what was done in a time, in figures and pictures."""
