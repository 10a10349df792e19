"""The names of kinds of evidence and of states of accounts, wherever readers see them."""

KINDS = {
    "stated": "stated",
    "published": "there when the report appeared",
    "opened": "account opened, as the platform shows it",
    "listed": "listed by then",
    "plc": "directory log",
    "seen": "seen by Kooch",
    "returned": "there again, confirmed by a second look",
    "gone": "gone by then, confirmed by a second look",
    "ended": "ended by the platform, confirmed by a second look",
    "missing": "not found by then, confirmed by a second look",
    "absent": "not there",
    "posted": "posted",
    "tombstone": "deleted, as its server says",
}
ARCHIVED_KINDS = {
    "opened": "account opened, as an archived page shows it",
    "seen": "seen on an archived page",
}
EVENTS = {
    "joined": "joined",
    "there": "there",
    "posted": "posted",
    "absent": "not there",
    "left": "left",
    "announced": "announced that they leave",
}
STATUS = {
    None: "never observed by Kooch",
    "active": "observed active",
    "not_found": "not found",
    "deleted": "deleted",
    "deactivated": "deactivated by its owner",
    "suspended": "suspended by the platform",
    "protected": "protected",
    "moved": "moved",
    "limited": "limited",
    "platform_closed": "the platform has closed",
}
