"""Handing the business what it has written and been written: files that others can read."""
