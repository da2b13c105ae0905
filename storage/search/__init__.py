"""Search over all messages, notes and contacts by words, with what narrows it.

The one seam for full text: ``match`` writes SQLite's FTS5 queries, ``storage.schema.search`` has
the index and the triggers that keep it in step. Nothing else knows of either.
"""
