"""What the desk accepts, and the one word with which it refuses."""

import re

from sqlalchemy import Connection

from central.store import deposits
from central.store.deposits import DepositRow

CASE = re.compile(r"[0-9A-Za-z][0-9A-Za-z./-]{0,31}")
ACTOR_MAX = 64


class DeskRefused(ValueError):
    """The desk cannot do this; `code` is the reason in one word, for pages and API."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def is_actor(name: str) -> bool:
    """Whether this can be the name of a person or program: letters of any alphabet, digits, a few signs."""
    return 0 < len(name) <= ACTOR_MAX and name[0].isalnum() and all(sign.isalnum() or sign in " ._@'-" for sign in name)


def checked_actor(name: str) -> str:
    """The name of who asks; raises DeskRefused."""
    if not is_actor(name):
        raise DeskRefused("actor_wrong")
    return name


def known(t: Connection, key: str) -> DepositRow:
    """The deposit; raises DeskRefused."""
    deposit = deposits.read(t, key)
    if deposit is None:
        raise DeskRefused("deposit_unknown")
    return deposit


def inside(t: Connection, key: str) -> DepositRow:
    """A deposit whose document lies in its compartment; raises DeskRefused."""
    deposit = known(t, key)
    if deposit.ended_ms:
        raise DeskRefused("ended_already")
    if not deposit.inside:
        raise DeskRefused("not_stored")
    return deposit
