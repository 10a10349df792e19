"""Names as they are compared, and as they become ids."""

import re
import unicodedata
from hashlib import blake2b

# Letters that Unicode does not decompose into a base letter and a mark.
_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe", "ø": "o", "Ø": "o", "ł": "l", "Ł": "l"}
    | {"đ": "d", "Đ": "d", "ð": "d", "Ð": "d", "þ": "th", "Þ": "th", "ı": "i"}
)
# Accents of Latin, Greek and Cyrillic have combining classes from here; the marks that spell Indian words lie below.
_ACCENTS = 200
# The longest bundled id has 166 letters; file systems take names of 255.
_LONGEST = 180


def slugify(country: str | None, name: str) -> str:
    """An ASCII id such as `in-piyush-goyal`. A name without a Latin letter or digit gets a digest of itself.

    A long name is cut, and gets a digest of itself at its end: the id names a file.
    """
    plain = unicodedata.normalize("NFKD", name.translate(_LETTERS)).lower()
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    plain = re.sub(r"['’`.]", "", plain)
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    slug = slug or "u" + blake2b(name.encode(), digest_size=4).hexdigest()
    if len(slug) > _LONGEST:
        slug = f"{slug[:_LONGEST].rstrip('-')}-{blake2b(name.encode(), digest_size=4).hexdigest()}"
    return f"{country.lower()}-{slug}" if country else slug


def fold(name: str) -> str:
    """A name without case, accents, punctuation and doubled spaces: "José  García" and "jose garcia" are alike."""
    letters = unicodedata.normalize("NFKD", name.translate(_LETTERS)).casefold()
    kept = (letter for letter in letters if unicodedata.combining(letter) < _ACCENTS and letter not in "'’`.")
    words = "".join(letter if unicodedata.category(letter)[0] in "LMN" else " " for letter in kept)
    return " ".join(unicodedata.normalize("NFC", words).split())
