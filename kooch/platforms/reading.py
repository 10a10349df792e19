"""Reads a cell or an address: the account that it names, or why it names none. No other code reads them."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

from kooch.platforms.patterns import LONGEST_TEXT, Address
from kooch.platforms.registry import known, place_of
from kooch.platforms.row import Platform, Url

Why = Literal["empty", "placeholder", "secret", "own_page", "unreadable"]

_SCHEME = re.compile(r"[a-z]{2,10}:")
_HTTP = re.compile(r"https?://", re.IGNORECASE)
_HOST_AND_PATH = re.compile(r"[\w.-]{1,253}\.[^\W\d_]{2,24}(:[0-9]{1,5})?[/?#]")
_USUAL_PORTS = frozenset({None, 80, 443})
_PLACEHOLDERS = frozenset(
    [
        "none",
        "n/a",
        "n/d",
        "k/a",
        "s/o",
        "pas de compte",
        "sans compte",
        "no tiene",
        "no tiene cuenta",
        "ninguna cuenta",
        "kein konto",
        "kein profil",
        "nessun account",
        "nessun profilo",
        "sem conta",
        "nenhuma conta",
        "geen account",
        "brak konta",
        "inget konto",
        "ingen konto",
        "non disponible",
        "no disponible",
        "non disponibile",
        "nicht verfügbar",
        "na",
        "n.a",
        "nil",
        "null",
        "nan",
        "nobody",
        "no account",
        "no handle",
        "not found",
        "not available",
        "not on",
        "unknown",
        "not known",
        "tbd",
        "tba",
        "todo",
        "to do",
        "missing",
        "empty",
        "blank",
        "inactive",
        "deleted",
        "suspended",
        "deactivated",
        "closed",
        "private",
        "yes",
        "no",
        "x",
        "keine",
        "keiner",
        "kein",
        "keins",
        "kein account",
        "unbekannt",
        "nicht bekannt",
        "ja",
        "nein",
        "fehlt",
        "leer",
        "gelöscht",
        "inaktiv",
        "aucun",
        "aucune",
        "inconnu",
        "oui",
        "non",
        "ninguno",
        "ninguna",
        "desconocido",
        "si",
        "sí",
        "nessuno",
        "sconosciuto",
        "brak",
        "nieznane",
        "ingen",
        "inget",
        "saknas",
        "okänd",
        "nej",
        "geen",
        "onbekend",
        "нет",
        "неизвестно",
        "нема",
        "कोई नहीं",
        "नहीं",
        "अज्ञात",
        "なし",
        "不明",
        "无",
        "無",
        "لا يوجد",
        "غير معروف",
        "não tem",
        "nicht vorhanden",
        "k. a",
        "tidak ada",
        "không có",
        "see above",
        "account closed",
        "account deleted",
        "not on twitter",
        "not on x",
        "see below",
        "click here",
        "sin cuenta",
        "aucun compte",
        "keine angabe",
        "siehe oben",
        "siehe unten",
        "उपलब्ध नहीं",
        "δεν υπάρχει",
    ]
)
"""What people write into a cell in place of a handle."""
_MAY_BE_HANDLES = frozenset(
    [
        "1",
        "na_",
        "no twitter",
        "none found",
        "unavailable",
        "nothing",
        "anonymous",
        "xxx",
        "test",
        "example",
        "twitter handle",
        "n.d",
        "無し",
        "未詳",
        "没有",
        "沒有",
        "未知",
        "없음",
        "ندارد",
        "yok",
        "hayır",
        "bilinmiyor",
        "nenhum",
        "nenhuma",
        "não",
        "desconhecido",
        "nessuna",
        "entfällt",
        "k.a",
        "ไม่มี",
        "відсутній",
        "нету",
        "0",
        "pending",
        "same",
        "ditto",
        "idem",
        "dto",
        "left",
        "former",
        "twitter",
        "ibid",
        "tbc",
        "undefined",
        "true",
        "false",
        "removed",
        "banned",
        "vacant",
        "unverified",
        "unclear",
        "offline",
        "void",
        "noaccount",
        "account",
        "profile",
        "link",
        "website",
        "url",
        "handle",
        "username",
        "here",
        "nd",
        "nk",
        "nvt",
        "n.v.t",
        "nincs",
        "ikke",
        "puuttuu",
        "saknar",
        "mangler",
        "niciunul",
        "niciuna",
        "tiada",
        "hakuna",
        "wala",
        "néant",
        "neant",
        "নেই",
        "இல்லை",
        "లేదు",
        "نہیں",
        "نامعلوم",
        "未定",
        "該当なし",
        "ナシ",
        "暂无",
        "暫無",
        "不详",
        "不詳",
        "해당없음",
        "미상",
        "אין",
    ]
)
"""What people write so, too, and what an account may be called: with an `@`, and in an address, it is a handle."""
_AROUND = " \t\r\n\f\v\u00a0\u200b\u200e\u200f\u202a\u202c\u2009\u3000\ufeff"
"""Spaces and invisible characters."""
_BRACKETS = " #()[]{}<>\"'“”„«».,;:!"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account that a text names by its handle, its id, or both. `platform` is the platform of the address."""

    platform: str
    handle: str | None = None
    native_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A text that names no account. `why` is a phrase with what to write; a `placeholder` stands for nobody."""

    kind: Why
    why: str


def read(text: str, platform: str | None = None) -> Account | Refused:
    """The account that a text names: a handle or an id in a cell of `platform`, or the address of an account's page.

    An address names its own platform, in whatever cell it is. So the account may be of another platform than the cell.
    """
    text = unicodedata.normalize("NFC", text[: LONGEST_TEXT + 1]).strip(_AROUND)
    if fault := _fault_of_text(text):
        return fault
    try:
        if _HTTP.match(text) or _is_bare_address(text):
            return _read_address(text, platform)
    except ValueError:  # half an IPv6 address in brackets, a port that is none
        return Refused(kind="unreadable", why=f"'{text}' is no address: {_write(platform)}")
    if platform is None:
        return _read_scheme(text) or Refused(kind="unreadable", why=f"'{text}' is no address: {_write(None)}")
    return _read_cell(known()[platform], text)


def _fault_of_text(text: str) -> Refused | None:
    if has_secret(text):
        return Refused(kind="secret", why="holds a secret key: remove it; whoever reads the file can use it")
    if len(text) > LONGEST_TEXT:
        return Refused(kind="unreadable", why=f"has more than {LONGEST_TEXT} characters: write a handle or an address")
    return None if text else Refused(kind="empty", why="is empty")


def is_placeholder(cell: str) -> bool:
    """Whether people write this into a cell for nobody: none, n/a, -, ?, (inactive), not_found, or the name of a platform.

    An `@` marks a handle: `@link` names an account, and `link` names nobody. `@none` names nobody, too.
    """
    if is_placeholder_as_handle(cell):
        return True
    word = _word(cell)
    if word.startswith("@"):
        return False
    if not set(word) - set("_0"):
        return True
    spoken = word.replace("_", " ").replace("-", " ")
    slashed = word.replace("_", "/")
    if not (_PLACEHOLDERS | _MAY_BE_HANDLES).isdisjoint({word, spoken, slashed}):
        return True
    return any(spoken in {row.platform, row.name.casefold()} for row in known().values())


def is_placeholder_as_handle(handle: str) -> bool:
    """Whether a handle, with or without `@`, is what people write for nobody. Such a handle needs an id beside it."""
    word = _word(handle).lstrip("@").strip(_BRACKETS)
    return word in _PLACEHOLDERS or not any(letter.isalnum() or letter == "_" for letter in word)


def _word(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(plain.split()).replace(" / ", "/").strip(_BRACKETS)


def has_secret(text: str) -> bool:
    """Whether a text holds what a platform calls a secret key. Such a text is never shown, logged or stored."""
    return any(row.secret_form.search(text) for row in known().values() if row.secret and row.secret_form)


def _is_bare_address(text: str) -> bool:
    """x.com/name, or a site alone."""
    if _HOST_AND_PATH.match(text) or text.lower().startswith("www."):
        return True
    found = place_of(text)
    return found is not None and not found[0].has_host


def _read_scheme(text: str) -> Account | Refused | None:
    """at://name and the like, of whatever platform."""
    if not _SCHEME.match(text):
        return None
    for platform in known().values():
        if (made := _read_text(platform, text)) is not None:
            return made
    return None


