"""Counts as people write them, in any script and grouping: `53,95,013`, `۷٫۳ میلیون`, `5,34 Mio.`, `3.2万`.

A text is digits with signs between them and perhaps one word that multiplies. A sign groups, or it begins the decimals;
a text is read only where one reading is left:

1. By shape. Without a word there are no decimals: a count is whole. Groups are of three digits, or, as in India, of two
   before the last three. If signs of one kind occur twice, they group (`3.107.499`). Digits that cannot be a group are
   decimals (`5.4M`).
2. By the signs CLDR gives the language, where one sign stands before exactly three digits: `1.234` is read in German, and
   refused in English, in Polish (which groups with spaces) and in an unknown language; so are `1 234` and `1'234` there.

A word means what CLDR says for the language, today or when Twitter used it, and what English and Indian words mean in
every language. Where those differ it is refused, as `B` in Spanish, 10**9 or 10**12, unless one of them cannot be.
"""

import re
import unicodedata
from collections import defaultdict
from functools import cache, lru_cache
from typing import NamedTuple

from babel import Locale, UnknownLocaleError

_MOST = 10**12
_LONGEST_TEXT = 64
_LONGEST_TAG = 35

# Zero-width (non-)joiners, and marks that only set the direction of writing.
_UNSEEN = "\u061c\u200c\u200d\u200e\u200f\u202a-\u202e\u2066-\u2069"
_REMOVE_UNSEEN = re.compile(f"[{_UNSEEN}]+")
_TWO_NUMBERS = re.compile(rf"\d[{_UNSEEN}]+\d")
# Signs that look alike are one: no-break, figure, thin and narrow spaces, the typographic apostrophe, full-width signs.
_ALIKE = str.maketrans("\u00a0\u2007\u2009\u202f’．，", "    '.,")
_SIGN = re.compile("([.,'٬٫، ])")
_COUNT = re.compile(rf"(\d+(?:{_SIGN.pattern}\d+)*)\s*([^\W\d_]\D*)?")
_DECIMAL_SIGNS = frozenset(".,٫،")
_INDIAN_SIGNS = frozenset(",٬،")  # nobody writes 53.95.013, but dates look so

# The numbering systems of CLDR that have signs of their own, by their zero. All others use those of `latn`.
_SYSTEMS = {"0": "latn", "٠": "arab", "۰": "arabext", "០": "khmr"}

# Twitter's interface languages from 2012 to 2020, and other Indian ones: what a word can mean in an unknown language.
_LANGUAGES = (
    "af ar as bg bn ca cs da de el en en-in es eu fa fi fil fr ga gl gu he hi hr hu id it ja kn ko lt lv ml mr ms nb nl pl pt "
    "or pa ro ru sk sl sr sv ta te th tr uk ur vi zh-cn zh-tw"
)

