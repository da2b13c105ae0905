"""Owns the metadata that every table belongs to, the revision, and what the columns are made of."""

from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
)

REVISION = "0012"

"""The migration that builds this schema; lets a start that has nothing to migrate skip Alembic."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite makes a rowid only of INTEGER; PostgreSQL needs 64 bits.
Sequence = BigInteger().with_variant(Integer(), "sqlite")

Ms = BigInteger

meta = Table(
    "meta",
    metadata,
    Column("key", String, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)
