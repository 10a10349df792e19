"""Statements in Wikidata's shape for a SPARQL engine: a line each; and worlds made of many."""

from collections.abc import Iterator, Mapping
from itertools import count

from pyoxigraph import Literal, NamedNode, Quad, Store

_WIKIDATA = "http://www.wikidata.org/"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_WIKIBASE = "http://wikiba.se/ontology#"
_TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_LABEL = NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
_numbers = count(1)

Qualifiers = Mapping[str, "str | tuple[str, int]"]
Term = NamedNode | Literal


def item(number: str) -> NamedNode:
    return NamedNode(f"{_WIKIDATA}entity/{number}")


def prop(number: str) -> NamedNode:
    """The link from an item to a statement of this property."""
    return NamedNode(f"{_WIKIDATA}prop/{number}")


def value(text: str) -> Term:
    """`Q42` is an item, `?` what Wikidata does not know, `5^n` a number, anything else a text."""
    if text == "?":
        return NamedNode(f"{_WIKIDATA}.well-known/genid/{next(_numbers):032x}")
    if text.startswith("Q") and text[1:].isdecimal():
        return item(text)
    if text.endswith("^n"):
        return Literal(text.removesuffix("^n"), datatype=NamedNode(f"{_XSD}decimal"))
    return Literal(text)


def label(number: str, text: str, language: str = "en") -> Quad:
    return Quad(item(number), _LABEL, Literal(text, language=language))


def says(
    subject: str, number: str, of: str, rank: str = "Normal", **qualifiers: str | tuple[str, int]
) -> Iterator[Quad]:
    """One statement. A qualifier is a value, or a day with its precision (11 day, 9 year); `no="P582"` says there is none."""
    statement = NamedNode(f"{_WIKIDATA}entity/statement/{subject}-own{next(_numbers)}")
    yield Quad(item(subject), prop(number), statement)
    yield Quad(statement, NamedNode(f"{_WIKIDATA}prop/statement/{number}"), value(of))
    yield Quad(statement, NamedNode(f"{_WIKIBASE}rank"), NamedNode(f"{_WIKIBASE}{rank}Rank"))
    if rank != "Deprecated":
        yield Quad(item(subject), NamedNode(f"{_WIKIDATA}prop/direct/{number}"), value(of))
    for name, told in qualifiers.items():
        if name == "no":
            yield Quad(statement, _TYPE, NamedNode(f"{_WIKIDATA}prop/novalue/{told}"))
        elif isinstance(told, str):
            yield Quad(statement, NamedNode(f"{_WIKIDATA}prop/qualifier/{name}"), value(told))
        else:
            day, precision = told
            node = NamedNode(f"{_WIKIDATA}value/own{next(_numbers):x}")
            time = Literal(f"{day}T00:00:00Z", datatype=NamedNode(f"{_XSD}dateTime"))
            yield Quad(statement, NamedNode(f"{_WIKIDATA}prop/qualifier/{name}"), time)
            yield Quad(statement, NamedNode(f"{_WIKIDATA}prop/qualifier/value/{name}"), node)
            yield Quad(node, NamedNode(f"{_WIKIBASE}timeValue"), time)
            yield Quad(
                node,
                NamedNode(f"{_WIKIBASE}timePrecision"),
                Literal(str(precision), datatype=NamedNode(f"{_XSD}integer")),
            )


def direct(subject: str, number: str, of: str) -> Quad:
    """A statement of the best rank alone, without its node."""
    return Quad(item(subject), NamedNode(f"{_WIKIDATA}prop/direct/{number}"), value(of))


def many(people: int, *, handles: tuple[str, ...]) -> Store:
    """`people` of one office, Q1, in the shape of the real one: two statements each, a name, a party, most handles."""
    store = Store()

    def all_of_them() -> Iterator[Quad]:
        yield label("Q1", "member of a large house")
        for number in range(people):
            who = f"Q{10_000_000 + number}"
            yield label(who, f"Person {number}", "mul" if number % 2 else "en")
            yield from says(
                who,
                "P39",
                "Q1",
                P580=("2019-05-23", 11),
                P582=("2024-05-30", 11),
                P2937="Q2",
                P768=f"Q{900_000 + number}",
            )
            if number % 3 == 0:
                yield from says(who, "P39", "Q1", P580=("2024-06-04", 11), P2937="Q3", P768=f"Q{900_000 + number}")
            yield from says(who, "P102", f"Q{800 + number % 40}")
            for place, name in enumerate(handles):
                if (number + place) % 13 < 4:
                    yield from says(who, name, _handle(name, number), P580=("2022-11-01", 11))

    store.bulk_extend(all_of_them())
    return store


def _handle(name: str, number: int) -> str:
    match name:
        case "P12361":
            return f"person{number}.bsky.social"
        case "P12409":
            digits = "".join("abcdefghij"[int(digit)] for digit in str(number))
            return f"did:plc:{digits.rjust(24, 'k')}"
        case "P4033":
            return f"person{number}@social.example.org"
        case "P2397":
            return f"UC{number:021d}A"
        case _:
            return f"person{number}"
