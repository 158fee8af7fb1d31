"""The centre's keys and all that is done with them: sign orders, seal what must not lie open, mark PINs."""

from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from central.ports import Randomness
from contracts.key_files import KEY_BYTES, KeysWrong, read_key, write_key
from contracts.orders import MACHINE_PATTERN, Order, case_mark, clerk_mark, phone_mark, pin_mark, sign
from contracts.sealed import Letter, open_code, seal_letter

NONCE_BYTES = 12


class Signer:
    """Holds the order key, the sealing key and the PIN key of each machine."""

    __slots__ = ("_order", "_pins", "_seal")

    def __init__(self, order_key: bytes, seal_key: bytes, pin_keys: Mapping[str, bytes]) -> None:
        """Each key is 32 bytes; `pin_keys` by machine."""
        self._order = Ed25519PrivateKey.from_private_bytes(order_key)
        self._seal = AESGCM(seal_key)
        self._pins = dict(pin_keys)

    def __repr__(self) -> str:
        return "Signer(…)"

    def envelope(self, order: Order) -> bytes:
        """The signed order, ready to publish."""
        return sign(order, self._order)

    def public_key(self) -> bytes:
        """The key with which machines check orders, 32 bytes."""
        return self._order.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def has_machine(self, machine: str) -> bool:
        """Whether the PIN key of this machine is here."""
        return machine in self._pins

    def pin_mark(self, machine: str, pin: str) -> str:
        """HMAC-SHA-256 of the six digits under the machine's PIN key, in hex."""
        return pin_mark(self._pins[machine], pin).hex()

    def seal_letter(self, machine: str, idx: str, letter: Letter, randomness: Randomness) -> str:
        """The text message that only this machine can open."""
        return seal_letter(self._pins[machine], machine, idx, letter, bytes.fromhex(randomness.token(NONCE_BYTES)))

    def open_code(self, machine: str, attempt: str, sealed: str) -> str:
        """The BLIK code that the machine sealed for this attempt; raises SealedWrong."""
        return open_code(self._pins[machine], machine, attempt, sealed)

    def phone_mark(self, machine: str, phone: str) -> str:
        """What the machine calls this phone by: the mark of its last nine digits, in hex."""
        return phone_mark(self._pins[machine], phone[-9:]).hex()

    def case_mark(self, machine: str, case: str) -> str:
        """What the machine calls this case by, in hex; empty for a case that is not eight digits, which nobody can type there."""
        known = len(case) == 8 and case.isascii() and case.isdecimal()
        return case_mark(self._pins[machine], case).hex() if known else ""

    def clerk_mark(self, machine: str, code: str) -> str:
        """What the machine calls a clerk's one-time code by, in hex."""
        return clerk_mark(self._pins[machine], code).hex()

    def seal(self, text: str, context: str, randomness: Randomness) -> bytes:
        """AES-GCM of the text, bound to `context`."""
        nonce = bytes.fromhex(randomness.token(NONCE_BYTES))
        return nonce + self._seal.encrypt(nonce, text.encode(), context.encode())

    def unseal(self, sealed: bytes, context: str) -> str:
        """What was sealed under this context; raises KeysWrong."""
        try:
            return self._seal.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context.encode()).decode()
        except InvalidTag:
            raise KeysWrong("seal.key: does not open what was sealed") from None


def read_signer(folder: Path, machines: tuple[str, ...]) -> Signer:
    """The keys of a folder made by `kiosk-central keys`; raises KeysWrong."""
    pins = {machine: read_key(folder / f"pin-{machine}.key") for machine in machines}
    return Signer(read_key(folder / "order.key"), read_key(folder / "seal.key"), pins)


def make_keys(folder: Path, machines: tuple[str, ...], randomness: Randomness) -> list[Path]:
    """Write the missing key files, 0600, and `order.pub` for the machines; says which were made. Raises KeysWrong."""
    wrong = [machine for machine in machines if not MACHINE_PATTERN.fullmatch(machine)]
    if wrong:
        raise KeysWrong(f"machine {wrong[0]!r}: ids are a-z, 0-9 and -")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise KeysWrong(f"{folder}: cannot be made ({type(error).__name__})") from None
    wanted = ["order.key", "seal.key", "http.key", *(f"pin-{machine}.key" for machine in machines)]
    made = [folder / name for name in wanted if not (folder / name).exists()]
    for path in made:
        write_key(path, bytes.fromhex(randomness.token(KEY_BYTES)))
    public = folder / "order.pub"
    if not public.exists():
        write_key(public, read_signer(folder, ()).public_key(), public=True)
        made.append(public)
    return made
