"""XML as bytes: the few things that reading and patching a part without a document tree need.

``canonical`` turns any legal part into the one form that the regular expressions of this package understand: UTF-8, no comments,
CDATA or processing instructions, double quotes, and the main namespace without a prefix. Nearly every file has that form already.
"""

from __future__ import annotations

import re

from xlcrm.errors import BookError
from xlcrm.sheets.cells import LONGEST

MAIN = ("http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main")

_ATTRIBUTE = re.compile(rb'([\w:.-]+)\s*=\s*"([^"]*)"')
_ENTITY = re.compile(r"&(#x[0-9a-fA-F]+|#[0-9]+|[a-z]+);")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_CODED = re.compile(r"_x([0-9a-fA-F]{4})_")
_SPECIAL = re.compile("[&<>\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_x")
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_PHONETIC = re.compile(rb"<rPh\b.*?</rPh>", re.DOTALL)
_RUN = re.compile(rb"<t(?:\s[^>]*)?>([^<]*)</t>")
_PROLOG = re.compile(rb"\s*<\?xml\b[^>]*\?>\s*")
_ENCODING = re.compile(rb"""\bencoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_ROOT = re.compile(rb"<(?:([\w.-]+):)?[\w.-]+")


def canonical(data: bytes, part: str) -> bytes:
    """``data`` in the one form described above; BookError for a document type, entities or broken XML."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        data = data.decode("utf-16", "replace").encode()
        prolog = _PROLOG.match(data)
        data = data[prolog.end() :] if prolog else data
    data = data.removeprefix(b"\xef\xbb\xbf")
    prolog = _PROLOG.match(data)
    encoding = _ENCODING.search(prolog[0]) if prolog else None
    name = encoding[1].decode().lower() if encoding else "utf-8"
    if prolog and name not in ("utf-8", "ascii", "us-ascii"):
        try:
            data = data[prolog.end() :].decode(name, "replace").encode()
        except LookupError as error:
            raise BookError("sheets.damaged", part=part) from error
        prolog = None
    declared = b"!" in data and b"<!" in data  # single bytes first: that search is many times faster
    if declared and (b"<!DOCTYPE" in data or b"<!ENTITY" in data):
        raise BookError("sheets.unsafe", part=part)
    start = prolog.end() if prolog else 0
    root = _ROOT.search(data, start)
    if root is None:
        raise BookError("sheets.damaged", part=part)
    quotes, instructions = b"'" in data and b"='" in data, data.find(b"?", start) >= 0 and data.find(b"<?", start) >= 0
    if declared or quotes or instructions or root[1]:
        data = _rewritten(data, part)
    return data


def _rewritten(data: bytes, part: str) -> bytes:
    """The same document, written anew by a parser that resolves nothing."""
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        strip_cdata=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise BookError("sheets.damaged", part=part) from error
    written: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    prefix = root.prefix
    if prefix and None not in root.nsmap:  # no "<" can stand in text, so replacing tags is safe
        name = prefix.encode()
        written = written.replace(b"<%b:" % name, b"<").replace(b"</%b:" % name, b"</").replace(b"xmlns:%b=" % name, b"xmlns=")
    return written


def whole(digits: bytes, otherwise: int = -1) -> int:
    """A whole number of at most nine digits; ``otherwise`` for anything else, since files may say anything."""
    return int(digits) if digits.isdigit() and len(digits) < 10 else otherwise


def attributes(tag: bytes) -> dict[bytes, bytes]:
    """The attributes in the inside of a start tag, still escaped."""
    return dict(_ATTRIBUTE.findall(tag))


def with_attribute(tag: bytes, name: bytes, value: str | None) -> bytes:
    """The start tag with the attribute set to ``value``; without it for None."""
    tag = re.sub(rb'\s%b\s*=\s*"[^"]*"' % re.escape(name), b"", tag, count=1)
    if value is None:
        return tag
    cut = len(tag) - (2 if tag.endswith(b"/>") else 1)
    return tag[:cut].rstrip() + b' %b="%b"' % (name, quoted(value).encode()) + tag[cut:]


def plain(data: bytes) -> str:
    """The text meant by escaped bytes: entities and ``_x000D_`` codes resolved; lone surrogates become U+FFFD."""
    text = data.decode("utf-8", "replace")
    if "&" in text:
        text = _ENTITY.sub(_resolved, text)
    if "_x" in text:
        text = _CODED.sub(lambda code: chr(int(code[1], 16) or 0xFFFD), text)
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _resolved(entity: re.Match[str]) -> str:
    name = entity[1]
    if not name.startswith("#"):
        return _NAMED.get(name, entity[0])
    number = int(name[2:][:8] or "0", 16) if name[1] == "x" else int(name[1:][:8])
    return chr(number) if 0 < number < 0xD800 or 0xE000 <= number < 0x110000 else "\ufffd"


def runs(data: bytes) -> str:
    """The text of an ``<si>`` or ``<is>``: rich text runs put together, phonetic ones left out."""
    if b"<rPh" in data:
        data = _PHONETIC.sub(b"", data)
    return plain(b"".join(_RUN.findall(data)))


def escaped(text: str) -> str:
    """Text for an element: control characters and what looks like their code become ``_x....._``."""
    text = text[:LONGEST]
    if not _SPECIAL.search(text):
        return text  # nearly always
    text = _CODED.sub(lambda code: f"_x005F_x{code[1]}_", text)
    return _escaped(_UNSAFE.sub(lambda found: f"_x{ord(found[0]):04X}_", text))


def harmless(text: str) -> bool:
    """Whether ``escaped`` leaves a text as it is, short enough for a cell."""
    return not _SPECIAL.search(text)


def quoted(text: str) -> str:
    """Text for an attribute."""
    text = _escaped(_UNSAFE.sub("\ufffd", text))
    return text.replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;")


def _escaped(text: str) -> str:
    # Not xml.sax.saxutils.escape: that module imports all of urllib and http.
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
