"""Reads a follower count as a report prints it: the number, its rounding, and whether it is only a lower bound.

"Over", "more than", "at least", "लाख से अधिक" and their like give a lower bound: the true number is that or more.
"About", "nearly", "almost", "लगभग" and their like give an approximation: the number, as rounded as it is printed.
"Under", "up to" and their like give no count, and are refused.
"""

import re
from typing import Literal, NamedTuple

from kooch.counts import Count, NotACountError, read_count
from kooch.platforms import known

_MOST = 2**31 - 1

# Words for followers in reports, by the language in which the number is read.
_NOUNS = {
    "en": "followers|follower|subscribers|fans",
    "hi": "फॉलोअर्स|फॉलोवर्स|फ़ॉलोअर्स|फ़ॉलोवर्स|फॉलोअर|अनुयायी|समर्थक",
    "mr": "फॉलोअर्स|अनुयायी",
    "bn": "ফলোয়ার|অনুসারী",
    "gu": "ફોલોઅર્સ|અનુયાયીઓ",
    "pa": "ਫਾਲੋਅਰਜ਼|ਫਾਲੋਅਰ",
    "ta": "பின்தொடர்பவர்கள்|பின்தொடர்பவர்களை|ஃபாலோயர்கள்",
    "te": "ఫాలోవర్లు|ఫాలోవర్లను|ఫాలోయర్లు|అనుచరులు",
    "kn": "ಫಾಲೋವರ್ಸ್|ಹಿಂಬಾಲಕರು|ಅನುಯಾಯಿಗಳು",
    "ml": "ഫോളോവേഴ്സ്|അനുയായികൾ",
    "ur": "فالوورز|فالورز|پیروکار",
    "ar": "متابع|متابعين|متابعا",
    "pt": "(?:de )?seguidores",
    "es": "(?:de )?seguidores",
    "fr": "(?:d['’]\\s?)?abonnés",
    "de": "Follower|Followern|Abonnenten",
    "it": "follower|seguaci",
    "ru": "подписчиков|подписчика|подписчик",
    "zh": "粉丝|粉絲|名粉丝|关注者|追隨者",
    "ja": "人?の?フォロワー",
    "ko": "명?의? ?팔로워",
}
# Words before or after the number, by what they mean.
_Sense = Literal["least", "about", "most"]
_BEFORE: dict[_Sense, str] = {
    "least": "(?:just |slightly |a little |well )?(?:over|above|more than)|crossed|has crossed|surpassed|>|≥|min\\.?|at least|upwards of|in excess of|exceeding|no fewer than|no less than|not less than"
    "|a minimum of|mais de|acima de|pelo menos|ao menos|no mínimo|más de|al menos|por lo menos|plus d[e'’]|au moins"
    "|über|mehr als|mindestens|gut|oltre|più di|almeno|более|свыше|больше|не менее|كم از كم|کم از کم|أكثر من|ما يزيد عن"
    "|超过|超過|逾|多于|कम से कम|किमान|কমপক্ষে",
    "about": "about|around|nearly|almost|close to|approximately|approx\\.?|roughly|some|circa|ca\\.?|~|≈|just under|just about"
    "|लगभग|करीब|क़रीब|तकरीबन|सुमारे|जवळपास|প্রায়|લગભગ|ਲਗਭਗ|சுமார்|దాదాపు|సుమారు|ಸುಮಾರು|ഏകദേശം|تقریباً|تقریبا|قرابة|حوالي|نحو|ما يقرب من"
    "|quase|cerca de|aproximadamente|perto de|por volta de|casi|alrededor de|environ|presque|près de|rund|etwa|fast|knapp|ungefähr"
    "|circa|quasi|около|почти|примерно|约|約|近",
    "most": "under|less than|fewer than|up ?to|<|≤|max\\.?|a maximum of|at most|below|no more than|not more than|menos de|até|hasta|moins de|jusqu'à|unter"
    "|weniger als|bis zu|höchstens|meno di|fino a|менее|до|不到",
}
_BEHIND: dict[_Sense, str] = {
    "least": "\\+|-plus|plus|or more|and more|and counting|से अधिक|से ज्यादा|से ज़्यादा|से ऊपर|से भी अधिक|से भी ज्यादा|पेक्षा जास्त|हून अधिक|हून जास्त"
    "|ের বেশি|েরও বেশি|এর বেশি|এরও বেশি|র বেশি|থી વધુ|થી વધુ|થી વધારે|ਤੋਂ ਵੱਧ|ਤੋਂ ਜ਼ਿਆਦਾ|க்கும் மேற்பட்ட|க்கு மேல்|க்கும் அதிகமான|కి పైగా|కు పైగా|పైగా"
    "|ಕ್ಕೂ ಹೆಚ್ಚು|ಗಿಂತ ಹೆಚ್ಚು|ത്തിലധികം|ലധികം|سے زیادہ|سے زائد|人?以上の?|명? ?이상의?|多|余|餘|или более|oder mehr|ou mais|o más|ou plus",
    "about": "or so|के करीब|के लगभग|के आसपास|के क़रीब|左右|ほど|前後|odd",
    "most": "or fewer|or less|से कम|人?以下の?|미만의?|명? ?이하의?",
}
# Numbers that a report spells out. "Half a million" is half of it, "a lakh" is one.
_SPELT = {
    "half an?|half|meio|meia|आधा|आधे": "0.5",
    "an?|one|um|uma|un|una|एक": "1",
    "two|dois|दो": "2",
    "three|três|तीन": "3",
    "four|चार": "4",
    "five|cinco|पांच|पाँच": "5",
    "six|छह": "6",
    "seven|सात": "7",
    "eight|आठ": "8",
    "nine|नौ": "9",
    "ten|dez|दस": "10",
    "डेढ़": "1.5",
    "ढाई": "2.5",
}
_SPAN = r"(?P<span> (?:in|within|after|on|by|as of|since|during|there|on Koo|em|no|na|no Koo|में|पर)\b.*)?"
_ON = r"\b(?:on|no|em|en|auf|sur)\s+(?P<where>(?:all|several|other|social)\b|[\w.]+)"


