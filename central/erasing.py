"""What is erased once it has served: phones, case numbers and marks some days after a document's end. What happened stays as facts."""

from sqlalchemy import Connection

from central.ports import Now
from central.settings import Settings
from central.store import deposits, orders
from central.times import DAY_MS, HOUR_MS, to_ms

EVERY_MS = HOUR_MS
AT_ONCE = 500
"""Documents erased in one transaction."""


def erase_what_has_served(t: Connection, settings: Settings, now: Now) -> int:
    """Erase what is past its days; how many documents it were."""
    at_ms, terms = to_ms(now.wall), settings.terms
    served = deposits.to_erase(t, at_ms - terms.erase_days * DAY_MS, AT_ONCE)
    for deposit in served:
        orders.erase_asks(t, deposit.key)
        erased = {"phone": b"", "phone_mask": "", "case_no": "", "pin": None, "mark": ""}
        deposits.change(t, deposit.key, at_ms, erased_ms=at_ms, **erased)
    return len(served) + deposits.forget_marks(t, at_ms - terms.pin_rest_days * DAY_MS)
