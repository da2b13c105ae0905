"""The trouble recorder's files: a modem's last lines, masked, written with each incident."""
