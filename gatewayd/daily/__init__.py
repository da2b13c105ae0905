"""The daily digest: each morning, what yesterday was and what still waits, to who supervises."""
