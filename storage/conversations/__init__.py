"""Conversations of a contact and an inbox: filing, one timeline, who has it, whose turn it is.

Every function works inside the caller's transaction.
"""
