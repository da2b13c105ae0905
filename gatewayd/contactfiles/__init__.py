"""Contacts as files that other programs write and read: CSV and vCard."""
