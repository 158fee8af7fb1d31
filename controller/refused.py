"""The one way in which a decision says no."""


class Refused(Exception):
    """A request is not legal in this state: nothing changes, it is counted under `code` and answered."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
