"""A certificate authority of one test, and what it issues."""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, EllipticCurvePublicKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

VALID = timedelta(days=1)


class Certificate:
    """A certificate and its key in two files, with that of the authority whom its owner trusts."""

    def __init__(self, ca: Path, certificate: Path, key: Path) -> None:
        self.ca = ca
        self.certificate = certificate
        self.key = key

    def keys(self) -> tuple[str, ...]:
        """The keys of a table `mqtt`."""
        return f'ca = "{self.ca}"', f'certificate = "{self.certificate}"', f'key = "{self.key}"'

    def context(self) -> ssl.SSLContext:
        """For a client of the test."""
        context = ssl.create_default_context(cafile=self.ca)
        context.load_cert_chain(self.certificate, self.key)
        return context


class Authority:
    """Issues into its folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder = folder
        self._name = _name(folder.name)
        self._key = generate_private_key(SECP256R1())
        self.file = folder / "ca.pem"
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)  # signs certificates and nothing else
        builder = self._builder(self._name, self._key.public_key(), ca=True).add_extension(usage, critical=True)
        self._write(self.file, builder)

    def issue(self, name: str, address: str = "") -> Certificate:
        """A certificate of this common name; `address` is the one a server answers at."""
        key = generate_private_key(SECP256R1())
        files = Certificate(self.file, self._folder / f"{name}.pem", self._folder / f"{name}.key")
        builder = self._builder(_name(name), key.public_key(), ca=False)
        if address:
            builder = builder.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))]), critical=False)
        self._write(files.certificate, builder)
        files.key.write_bytes(_pem(key))
        return files

    def _builder(self, name: x509.Name, key: EllipticCurvePublicKey, *, ca: bool) -> x509.CertificateBuilder:
        now, own = datetime.now(UTC), self._key.public_key()
        return (
            x509.CertificateBuilder(self._name, name, key, x509.random_serial_number(), now - VALID, now + VALID)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(own), critical=False)
        )

    def _write(self, file: Path, builder: x509.CertificateBuilder) -> None:
        file.write_bytes(builder.sign(self._key, SHA256()).public_bytes(Encoding.PEM))


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _pem(key: EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
