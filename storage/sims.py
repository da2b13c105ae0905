"""Owns when two rows are of one SIM: by its ICCID, or by the modem where that was not told."""

from typing import Any

from sqlalchemy import Column, ColumnElement, String, and_, bindparam, or_

_ICCID = bindparam("of_iccid", type_=String)


def same_sim(iccid: Column[Any], modem: Column[Any]) -> ColumnElement[bool]:
    """Compare with ``of_iccid`` and ``by_modem``.

    A modem may fail to tell its ICCID for a while: then what it did before, or after, is its own.
    """
    untold = or_(iccid.is_(None), _ICCID.is_(None))
    return or_(iccid == _ICCID, and_(untold, modem == bindparam("by_modem")))
