"""What a log-in is made of: passwords, one-time secrets, and how often one may guess."""
