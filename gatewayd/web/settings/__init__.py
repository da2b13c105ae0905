"""Pages by which managers run the shop: people, teams, hours, answers, rules, inboxes.

Forms that work without a script: each posts, and ends elsewhere with what was done, or shows again
what was written with the errors beside it.
"""
