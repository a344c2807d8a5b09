"""Print when the owner last was in touch with each contact, as JSON.

    baseline.py HOST PORT USER CONTACTS.csv ITEMS MAILBOX... < password

What somebody who knows Python's standard library would write in an afternoon:
it fetches ITEMS, which are what regards fetches, a thousand messages at a time,
and keeps the newest personal message from and to each contact. It stores nothing.
"""

import csv
import imaplib
import json
import re
import sys
import time
from email.parser import BytesHeaderParser
from email.utils import getaddresses, parsedate_to_datetime

STEP = 1000
MOST_PEOPLE = 8  # a message to more people is not personal
MACHINE = ("List-Id", "List-Unsubscribe", "Precedence")

parser = BytesHeaderParser()


def headers(imap, mailbox, items):
    """Yield what the server says of each message, and its header."""
    _, (count,) = imap.select(f'"{mailbox}"', readonly=True)
    count = int(count)
    for first in range(1, count + 1, STEP):
        _, answer = imap.fetch(f"{first}:{min(first + STEP - 1, count)}", items)
        for part in answer:
            if isinstance(part, tuple):
                yield part


def personal(message):
    """Tell a person's message from a machine's or a list's."""
    if message.get("Auto-Submitted", "no").strip().lower() != "no":
        return False
    return not any(field in message for field in MACHINE)


def written(message, about):
    """Give the time of a message: its Date, else when it arrived."""
    try:
        return int(parsedate_to_datetime(message["Date"]).timestamp())
    except (TypeError, ValueError):
        return int(time.mktime(imaplib.Internaldate2tuple(about)))


def addresses(message, *fields):
    values = [value for field in fields for value in message.get_all(field, [])]
    return {address.lower() for _, address in getaddresses(values) if address}


def touches(message, owner, contacts):
    """Give the direction of a message and the contacts whom it touches."""
    sender = next(iter(addresses(message, "From")), "")
    people = addresses(message, "To", "Cc") - {owner}
    if sender == owner:
        return "out", people & contacts if len(people) <= MOST_PEOPLE else ()
    if sender not in contacts:
        return "in", ()
    answer = "In-Reply-To" in message or "References" in message
    return "in", {sender} if answer or len(people) < MOST_PEOPLE else ()


def main():
    host, port, user, table, items, *mailboxes = sys.argv[1:]
    with open(table, newline="", encoding="utf-8") as file:
        contacts = {row["address"].lower() for row in csv.DictReader(file)}
    last = {}
    with imaplib.IMAP4(host, int(port)) as imap:
        imap.login(user, sys.stdin.readline().strip())
        for mailbox in mailboxes:
            for about, header in headers(imap, mailbox, items):
                if re.search(rb"FLAGS \([^)]*\\Draft", about):
                    continue
                message = parser.parsebytes(header)
                if not personal(message):
                    continue
                direction, people = touches(message, user, contacts)
                if not people:
                    continue
                touch = (written(message, about), direction)
                for address in people:
                    last[address] = max(touch, last.get(address, touch))
    json.dump({a: {"at": at, "direction": d} for a, (at, d) in last.items()}, sys.stdout)


if __name__ == "__main__":
    main()
