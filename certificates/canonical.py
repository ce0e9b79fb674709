"""What exactly does a signature cover? The canonical form of a JSON-LD document.

RDFC-1.0 N-Quads, computed without the network: the contexts are files beside this module, no other context is
accepted, and a document that the contexts do not define completely is refused rather than signed in part.
"""

import functools
import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from importlib import resources
from typing import Any

import pyoxigraph

CREDENTIALS_V2 = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES_3 = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"

# The only contexts there are, by the file that holds each. VENDORED.md says where the files come from. We sign with the
# first two; the others are what other issuers use.
_IMS = "https://purl.imsglobal.org/spec/ob/v3p0"
CONTEXT_FILES = {
    CREDENTIALS_V2: "credentials-v2.json",
    OPEN_BADGES_3: "open-badges-3.0.3.json",
    f"{_IMS}/context.json": "open-badges-3.0.3.json",
    f"{_IMS}/context-3.0.2.json": "open-badges-3.0.2.json",
    f"{_IMS}/extensions.json": "open-badges-extensions.json",
    "https://w3id.org/security/data-integrity/v2": "data-integrity-v2.json",
}

# Bounds on what is looked at at all. Our own credentials have 4 kB, some 30 parts and a depth of 5.
LARGEST_DOCUMENT = 256 * 1024  # bytes of compact JSON
MOST_PARTS = 300  # objects, and types beyond an object's first: each has the contexts read again
DEEPEST = 32
# RDFC-1.0 takes exponential time to tell look-alike nameless nodes apart. Eight of them are milliseconds, and
# honest credentials have none.
MOST_NAMELESS_NODES = 400
MOST_LOOKALIKES = 8
MOST_EQUAL_LOOKALIKES = 4

# JSON-LD silently leaves out a term that no context defines, and with it the text it holds. Given this
# vocabulary and this base such a term turns up in the result instead, where it is seen.
_UNDEFINED = "urn:x-undefined-term:"
_RELATIVE = "https://relative.invalid/"
# What a property or a type may be called. Anything else would be left out as silently: a name with a space in
# it is no address, and one with a colon is an address already, which hides the property from readers.
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_-]+")


class CannotCanonicalise(ValueError):
    """The document has no canonical form that a signature could safely cover."""


class UndefinedTerm(CannotCanonicalise):
    """A property, a type or a reference is not defined by the contexts, so a signature would not cover it."""


class RefusedDocument(CannotCanonicalise):
    """The document is too large, too tangled, or written in a way that hides what it says."""


def canonical_nquads(document: Mapping[str, Any]) -> bytes:
    """Return the RDFC-1.0 canonical N-Quads of `document`, as UTF-8, in some 3 ms.

    Raises UndefinedTerm when the contexts leave part of it undefined, RefusedDocument when `check_form` does,
    or when it has too many look-alike nameless nodes.
    """
    check_form(document)
    body = json.dumps({k: v for k, v in document.items() if k != "@context"}, ensure_ascii=False)
    text = _opening(tuple(document["@context"])) + body[1:]
    try:
        # Lenient: otherwise the parser leaves out, without a word, a node whose address is malformed, and all
        # that is said about it.
        quads = list(pyoxigraph.parse(text.encode(), pyoxigraph.RdfFormat.JSON_LD, base_iri=_RELATIVE, lenient=True))
    except (SyntaxError, ValueError) as error:
        raise RefusedDocument("The document is not JSON-LD that can be read.") from error
    _refuse_undefined(quads)
    refuse_lookalikes(quads)
    return canonical_form(quads)


def canonical_form(quads: Iterable[pyoxigraph.Quad]) -> bytes:
    """Return the RDFC-1.0 canonical N-Quads of `quads`. May take for ever: `refuse_lookalikes` comes first."""
    dataset = pyoxigraph.Dataset(quads)
    dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    # It returns None only when given somewhere to write to.
    nquads = pyoxigraph.serialize(dataset, format=pyoxigraph.RdfFormat.N_QUADS) or b""
    # A data set has no order of its own; the canonical order is that of code points, in UTF-8 that of bytes.
    return b"".join(sorted(nquads.splitlines(keepends=True)))


def check_form(document: Mapping[str, Any]) -> None:
    """Raise RefusedDocument when `document` is not plainly written. Cheap: nothing is expanded.

    A signature covers what the JSON-LD means, and readers read the JSON. So everything that lets the two
    differ is refused: contexts of its own, nested or unknown contexts, JSON-LD keywords, names written as
    addresses, nulls, lists in lists, nodes named `_:…`; and so is what is too large, too deep or has numbers
    that programs write differently.
    """
    check_contexts(document)
    parts = 0
    for value, depth in _values({k: v for k, v in document.items() if k != "@context"}):
        if depth > DEEPEST:
            raise RefusedDocument("The document is nested too deeply.")
        if isinstance(value, dict):
            types = value.get("type")
            parts += len(types) if isinstance(types, list) and types else 1
            if parts > MOST_PARTS:
                raise RefusedDocument("The document has too many parts.")
            _check_names(value)
        elif value is None:
            raise RefusedDocument("The document has an empty value (null).")
        elif isinstance(value, list):
            if any(isinstance(item, list) for item in value):
                raise RefusedDocument("The document has a list within a list.")
        elif isinstance(value, str):
            if value.startswith("_:"):
                raise RefusedDocument("The document refers to a nameless part by a label.")
        elif not isinstance(value, bool) and not _is_plain_number(value):
            raise RefusedDocument("The document has a number that programs write differently.")

    try:
        size = len(json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode())
    except UnicodeEncodeError as error:
        raise RefusedDocument("The document has text that is not Unicode.") from error
    if size > LARGEST_DOCUMENT:
        raise RefusedDocument("The document is too large.")


