"""The listener's encryption: reading certificates, taking up renewed ones, the shop's authority."""
