"""The doctor: looks at the whole installation and says what is wrong and what to do about it.

Facts are gathered first (``gather``), then pure checks make findings of them (``examine``), then
tables of words in each language make sentences (``words``). Changes nothing, opens no modem.
"""