def check_contexts(document: Mapping[str, Any]) -> None:
    """Raise RefusedDocument unless `document` names contexts that are held here, that of credentials first."""
    contexts = document.get("@context")
    if not isinstance(contexts, list) or not contexts or contexts[0] != CREDENTIALS_V2:
        raise RefusedDocument("The document does not begin with the context of Verifiable Credentials 2.0.")
    # Each element is compared, not looked up: an element may be an object, which has no hash.
    if not all(isinstance(context, str) and context in CONTEXT_FILES for context in contexts):
        raise RefusedDocument("The document uses a context other than the ones known here.")
    if len(set(contexts)) != len(contexts):
        raise RefusedDocument("The document names a context twice.")


def described_twice(document: Mapping[str, Any]) -> set[str]:
    """Return the ids that more than one object of `document` describes; an honest credential has none.

    The signature covers what is said about an id, not in which of its objects it is said, so with two of them
    words can be moved from one to the other.
    """
    ids = Counter(
        value["id"]
        for value, _ in _values(dict(document))
        if isinstance(value, dict) and len(value) > 1 and isinstance(value.get("id"), str)
    )
    return {identifier for identifier, count in ids.items() if count > 1}


def _values(value: Any) -> Iterator[tuple[Any, int]]:
    """Yield every value within `value`, with its depth. No recursion, which hostile input would exhaust."""
    pending = [(value, 1)]
    while pending:
        value, depth = pending.pop()
        yield value, depth
        if depth > DEEPEST:
            continue
        if isinstance(value, dict):
            pending.extend((item, depth + 1) for item in value.values())
        elif isinstance(value, list):
            pending.extend((item, depth + 1) for item in value)


def _check_names(node: dict[str, Any]) -> None:
    for name in node:
        if not isinstance(name, str) or not _PLAIN_NAME.fullmatch(name):
            raise RefusedDocument("The document has contexts within it, or names a property in an unusual way.")
    types = node.get("type", [])
    for name in types if isinstance(types, list) else [types]:
        if not isinstance(name, str) or not _PLAIN_NAME.fullmatch(name):
            raise RefusedDocument("The document names a type in an unusual way.")


def _is_plain_number(value: Any) -> bool:
    if not isinstance(value, int | float):
        return False
    return math.isfinite(value) and abs(value) < 2**53 and round(value, 6) == value


def _refuse_undefined(quads: list[pyoxigraph.Quad]) -> None:
    """Raise UndefinedTerm when an address among `quads` stands for something undefined, or is no address."""
    terms = {term for quad in quads for term in (quad.subject, quad.predicate, quad.object)}
    for term in terms:
        if isinstance(term, pyoxigraph.NamedNode):
            try:
                # The parser was told not to check; making the node anew does.
                defined = not pyoxigraph.NamedNode(term.value).value.startswith((_UNDEFINED, _RELATIVE))
            except ValueError:
                defined = False
            if not defined:
                raise UndefinedTerm("The document uses a word or an address that its contexts do not define.")


def refuse_lookalikes(quads: list[pyoxigraph.Quad]) -> None:
    """Raise RefusedDocument when telling the nameless nodes apart could take long.

    Nodes that are already different by the quads they stand in cost nothing. Only the others are permuted, so
    their number bounds the work, however they are linked.
    """
    shapes: dict[str, list[tuple[str, ...]]] = {}
    for quad in quads:
        terms = (quad.subject, quad.predicate, quad.object, quad.graph_name)
        written = [str(term) for term in terms]
        nameless = {text for term, text in zip(terms, written, strict=True) if isinstance(term, pyoxigraph.BlankNode)}
        for node in nameless:
            shapes.setdefault(node, []).append(
                tuple("_:a" if text == node else "_:z" if text in nameless else text for text in written)
            )
    groups = Counter(tuple(sorted(shape)) for shape in shapes.values())
    lookalikes = [count for count in groups.values() if count > 1]
    if (
        len(shapes) > MOST_NAMELESS_NODES
        or sum(lookalikes) > MOST_LOOKALIKES
        or max(lookalikes, default=0) > MOST_EQUAL_LOOKALIKES
    ):
        raise RefusedDocument("The document has too many parts that cannot be told apart.")


@functools.cache
def _context(url: str) -> Any:
    file = resources.files("certificates") / "data" / CONTEXT_FILES[url]
    return json.loads(file.read_text())["@context"]


@functools.cache
def _opening(urls: tuple[str, ...]) -> str:
    """The document's text up to its first property: the contexts themselves in place of their addresses."""
    contexts = [{"@vocab": _UNDEFINED}, *map(_context, urls)]
    return f'{{"@context":{json.dumps(contexts)},'
