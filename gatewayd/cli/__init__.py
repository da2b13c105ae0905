"""The command line: words in, a table or JSON out, an exit status that scripts can trust."""