class Reported(NamedTuple):
    """A follower count of a report: `value` ± `precision` (None: exact), or `value` and more."""

    value: int
    precision: int | None
    is_least: bool


def read_followers(reported: str, platform: str | None = None) -> Reported:
    """The count in `<count> followers`, in English, in languages of India and in some others; on `platform`, if one is named behind it.

    After English words a span of time may follow: ` in …`, ` within …`, ` on …`. A report is as exact as its last digit
    that is no zero: 51,000 is rounded to thousands, as 51K is. Raises NotACountError.
    """
    # "Follower" is German as it stands, and "Followers" English only in another case than the usual one.
    for flags in (re.DOTALL, re.DOTALL | re.IGNORECASE):
        for language, nouns in _NOUNS.items():
            found = re.fullmatch(rf"(?P<count>\S.*?)\s*(?:{nouns}){_SPAN}", reported.strip(), flags)
            if found:
                _refuse_elsewhere(found["span"] or "", platform, reported)
                return _read(found["count"], language, reported)
    raise NotACountError(reported, "it is not '<count> followers'")


def _refuse_elsewhere(span: str, platform: str | None, reported: str) -> None:
    """Refuse a count that names another platform, or several."""
    for found in re.finditer(_ON, span, re.IGNORECASE):
        where = found["where"].casefold()
        named = {slug for slug, row in known().items() if where in {slug, row.name.casefold(), *map(_label, row.sites)}}
        if where in {"all", "several", "other", "social"} or (named and platform not in {None, *named}):
            raise NotACountError(reported, "it is a count of another platform, or of several")


def _label(site: str) -> str:
    return site.partition(".")[0]


def _read(text: str, language: str, reported: str) -> Reported:
    number, senses = _parted(text)
    if "most" in senses:
        raise NotACountError(reported, "it says how many there are at most, which is no count")
    count = _number(number, language, reported)
    if not 0 <= count.value <= _MOST:
        raise NotACountError(reported, "no platform has so many people")
    if "least" in senses:
        return Reported(count.value, None, is_least=True)
    rounded = _half_of_zeros(count.value)
    if "about" in senses:
        return Reported(count.value, max(count.precision or 0, rounded or 0) or None, is_least=False)
    return Reported(count.value, count.precision or rounded, is_least=False)


def _parted(text: str) -> tuple[str, set[_Sense]]:
    """The number of a text without the words around it, and what these words mean."""
    senses: set[_Sense] = set()
    rest = " ".join(text.split())
    while True:
        for sense in ("most", "least", "about"):
            before = re.match(rf"(?:{_BEFORE[sense]})(?=[\s\d٠-٩۰-۹])\s*", rest, re.IGNORECASE)
            behind = re.search(rf"\s*(?:{_BEHIND[sense]})$", rest, re.IGNORECASE)
            if before or behind:
                senses.add(sense)
                rest = rest[before.end() :] if before else rest[: behind.start()] if behind else rest
                break
        else:
            return rest, senses


def _number(text: str, language: str, reported: str) -> Count:
    for words, digits in _SPELT.items():
        spelt = re.fullmatch(rf"(?:{words}) (\D+)", text, re.IGNORECASE)
        if spelt:
            text, language = f"{digits} {spelt[1]}", language if digits.isdecimal() else _with_points(language)
            break
    # Portuguese and Spanish share a word for followers, and Indian papers mix English numbers into every script.
    faults = []
    for tag in dict.fromkeys((language, "es" if language == "pt" else language, "en")):
        try:
            return read_count(text, tag)
        except NotACountError as fault:
            faults.append(fault)
    raise NotACountError(reported, faults[0].fault)


def _with_points(language: str) -> str:
    """The language if it writes decimals behind a point, as `0.5` has them; else English."""
    return language if language in {"hi", "mr", "bn", "gu", "pa"} else "en"


def _half_of_zeros(value: int) -> int | None:
    """Half of the place of the last digit that is not zero; None if that place is one, or the number is zero."""
    digits = str(value)
    place: int = 10 ** (len(digits) - len(digits.rstrip("0")))
    return place // 2 if value and place > 1 else None