# Words on pages of every language. K, M, B: Twitter showed them in bn (captures); CLDR 22 had them for many languages.
# Lakh and crore: CLDR for en-IN (`L`, `Cr`) and rules for spelling out numbers in hi; spellings of the Indian press.
_EVERYWHERE = {
    **dict.fromkeys(("k", "thousand"), 10**3),
    **dict.fromkeys(("lakh", "lakhs", "lac", "lacs"), 10**5),
    **dict.fromkeys(("m", "million"), 10**6),
    **dict.fromkeys(("crore", "crores", "cr"), 10**7),
    "b": 10**9,
}
# By language: forms of CLDR 22.1 to 29, which have since changed, and which Twitter used then (twitter/twitter-cldr-rb,
# resources/locales/*/numbers.yml, commits 507a3b0c of 2012 to eee886e5 of 2016; the captures' `مليو` is one of them).
# For te, ta and ml, where CLDR counts in millions only: lakh and crore as in the package indic-num2words 1.3.2; for kn as
# in umeshramya/multilingual-number-to-words. For zh: what CLDR gives either script, in both.
# The short forms of af, fi and sv are of July 2012 (874d7879), those of bg, two Cyrillic letters, of November (507a3b0c).
# For el: the press, of an account with 100,095,297 (magnesia.tv, 2022: `100 εκατ. followers`). For es: `mill.` is usual in
# Mexico (erroresgramaticales.blogspot.com/2008/10/abreviatura-para-millones.html).
_MORE = {
    "af": {"mil": 10**6},
    "ar": {"مليو": 10**6},
    "bg": {"хиляда": 10**3, "х": 10**3, "м": 10**6},
    "bn": {"মিলিয়ন": 10**6},
    "ca": {"mil": 10**3, "m": 10**3},
    "da": {"td": 10**3},
    "de": {"tsd": 10**3},
    "el": {"εκατ": 10**6},
    "es": {"mill": 10**6},
    "fi": {"ml": 10**6},
    "gl": {"mil": 10**3},
    "he": {"מיל׳": 10**6},
    "hi": {"l": 10**5},
    "it": {"migliaio": 10**3, "migliaia": 10**3},
    "ja": {"千": 10**3},
    "kn": {"ಲಕ್ಷ": 10**5, "ಕೋಟಿ": 10**7},
    "ml": {"ലക്ഷം": 10**5, "കോടി": 10**7},
    "mr": {"दशलक्ष": 10**6},
    "sv": {"mjn": 10**6},
    "ta": {"லட்சம்": 10**5, "இலட்சம்": 10**5, "கோடி": 10**7},
    "te": {"లక్ష": 10**5, "లక్షలు": 10**5, "లక్షల": 10**5, "కోటి": 10**7, "కోట్లు": 10**7, "కోట్ల": 10**7},
    "th": {"พ": 10**3, "ม": 10**4, "ส": 10**5, "ล": 10**6},
    "zh": {"千": 10**3, "万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8},
}
# Words with two meanings of which one is impossible: no account has a milliard of followers. In Catalan a capital decides.
_SETTLED = {
    "tr": {"b": 10**3},  # bin; else the English billion
    "ca": {"M": 10**6, "m": 10**3},  # as they stand; a small one was a thousand until CLDR 40, and nothing since
    "bn": {"কো": 10**7},  # koti; CLDR writes 10**11, too, as `000কো`
    "id": {"m": 10**6},  # Twitter's (twitter-cldr-rb, ca8c9cb1 of 2014, and English); else CLDR's milliard
    "": {"M": 10**6},  # in an unknown language; else the milliard of Indonesian. A small one is a thousand in Catalan
}


class Count(NamedTuple):
    """A number of followers, posts, …

    The true number lies in `value` ± `precision`, if the site rounded: half of the last digit shown, so that `5.4M` is
    ± 50,000. Twitter rounded until 2020: captures show 5,395,013 as `৫.৪M` and 7,748,018 as `77.5 लाख`. A site that cuts
    (X by 2025, insin/control-panel-for-twitter#772; Mastodon from 4.6, mastodon/mastodon#38114; Koo is not known)
    is up to twice `precision` above `value`: with such a source, double it.
    """

    value: int
    precision: int | None  # None: exact


class NotACountError(ValueError):
    """A text that is not a count, or more than one count. `fault` says why `text` is refused."""

    def __init__(self, text: str, fault: str) -> None:
        self.text, self.fault = text, fault
        shown = text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}…"
        super().__init__(f"{shown!r} is not a count: {fault}")


def read_count(text: str, language: str | None = None) -> Count:
    """What a count says, and how precisely.

    `language` is the tag of the page's interface: BCP 47 or CLDR (`de`, `zh-cn`, `pt_PT`), Twitter's (`msa`, `no`);
    None and any tag CLDR does not know (`xx-lc`) mean unknown.
    Raises NotACountError for what is no single whole number from 0 to 10**12, for grouping that is malformed, for words
    that are not known to multiply, and wherever two readings are left.
    """
    try:
        # A tag comes from a page. The cache keeps it, so it must be short.
        return _read(text, (language or "")[: _LONGEST_TAG + 1])
    except _RefusedError as refused:
        raise NotACountError(text, str(refused)) from None


class _RefusedError(Exception):
    pass


