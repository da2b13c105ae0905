"""Keeps a CRM in step with gatewayd, each change exactly once, over restarts of both.

    python crm_mirror.py http://127.0.0.1:8767 crm.db    (with the token in GATEWAYD_TOKEN)

The CRM is a SQLite file here. Whatever yours is, three things make it exact: the place in the
events is kept in the same transaction as what they changed; what goes out has the outbox's id as
its key; and a contact is changed only in the version that was looked at.
"""

import os
import sqlite3
import sys
import threading
import time
from contextlib import closing

from gatewayd_client import (
    Client,
    ConflictError,
    Event,
    GoneError,
    InvalidError,
    LostError,
    UnavailableError,
    UnreachableError,
)
from gatewayd_client.shapes import Contact

TYPES = [f"contact.{what}" for what in ("created", "updated", "merged", "split", "erased")]
TYPES += [f"message.{what}" for what in ("received", "queued", "sent", "failed", "updated")]
TABLES = """
CREATE TABLE IF NOT EXISTS customers (id INTEGER PRIMARY KEY, contact TEXT UNIQUE, name TEXT,
    phone TEXT, version INTEGER, changed_here INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS messages (id TEXT PRIMARY KEY, conversation TEXT, direction TEXT,
    number TEXT, text TEXT, state TEXT);
CREATE TABLE IF NOT EXISTS outbox (id INTEGER PRIMARY KEY, phone TEXT, text TEXT, outcome TEXT);
CREATE TABLE IF NOT EXISTS place (only INTEGER PRIMARY KEY CHECK (only = 1), event TEXT);
"""
SAVE_PLACE = "INSERT INTO place VALUES (1, ?) ON CONFLICT DO UPDATE SET event = excluded.event"
SAVE_MESSAGE = """
INSERT INTO messages (id, conversation, direction, number, text, state) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET text = excluded.text, state = excluded.state
"""
WAITING = "SELECT id, phone, text FROM outbox WHERE outcome IS NULL ORDER BY id"
CHANGED = "SELECT id, contact, name, version FROM customers WHERE changed_here"
SAVE_CUSTOMER = """
INSERT INTO customers (contact, name, phone, version) VALUES (?, ?, ?, ?)
ON CONFLICT (contact) DO UPDATE SET name = excluded.name, phone = excluded.phone,
    version = excluded.version WHERE NOT changed_here
"""


def open_crm(path: str) -> sqlite3.Connection:
    crm = sqlite3.connect(path, timeout=30)
    crm.executescript("PRAGMA journal_mode = WAL;" + TABLES)
    return crm


def take(gateway: Client, crm: sqlite3.Connection, event: Event) -> None:
    """Do what an event says and remember that it is done: both or neither."""
    told, contact = event.data, None
    if event.type in {"contact.created", "contact.updated", "contact.merged", "contact.split"}:
        contact = contact_now(gateway, told["id"])
    with crm:
        if told.get("removed"):
            crm.execute("DELETE FROM messages WHERE id = ?", (told["id"],))
        elif event.type.startswith("message."):
            other = told["from"] if told["direction"] == "in" else told["to"]
            names = (told["conversation_id"], told["direction"], other, told["text"], told["state"])
            crm.execute(SAVE_MESSAGE, (told["id"], *names))
        elif event.type in {"contact.merged", "contact.erased"}:
            gone = told["merged"] if event.type == "contact.merged" else told["id"]
            crm.execute("DELETE FROM customers WHERE contact = ?", (gone,))
        if contact is not None:
            save(crm, contact)
        crm.execute(SAVE_PLACE, (event.id,))
    print(event.type, told["id"], flush=True)


def contact_now(gateway: Client, contact_id: str) -> Contact | None:
    """Read a contact as it is by now; a later event tells what became of one that is gone."""
    try:
        return gateway.contact(contact_id)
    except GoneError:
        return None


def save(crm: sqlite3.Connection, contact: Contact) -> None:
    phone = next((one["number"] for one in contact["numbers"]), None)
    crm.execute(SAVE_CUSTOMER, (contact["id"], contact["name"], phone, contact["version"]))


def pull(gateway: Client, crm: sqlite3.Connection) -> None:
    """Follow the events for ever, from where we were."""
    while True:
        place = crm.execute("SELECT event FROM place").fetchone()
        try:
            if place is None:
                for event in gateway.past_events(types=TYPES):
                    take(gateway, crm, event)
                    place = (event.id,)
            for event in gateway.events(after=place and place[0], types=TYPES):
                take(gateway, crm, event)
        except GoneError:  # we were away for longer than events are kept
            with crm:
                for contact in gateway.contacts():
                    save(crm, contact)
                crm.execute("DELETE FROM place")  # messages of that time are with GET /v1/export


def push(gateway: Client, crm: sqlite3.Connection) -> None:
    """Send what waits in the outbox, and tell the gateway what was changed in the CRM."""
    for number, phone, text in crm.execute(WAITING).fetchall():
        try:
            # The same row is the same key: killed between these lines, it is sent once.
            outcome = gateway.send(phone, text, key=f"crm-outbox-{number}")["id"]
        except InvalidError as error:
            outcome = f"refused: {error.detail}"
        with crm:
            crm.execute("UPDATE outbox SET outcome = ? WHERE id = ?", (outcome, number))
    for number, contact, name, version in crm.execute(CHANGED).fetchall():
        try:
            # Saying it twice changes nothing, so it may be said again after a crash.
            now = gateway.edit_contact(
                contact, version=version, name=name, external_id=f"crm-{number}"
            )
        except ConflictError:  # somebody changed it in the inbox meanwhile: theirs stands
            now = gateway.contact(contact)
        with crm:
            crm.execute("UPDATE customers SET changed_here = 0 WHERE id = ?", (number,))
            save(crm, now)


def main() -> None:
    address, path = sys.argv[1:]
    gateway = Client(address, token=os.environ["GATEWAYD_TOKEN"])
    with closing(open_crm(path)) as crm:
        threading.Thread(target=lambda: pull(gateway, open_crm(path)), daemon=True).start()
        print("in step", flush=True)
        while True:
            try:
                push(gateway, crm)
            except (UnreachableError, LostError, UnavailableError) as error:
                print("the gateway is away:", error, flush=True)
            time.sleep(1)  # where the CRM can tell of its changes, wait for that instead


if __name__ == "__main__":
    main()
