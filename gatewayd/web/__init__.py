"""The page: the inbox in a browser. Its views, its languages and its files.

It calls the services as the HTTP API does, never the API itself.
"""