def _read_address(text: str, asked: str | None) -> Account | Refused:
    parts = urlsplit(text if _HTTP.match(text) else f"https://{text}")
    host = (parts.hostname or "").rstrip(".")
    found = place_of(host)
    if found and found[0].has_servers and asked not in {None, found[0].platform}:
        found = None
    if found is None:
        wild = next((each for each in known().values() if each.has_servers and asked in {None, each.platform}), None)
        found = (wild, host) if wild else None
    if found is None or "@" in parts.netloc or parts.port not in _USUAL_PORTS:
        return Refused(kind="unreadable", why=f"'{text}' is no address of an account: {_write(asked)}")
    platform, before = found
    path = parts.path
    if platform.fragment and not path.strip("/") and f"#{parts.fragment}".startswith(platform.fragment):
        path = parts.fragment[len(platform.fragment) - 1 :].partition("?")[0]
    address = Address(
        host=host,
        segments=tuple(unquote(segment) for segment in path.split("/") if segment),
        query=parse_qs(parts.query, max_num_fields=100),
    )
    if any("/" in segment for segment in address.segments):
        return Refused(kind="unreadable", why=f"'{text}' is no address of an account: {_write(asked)}")
    return _match(platform, address, text, is_shown=platform.has_servers or platform.shows_accounts_at(before))


