"""Folds names for comparison, and makes ids of them."""

import re
import unicodedata
from hashlib import blake2b

# Letters that Unicode does not decompose into a base letter and a mark.
_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe", "ø": "o", "Ø": "o", "ł": "l", "Ł": "l"}
    | {"đ": "d", "Đ": "d", "ð": "d", "Ð": "d", "þ": "th", "Þ": "th", "ı": "i"}
)
# Letters of Arabic script that are written in two ways, and the sign that only lengthens a word.
_ALIKE = str.maketrans({"ی": "ي", "ى": "ي", "ک": "ك", "ة": "ه", "ـ": None})
# Variation selectors choose a form of the letter before them.
_SELECTORS = frozenset(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
# A nasal before a consonant is written as a letter or as a dot: नरेन्द्र and नरेंद्र. A dot below marks foreign sounds.
_NASAL, _DOTS = re.compile("[ङञणनम]्(?=[क-ह])|ँ"), "़"
# Marks of Hebrew and Arabic vowels have these combining classes.
_VOWELS = range(10, 36)
# Words before or behind a name that are not a part of it.
_TITLES = frozenset(
    [
        *(
            "dr",
            "prof",
            "professor",
            "mr",
            "mrs",
            "ms",
            "miss",
            "hon",
            "honourable",
            "honorable",
            "rt",
            "sir",
            "dame",
            "lord",
            "lady",
            "baroness",
            "mp",
            "mep",
            "msp",
            "mla",
            "qc",
            "kc",
            "obe",
            "cbe",
            "mbe",
            "phd",
        ),
        *("herr", "frau", "hr", "mag", "ing", "dipl", "mdb", "med"),
        *("m", "mme", "mlle", "monsieur", "madame", "mademoiselle", "pr", "maitre"),
        *(
            "sr",
            "sra",
            "srta",
            "senor",
            "senora",
            "senorita",
            "senhor",
            "senhora",
            "don",
            "dona",
            "dra",
            "profa",
            "exmo",
            "exma",
        ),
        *(
            "sig",
            "sigra",
            "signor",
            "signora",
            "dott",
            "dottssa",
            "dottore",
            "dottoressa",
            "profssa",
            "onorevole",
            "avv",
        ),
        *("dhr", "mevr", "mevrouw", "mw", "drs", "fru", "froken", "frk", "pan", "pani", "mgr", "judr", "mudr", "phdr"),
        *("shri", "sri", "smt", "shrimati", "sushri", "thiru", "tmt", "janab", "श्री", "श्रीमती", "डॉ"),
        *("пан", "пані", "господин", "госпожа", "السيد", "السيدة", "الدكتور"),
        *(
            "senator",
            "rep",
            "minister",
            "president",
            "gov",
            "adv",
            "ಡಾ",
            "د",
            "دكتور",
        ),
    ]
)
# Letters of Japanese names in an older form, and below each the one in use: of the Jōyō kanji table of 2010, or only in names. Each pair
# stands in the packages joyokanji 1.1.0 or ja-itaiji 1.0.2.
_OLDER = str.maketrans(
    # older
    "亞惡壓圍爲榮圓應櫻奧來假會價學嶽樂關觀氣歸舊據擧曉勳薰惠莖溪經縣劍嚴廣效恆黃國齋齊實壽收從澁處緖敍將獎燒稱條讓淨眞愼盡瀨淸"
    "靑靜攝專曾總增藏續體臺瀧澤擇團鑄聽鎭傳德獨豐萬彌譽與豫賴樣覽龍綠壘禮靈齡戀爐郞錄髙﨑嶋嶌邉邊濱濵冨栁桒檜巖堯遙槇晄昻祿凉峯",
    # in use
    "亜悪圧囲為栄円応桜奥来仮会価学岳楽関観気帰旧拠挙暁勲薫恵茎渓経県剣厳広効恒黄国斎斉実寿収従渋処緒叙将奨焼称条譲浄真慎尽瀬清"
    "青静摂専曽総増蔵続体台滝沢択団鋳聴鎮伝徳独豊万弥誉与予頼様覧竜緑塁礼霊齢恋炉郎録高崎島島辺辺浜浜富柳桑桧巌尭遥槙晃昂禄涼峰",
)
# Letters of German and Nordic names, and how they are written where a keyboard lacks them.
_IN_TWO_LETTERS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "Å": "Aa", "Ø": "Oe"}
)
_IN_BRACKETS = re.compile(r"\s*[(\[][^()\[\]]*[)\]]")
# The Arabic name is written with four consonants. Its spellings in Latin script differ in the vowels and the doubled m.
_MUHAMMAD = re.compile(r"m[aou]h[ao]mm?[aeu]d")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff々〆ー ]+")
# Accents of Latin, Greek and Cyrillic have combining classes from here; the marks that spell Indian words lie below.
_ACCENTS = 200
# The longest bundled id has 166 letters. File systems allow names of 255 bytes.
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
    """A name without case, accents, punctuation and doubled spaces: "José  García" and "jose garcia" are alike.

    So are spellings of one name in Devanagari and in Arabic script, with vowel marks and without.
    """
    letters = unicodedata.normalize("NFKD", name.translate(_LETTERS)).casefold().translate(_ALIKE)
    kept = (letter for letter in letters if not _is_mark(letter) and letter not in "'’`.")
    words = "".join(letter if unicodedata.category(letter)[0] in "LMN" else " " for letter in kept)
    return _NASAL.sub("ं", " ".join(unicodedata.normalize("NFC", words).split()))


def likeness(name: str) -> str:
    """What two spellings of one name have in common: its folded words in alphabetical order, without titles.

    Chinese, Japanese and Korean names are written with a space and without, and with older forms of letters: 髙橋 and 高橋.
    Mohamed, Mohammed and Muhammad are one name.
    """
    folded = fold(name)
    if _UNSPACED.fullmatch(folded):
        return folded.replace(" ", "").translate(_OLDER)
    words = [_MUHAMMAD.sub("muhammad", word) if _MUHAMMAD.fullmatch(word) else word for word in folded.split()]
    named = [word for word in words if word not in _TITLES]
    return " ".join(sorted(named if len(named) > 1 else words))


def likenesses(name: str) -> set[str]:
    """The likeness of each way to write a name. Two names that share one may be one person's.

    "Müller" is also written "Mueller", and "Jae-in" is also written "Jaein". A remark in brackets is not a part of a name.
    """
    name = unicodedata.normalize("NFC", name)
    name = _IN_BRACKETS.sub("", name).strip() or name
    written = {name, name.translate(_IN_TWO_LETTERS)}
    return {likeness(each) for way in written for each in (way, way.replace("-", ""))} - {""}


def _is_mark(letter: str) -> bool:
    """Whether a name is the same without this character: an accent, a vowel mark, or an invisible character."""
    kind = unicodedata.combining(letter)
    is_selector = letter in _SELECTORS
    return kind >= _ACCENTS or kind in _VOWELS or letter in _DOTS or is_selector or unicodedata.category(letter) == "Cf"
