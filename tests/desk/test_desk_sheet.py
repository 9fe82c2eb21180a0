"""What a person sees in the cells: dropdowns that depend on each other, refusals, colours."""

from __future__ import annotations

from tests.desk.nodes import until
from tests.desk.screen import Screen
from xlcrm.catalogue import text
from xlcrm.model.resultsheets import DUPLICATES
from xlcrm.model.tables import CUSTOMER, TAG
from xlcrm.model.vocabularies import vocabulary
from xlcrm.sheets.design import COLOURS
from xlcrm.sheets.lists import OptionList, used

WHITE = "FFFFFF"
LISTS: dict[str, OptionList] = {one.vocabulary: one for one in used("zh")}


def fitting(vocabulary: str, parent: str) -> list[str]:
    """What a dependent list offers below ``parent``."""
    known = LISTS[vocabulary]
    return [label for label, above in zip(known.labels, known.parents, strict=True) if above == parent]


def test_dropdowns_offer_what_fits_the_cell_they_depend_on(desk: Screen) -> None:
    rows = desk.book.read(CUSTOMER)
    line = rows.lines[-1] + 1
    place = {key: f"{letters}{line}" for key, letters in rows.letters.items()}

    def choose(key: str, wanted: str) -> list[str]:
        offered = desk.choose(rows.sheet, place[key], wanted)
        until(lambda: desk.cells(rows.sheet, place[key]).String == wanted, f"{wanted} in its cell")
        return offered

    blank = [entry.getAccessibleName() for entry in desk.choices(rows.sheet, place["city"])]
    assert not any(blank), "without a province there is no city to choose"
    desk.keys("Escape")
    assert choose("province", "广东省") == list(LISTS["province"].labels)
    assert choose("city", "深圳市") == fitting("city", "广东省")
    assert choose("district", "南山区") == fitting("district", "深圳市")
    assert choose("province", "北京市") == list(LISTS["province"].labels)
    assert choose("city", fitting("city", "北京市")[0]) == fitting("city", "北京市"), "the list follows its province"
    assert choose("industry", "农业") == list(LISTS["industry"].labels)
    assert len(desk.book.read(CUSTOMER)) == len(rows) + 1

    tags = desk.book.read(TAG)
    line = tags.lines[-1] + 1
    offered = list(LISTS["tag_type"].labels)
    for kind in LISTS["tag_type"].labels[:2]:
        names = fitting("tag", kind)
        assert desk.choose(tags.sheet, f"{tags.letters['type']}{line}", kind) == offered
        assert desk.choose(tags.sheet, f"{tags.letters['name']}{line}", names[-1]) == names


def test_a_cell_refuses_what_is_not_in_its_list(desk: Screen) -> None:
    rows = desk.book.read(CUSTOMER)
    row = rows.columns["status"].index("意向客户")
    desk.type(rows.sheet, rows.place(row, "status"), "Mars")
    message = desk.dialog()
    desk.picture("refused")
    assert text("template.error_list", "zh") in message.text
    desk.answer(message, "OK" if "OK" in message.buttons else "Cancel")
    assert desk.book.read(CUSTOMER).columns["status"][row] == "意向客户"
    desk.type(rows.sheet, rows.place(row, "need"), "samples")
    until(lambda: desk.book.read(CUSTOMER).columns["need"][row] == "samples", "what was typed")


def test_a_duplicate_is_decided_from_its_dropdown(desk: Screen) -> None:
    desk.press("dedupe", "OK")
    pairs = desk.book.read(DUPLICATES)
    assert len(pairs) == 6
    place = pairs.place(0, "decision")
    options = vocabulary("decision")
    entries = desk.choices(pairs.sheet, place)
    assert [entry.getAccessibleName() for entry in entries] == [option.label("zh") for option in options.options]
    desk.picture("decision")
    desk.keys("Escape")
    desk.choose(pairs.sheet, place, options.label("merge", "zh"))
    until(lambda: desk.book.read(DUPLICATES).cell(0, "decision") == options.label("merge", "zh"), "the decision")
    assert "待处理5" in desk.press("submit", "OK"), "one of six is decided"


def test_marks_are_drawn_in_their_colours_and_go_with_the_fault(desk: Screen) -> None:
    must, check, due, good = (COLOURS[name][0] for name in ("must", "check", "due", "good"))
    sheet = desk.book.read(CUSTOMER).sheet
    cells = ("B41", "B42", "B45", "B58", "F58", "G45", "G58")
    assert desk.colours(sheet, *cells) == [WHITE] * 7, "nothing was checked yet"
    desk.press("validate", "OK")
    assert desk.book.read(CUSTOMER).cell(53, "check_result") == "必须修改【联系方式】"
    desk.picture("marked")
    # G58 is a blank phone, F58 its neighbour, G45 a phone in full-width digits
    assert desk.colours(sheet, *cells) == [due, good, check, must, WHITE, check, must]
    desk.press("repair", "Yes", "OK")
    assert desk.colours(sheet, "G45", "G58") == [WHITE, must], "nobody can know the missing number"
    desk.type(sheet, "G58", "13912345678")
    desk.press("validate", "OK")
    phone, verdict = desk.colours(sheet, "G58", "B58")
    assert phone == WHITE
    assert verdict != must
