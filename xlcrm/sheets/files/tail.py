"""The part of a sheet's XML after the cells: links, dropdowns, colour rules. Small, so a document tree is made of it."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from xlcrm.errors import BookError
from xlcrm.model.rows import Link
from xlcrm.sheets.address import corners
from xlcrm.sheets.files.markup import MAIN

_ORDER = (  # ECMA-376 part 1, 18.3.1.99: the order of the elements after sheetData
    *("sheetCalcPr", "sheetProtection", "protectedRanges", "scenarios", "autoFilter", "sortState", "dataConsolidate"),
    *("customSheetViews", "mergeCells", "phoneticPr", "conditionalFormatting", "dataValidations", "hyperlinks", "printOptions"),
    *("pageMargins", "pageSetup", "headerFooter", "rowBreaks", "colBreaks", "customProperties", "cellWatches", "ignoredErrors"),
    *("smartTags", "drawing", "legacyDrawing", "legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls"),
    *("webPublishItems", "tableParts", "extLst"),
)
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_ALTERNATE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"  # stands for controls
_END = b"</sheetData>"


class Tail:
    """The elements after ``<sheetData>`` of a sheet, from the XML before the rows (``head``) and after them (``tail``)."""

    def __init__(self, head: bytes, tail: bytes, part: str) -> None:
        start = head.rfind(b"<worksheet")
        self._root_tag = head[start : head.find(b">", start) + 1]
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        try:
            self.root = etree.fromstring(self._root_tag + tail[len(_END) :], parser)
        except etree.XMLSyntaxError as error:
            raise BookError("sheets.damaged", part=part) from error
        self.namespace = MAIN[1] if self.root.nsmap.get(None) == MAIN[1] else MAIN[0]

    def __bytes__(self) -> bytes:
        written: bytes = etree.tostring(self.root, encoding="UTF-8", xml_declaration=False)
        if written.endswith(b"/>"):
            return _END + b"</worksheet>"
        return _END + written[written.index(b">") + 1 :]

    def tag(self, name: str) -> str:
        """The qualified name of an element of the main namespace."""
        return f"{{{self.namespace}}}{name}"

    def child(self, name: str) -> etree._Element:
        """The first element ``name``, made at its place in the order if there is none."""
        found = self.root.find(self.tag(name))
        if found is None:
            found = etree.Element(self.tag(name))
            self.insert(found)
        return found

    def insert(self, element: etree._Element) -> None:
        """Put a new element where the schema wants it: after its equals, before what must follow."""
        rank = _ORDER.index(etree.QName(element).localname)
        later = {*(self.tag(name) for name in _ORDER[rank + 1 :]), _ALTERNATE}
        place = next((index for index, other in enumerate(self.root) if other.tag in later), None)
        self.root.insert(len(self.root) if place is None else place, element)

    def all(self, name: str) -> list[etree._Element]:
        """All elements ``name`` directly under the sheet."""
        return list(self.root.findall(self.tag(name)))

    def set_links(self, links: Mapping[str, Link], cleared: tuple[int, int, int] | None) -> None:
        """Set the links of cells (address -> link).

        First the old ones inside ``cleared`` (first column, first row, last column) go.
        """
        box = self.child("hyperlinks")
        for element in list(box):
            ref = corners(element.get("ref", ""))
            inside = cleared is not None and ref is not None and cleared[0] <= ref[0] <= cleared[2] and ref[1] >= cleared[1]
            if element.get("ref") in links or (inside and element.get(_RELATION) is None):
                box.remove(element)
        for address, link in links.items():
            place = "'" + link.sheet.replace("'", "''") + "'!" + link.place
            etree.SubElement(box, self.tag("hyperlink"), {"ref": address, "location": place, "display": shown(link.text)})
        if len(box) == 0:
            self.root.remove(box)


def shown(text: str) -> str:
    """Text that XML can carry in an attribute."""
    return "".join(letter for letter in text[:255] if letter >= " " and not "\ud800" <= letter <= "\udfff" and letter < "\ufffe")