def _read(text: str, tag: str) -> Count:
    if len(text) > _LONGEST_TEXT:
        raise _RefusedError(f"{len(text)} characters are too many")
    if _TWO_NUMBERS.search(text):
        raise _RefusedError("an invisible sign separates its digits")
    zero, latin = _to_latin_digits(_REMOVE_UNSEEN.sub("", text))
    found = _COUNT.fullmatch(latin.translate(_ALIKE).strip())
    if not found:
        raise _RefusedError("it is not one number, perhaps with a word")
    number, word = found[1], found[3]
    magnitude = 1
    if word is not None:
        words = _find_words(tag)
        known = words.get(_bare(word)) or words.get(_fold(word))
        if known is None:
            raise _RefusedError(f"{word!r} has no single meaning in its language")
        magnitude = known
    group, decimal = _find_signs(tag, _SYSTEMS.get(zero, "latn"))
    whole, decimals = _split(number, group=group, decimal=decimal, is_rounded=word is not None)
    unit, finer = divmod(magnitude, 10 ** len(decimals))
    if finer or not unit:
        raise _RefusedError("it has parts of one")
    value = int(whole + decimals) * unit
    if value > _MOST:
        raise _RefusedError("it is more than 10**12")
    return Count(value, None if word is None else unit // 2 or None)


def _to_latin_digits(text: str) -> tuple[str, str]:
    """The zero of the text's digits, and the text with those of ASCII."""
    zeros = {chr(ord(char) - unicodedata.decimal(char)) for char in text if char.isdecimal()}
    if len(zeros) != 1:
        raise _RefusedError("it mixes digits of several scripts" if zeros else "it has no digits")
    (zero,) = zeros
    return zero, text if zero == "0" else text.translate({ord(zero) + digit: str(digit) for digit in range(10)})


def _split(number: str, *, group: str, decimal: str, is_rounded: bool) -> tuple[str, str]:
    """The digits before and after the decimal sign. `group` and `decimal` are the language's, empty if not known."""
    parts, signs = _SIGN.split(number)[::2], _SIGN.split(number)[1::2]
    if len(parts[0]) > 1 and parts[0].startswith("0"):
        raise _RefusedError("it begins with zero")
    if not signs:
        return number, ""
    last = signs[-1]
    can_group = _is_grouped(parts, signs)
    can_be_decimal = (
        is_rounded and last in _DECIMAL_SIGNS and last not in signs[:-1] and _is_grouped(parts[:-1], signs[:-1])
    )
    if can_group and can_be_decimal and last in {group, decimal}:
        can_group, can_be_decimal = last == group, last == decimal
    if can_group and can_be_decimal:
        raise _RefusedError(f"{last!r} may group or begin decimals")
    if can_be_decimal:
        return "".join(parts[:-1]), parts[-1]
    if not can_group:
        raise _RefusedError("its groups are malformed, or it has parts of one")
    # U+066C groups and nothing else: it is Unicode's ARABIC THOUSANDS SEPARATOR.
    if len(signs) == 1 and last not in {group, "٬"}:
        raise _RefusedError(f"{last!r} is not known to group in its language")
    return "".join(parts), ""


def _is_grouped(parts: list[str], signs: list[str]) -> bool:
    """Whether signs of one kind separate well-formed groups, or there are no groups."""
    if not signs:
        return True
    (sign, *others), (first, *middle, last) = set(signs), parts
    if others or sign == "٫" or first.startswith("0") or len(last) != 3:
        return False
    sizes = {len(part) for part in middle}
    is_western = len(first) <= 3 and sizes <= {3}
    is_indian = len(first) <= 2 and sizes == {2} and sign in _INDIAN_SIGNS
    return is_western or is_indian


@lru_cache(maxsize=256)
def _find_signs(tag: str, system: str) -> tuple[str, str]:
    """The group and decimal signs of a language and numbering system; empty if the language is unknown."""
    locale = _find_locale(tag)
    if locale is None:
        return "", ""
    symbols = {**locale.number_symbols["latn"], **locale.number_symbols.get(system, {})}
    return symbols["group"].translate(_ALIKE), symbols["decimal"]


@lru_cache(maxsize=256)
def _find_words(tag: str) -> dict[str, int]:
    """The number by which each word of a language multiplies, if it is a single number."""
    locale = _find_locale(tag)
    if locale is None:
        return _words_of_all()
    return _single(_meanings_of_words(locale)) | _SETTLED.get(locale.language, {})


@cache
def _words_of_all() -> dict[str, int]:
    """The words that mean one number whatever the language."""
    meanings: defaultdict[str, set[int]] = defaultdict(set)
    for tag in _LANGUAGES.split():
        for word, magnitudes in _meanings_of_words(Locale.parse(tag, sep="-")).items():
            meanings[word] |= magnitudes
    return _single(meanings) | _SETTLED[""]


def _find_locale(tag: str) -> Locale | None:
    tag = tag.strip().replace("_", "-")
    # Babel would take `und` for American English, and `root` for a language.
    if len(tag) > _LONGEST_TAG or tag.lower().split("-")[0] in {"", "und", "root"}:
        return None
    try:
        return Locale.parse(tag, sep="-")
    except (ValueError, UnknownLocaleError):
        return None


def _meanings_of_words(locale: Locale) -> dict[str, set[int]]:
    """By folded word, every magnitude it stands for; CLDR's patterns are like `00 тыс'.'`, by 10,000 and plural form."""
    meanings: defaultdict[str, set[int]] = defaultdict(set)
    for forms in locale.compact_decimal_formats.values():
        for patterns in forms.values():
            for size, pattern in patterns.items():
                word, zeros = _fold(pattern.suffix[0]), pattern.pattern.split(";")[0].count("0")
                if word and zeros:
                    meanings[word].add(int(size) // 10 ** (zeros - 1))
    for words in (_EVERYWHERE, _MORE.get(locale.language, {})):
        for word, magnitude in words.items():
            meanings[_fold(word)].add(magnitude)
    return meanings


def _single(meanings: dict[str, set[int]]) -> dict[str, int]:
    return {word: next(iter(magnitudes)) for word, magnitudes in meanings.items() if len(magnitudes) == 1}


def _fold(word: str) -> str:
    return _bare(word).casefold()


def _bare(word: str) -> str:
    """The word without spaces, the marks of an abbreviation (`.`, `׳`, `॰`) and the nukta some leave out."""
    return re.sub(r"[\s.'’׳॰\u093c]+", "", unicodedata.normalize("NFKC", _REMOVE_UNSEEN.sub("", word)))