def _match(platform: Platform, address: Address, text: str, *, is_shown: bool) -> Account | Refused:
    for url in platform.urls:
        if url.text is not None or (url.place.host is None and not is_shown):
            continue
        names = url.place.names_in(address)
        if names is None:
            continue
        made = _account(platform, url, names, host=address.host)
        if made is not None:
            return made
    return Refused(
        kind="own_page",
        why=f"'{text}' is a page of {_owner(platform)}, and shows no account: {_write(platform.platform)}",
    )


def _owner(platform: Platform) -> str:
    return "a website" if platform.has_servers else platform.name


def _account(platform: Platform, url: Url, names: dict[str, str], *, host: str = "") -> Account | Refused | None:
    """The account that an address names; None if the address is of another kind."""
    words = {name: text.lower() for name, text in names.items() if name not in {"id", "host"}}
    if any(word.lstrip("@") in platform.own_pages for word in words.values()):
        return None
    if any(name in platform.part_forms and not platform.part_forms[name].fits(text) for name, text in names.items()):
        return None
    handle, native_id = url.account({"host": host} | names)
    if handle is not None and platform.has_servers:
        return _at_server(platform, handle)
    return _checked(platform, handle, native_id)


def _checked(platform: Platform, handle: str | None, native_id: str | None) -> Account | None:
    if handle is not None and not platform.is_handle(handle):
        return None
    if native_id is not None and not platform.is_id(native_id):
        return None
    return Account(platform=platform.platform, handle=handle, native_id=native_id)


def _at_server(platform: Platform, handle: str) -> Account | Refused | None:
    """user@host: an account of another platform where the host is that platform's site."""
    host = platform.handle_form.host_in(handle)
    found = place_of(host.lower()) if host else None
    if found is None:
        return _checked(platform, handle, None)
    other, before = found
    made = _checked(other, handle.rpartition("@")[0], None) if other.shows_accounts_at(before) else None
    fault = f"handle '{handle}' is at {host}, which is no server of {platform.name}: write {platform.handle.write}"
    return made or Refused(kind="unreadable", why=fault)


def _read_text(platform: Platform, text: str) -> Account | Refused | None:
    """at://name, acct:user@host, public123."""
    for url in platform.urls:
        match = url.text.fullmatch(text) if url.text else None
        made = (
            _account(platform, url, {name: unquote(word) for name, word in match.groupdict().items()})
            if match
            else None
        )
        if made is not None:
            return made
    return None


def _read_cell(platform: Platform, text: str) -> Account | Refused:
    if (made := _read_text(platform, text)) is not None:
        return made
    # A cell for one platform may hold an address of another, in any spelling.
    if (made := _read_scheme(text)) is not None:
        return made
    if is_placeholder(text):
        return Refused(kind="placeholder", why=f"'{text}' names nobody: leave the cell empty, which means not looked")
    name = text.removeprefix("@")
    may_be_id = platform.has_bare_ids and name == text and platform.id_form is not None and platform.is_id(text)
    if may_be_id and (platform.is_id_first or not platform.is_handle(text)):
        return Account(platform=platform.platform, native_id=text)
    if platform.is_handle(name):
        made = _at_server(platform, name) if platform.has_servers else None
        return made or Account(platform=platform.platform, handle=name)
    kind: Why = "own_page" if name.lower() in platform.own_pages else "unreadable"
    return Refused(kind=kind, why=platform.fault_of_handle(name) or "")


def _write(platform: str | None) -> str:
    if platform is None:
        return "write the address of an account's page"
    return f"write {known()[platform].handle.write}, or the address of the account's page"
