"""Reads QR codes from pictures, as a telephone does."""

import io

import zxingcpp
from PIL import Image


def texts(picture: bytes) -> list[str]:
    """The texts of all QR codes in a PNG."""
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))
    return [one.text for one in found if one.format == zxingcpp.BarcodeFormat.QRCode]
