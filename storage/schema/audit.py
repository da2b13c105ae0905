"""The table of the audit journal: what people and programs did, each row chained to the one before.

Only ever added to; on SQLite, triggers of migration 0008 refuse everything else.
"""

from sqlalchemy import DDL, Column, Index, LargeBinary, String, Table, Text, event

from storage.schema.base import Ms, Sequence, metadata

audit = Table(
    "audit",
    metadata,
    # Given by us, without gaps: a row that is missing shows.
    Column("seq", Sequence, primary_key=True, autoincrement=False),
    Column("at_ms", Ms, nullable=False),
    Column("actor", String, nullable=False),  # the id of a person, a token, or an account here
    Column("action", String, nullable=False),
    Column("subject", String, nullable=False),  # the id or name of what it was done to
    Column("data", Text, nullable=False),  # JSON as it was hashed; ids and digests, never text
    Column("previous", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Index("ix_audit_actor_seq", "actor", "seq"),
    Index("ix_audit_subject_seq", "subject", "seq"),
    Index("ix_audit_action_seq", "action", "seq"),
)

for _event in ("UPDATE", "DELETE"):
    _refuse = DDL(  # type: ignore[no-untyped-call]  # SQLAlchemy has not typed it
        f"CREATE TRIGGER audit_refuses_{_event.lower()} BEFORE {_event} ON audit "
        "BEGIN SELECT RAISE(ABORT, 'the audit journal is only ever added to'); END"
    )
    event.listen(audit, "after_create", _refuse.execute_if(dialect="sqlite"))
