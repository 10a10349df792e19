"""The checksum of Nostr's keys (BIP 173; NIP-19 uses it as it stands)."""

_LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def has_bech32_checksum(text: str) -> bool:
    """Whether a text such as npub1… was copied without an error."""
    prefix, separator, data = text.rpartition("1")
    if not separator or any(letter not in _LETTERS for letter in data):
        return False
    values = [ord(letter) >> 5 for letter in prefix] + [0] + [ord(letter) & 31 for letter in prefix]
    checksum = 1
    for value in [*values, *map(_LETTERS.index, data)]:
        top = checksum >> 25
        checksum = (checksum & 0x1FFFFFF) << 5 ^ value
        for bit, factor in enumerate(_GENERATOR):
            checksum ^= factor if top >> bit & 1 else 0
    return checksum == 1
