"""Putting back the dropdowns and colour rules that pasting destroyed. What other people made stays."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from lxml import etree

from xlcrm.model.fields import Table
from xlcrm.sheets import design
from xlcrm.sheets.address import Box, area, corners, covered, minus, ranges, upto
from xlcrm.sheets.design import REFERENCE, ColourRule, Validation, signature
from xlcrm.sheets.files.package import Package
from xlcrm.sheets.files.patch import parted
from xlcrm.sheets.files.sheet import Source
from xlcrm.sheets.files.tail import Tail
from xlcrm.sheets.files.workbook import Workbook


def restored(
    source: Source, part: str, table: Table, language: str, letters: Mapping[str, str], header: int, bottom: int
) -> bool:
    """Restore the validations and colour rules of ``table`` on the sheet ``part``; whether any were missing.

    ``letters`` says where the fields stand now, ``header`` their row, ``bottom`` the last row that must be covered.
    """
    package, workbook = source.package, source.book
    head, rows, rest = parted(package.part(part), part)
    tail = Tail(head, rest, part)
    specs = design.validations(table, language, letters, header)
    fixed = [_validation(tail, table, language, letters, spec, header, bottom) for spec in specs]
    coloured = _colours(tail, package, workbook, design.colour_rules(table, language, letters, header), bottom)
    if not any(fixed) and not coloured:
        return False
    box = tail.root.find(tail.tag("dataValidations"))
    if box is not None:
        if len(box):
            box.set("count", str(len(box)))
        else:
            tail.root.remove(box)
    package.put(part, head + rows + bytes(tail))
    return True


def _sqref(boxes: Sequence[Box]) -> str:
    return " ".join(area(*box) for box in sorted(boxes, key=lambda box: (box[1], box[0])))


# -- dropdowns ----------------------------------------------------------------------------------------------------


def _validation(
    tail: Tail, table: Table, language: str, letters: Mapping[str, str], spec: Validation, header: int, bottom: int
) -> bool:
    """Restore one validation; whether it was missing somewhere."""
    whole = ranges(spec.sqref)
    found = tail.root.find(tail.tag("dataValidations"))
    elements = list(found) if found is not None else []
    ours = [element for element in elements if _is(element, spec)]
    mine = [box for element in ours for box in ranges(element.get("sqref", ""))]
    theirs = [box for element in elements if element not in ours for box in ranges(element.get("sqref", ""))]
    for box in theirs:
        whole = minus(whole, box)
    if not whole or covered(upto(whole, bottom), mine):
        return False
    for element in ours:
        left = ranges(element.get("sqref", ""))
        for box in whole:
            left = minus(left, box)
        if left:
            element.set("sqref", _sqref(left))
        elif found is not None:
            found.remove(element)
    top = min(box[1] for box in whole)
    if top > header + 1:  # formulas are relative to the first cell
        spec = next(item for item in design.validations(table, language, letters, top - 1) if item.key == spec.key)
    tail.child("dataValidations").append(_validation_element(tail, spec, _sqref(whole)))
    return True


def _is(element: etree._Element, spec: Validation) -> bool:
    """Whether a validation is ours: same kind, same messages, and the same formula but for the rows it speaks of."""
    if element.get("type", "none") != spec.type or element.get("errorTitle", "") != spec.error_title:
        return False
    formula = element.findtext("{*}formula1", "")
    return signature(formula) == signature(spec.formula1)


def _validation_element(tail: Tail, spec: Validation, sqref: str) -> etree._Element:
    named = {"type": spec.type, "operator": spec.operator, "allowBlank": "1", "showInputMessage": "1", "showErrorMessage": "1"}
    named |= {"errorStyle": "" if spec.error_style == "stop" else spec.error_style, "errorTitle": spec.error_title}
    named |= {"error": spec.error, "promptTitle": spec.prompt_title, "prompt": spec.prompt, "sqref": sqref}
    element = etree.Element(tail.tag("dataValidation"), {name: value for name, value in named.items() if value})
    for name, formula in (("formula1", spec.formula1), ("formula2", spec.formula2)):
        if formula:
            etree.SubElement(element, tail.tag(name)).text = formula
    return element


# -- colours ------------------------------------------------------------------------------------------------------


def _colours(tail: Tail, package: Package, workbook: Workbook, specs: Sequence[ColourRule], bottom: int) -> bool:
    """Restore the colour rules; whether any was missing. They are known by their formulas, wherever pasting moved them."""
    wanted = {signature(spec.formula) for spec in specs}
    whole = [box for spec in specs for box in ranges(spec.sqref)]
    present: dict[str, list[Box]] = {}
    ours: list[tuple[etree._Element, etree._Element]] = []
    highest = 0
    for block in tail.all("conditionalFormatting"):
        boxes = ranges(block.get("sqref", ""))
        for rule in block.findall(tail.tag("cfRule")):
            formula = rule.findtext("{*}formula", "")
            inside = all(any(not minus([box], ref) for ref in whole) for box in boxes)
            if rule.get("type") == "expression" and signature(formula) in wanted and inside:
                ours.append((block, rule))
                present.setdefault(_anchored(formula, block.get("sqref", "")), []).extend(boxes)
            elif rule.get("priority", "").isdigit():
                highest = max(highest, int(rule.get("priority", "0")))
    if all(covered(upto(ranges(spec.sqref), bottom), present.get(_anchored(spec.formula, spec.sqref), [])) for spec in specs):
        return False
    for block, rule in ours:
        block.remove(rule)
    for block in tail.all("conditionalFormatting"):
        if block.find(tail.tag("cfRule")) is None:
            tail.root.remove(block)
    blocks: dict[str, etree._Element] = {}
    for priority, spec in enumerate(specs, highest + 1):
        known = blocks.get(spec.sqref)
        if known is None:
            known = blocks[spec.sqref] = etree.Element(tail.tag("conditionalFormatting"), {"sqref": spec.sqref})
            tail.insert(known)
        number = _dxf(package, workbook, spec)
        rule = etree.SubElement(
            known, tail.tag("cfRule"), {"type": "expression", "dxfId": str(number), "priority": str(priority)}
        )
        etree.SubElement(rule, tail.tag("formula")).text = spec.formula
    return True


def _anchored(formula: str, sqref: str) -> str:
    """The formula with relative references as distances from the first cell of ``sqref``."""
    boxes = ranges(sqref)
    left, top = min((box[0] for box in boxes), default=1), min((box[1] for box in boxes), default=1)

    def distance(found: re.Match[str]) -> str:
        place = corners(found[0])
        if place is None:
            return found[0]
        marks = found[0].count("$"), found[0].startswith("$")
        fixed_column, fixed_row = marks[1], marks[0] == 2 or (marks[0] == 1 and not marks[1])
        column = f"C{place[0]}" if fixed_column else f"C[{place[0] - left}]"
        return (f"R{place[1]}" if fixed_row else f"R[{place[1] - top}]") + column

    return REFERENCE.sub(distance, formula)


def _dxf(package: Package, workbook: Workbook, spec: ColourRule) -> int:
    """The number of the differential format with the colours of ``spec``, added to the styles if nobody has it."""
    part = workbook.related("styles")
    if part is None:
        return 0
    data = package.part(part)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    root = etree.fromstring(data, parser)
    box = root.find("{*}dxfs")
    for number, item in enumerate(box if box is not None else ()):
        font, fill = item.find("{*}font/{*}color"), item.find("{*}fill/{*}patternFill/{*}bgColor")
        if font is not None and fill is not None and (font.get("rgb"), fill.get("rgb")) == (f"FF{spec.font}", f"FF{spec.fill}"):
            return number
    count = 0 if box is None else len(box)
    fill_xml = f'<fill><patternFill><bgColor rgb="FF{spec.fill}"/></patternFill></fill>'
    new = f'<dxf><font><color rgb="FF{spec.font}"/></font>{fill_xml}</dxf>'
    if data.find(b"</dxfs>") >= 0:
        data = data.replace(b"</dxfs>", new.encode() + b"</dxfs>", 1)
        data = re.sub(rb'<dxfs\s+count="[0-9]+"', b'<dxfs count="%d"' % (count + 1), data, count=1)
    else:
        data = re.sub(rb"<dxfs\b[^>]*/>", b"", data, count=1)
        place = next(at for name in (b"<tableStyles", b"<colors", b"<extLst", b"</styleSheet>") if (at := data.find(name)) >= 0)
        data = data[:place] + b'<dxfs count="1">' + new.encode() + b"</dxfs>" + data[place:]
    package.put(part, data)
    return count
