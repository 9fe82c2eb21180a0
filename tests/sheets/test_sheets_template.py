"""The template: what every spreadsheet program must find in it."""

import csv
import json
import os
import re
import shutil
import subprocess
import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook as Loaded
from xlsxwriter import Workbook

from xlcrm.model.fields import Need, Role, Table
from xlcrm.model.resultsheets import RESULTS
from xlcrm.model.tables import CUSTOMER, DICTIONARY, STORED, TABLES, TAG
from xlcrm.model.vocabularies import vocabulary
from xlcrm.sheets import design, lists, template
from xlcrm.sheets.layout import BODY_ROWS, GUIDE, HEADER_ROW, LAST_ROW, LISTS_SHEET, SETTINGS_SHEET, TEMPLATE_VERSION

ROOT = Path(__file__).parents[2]


def tool(found: str | None, name: str) -> str:
    """The path of an outside tool; without it the test is skipped, or fails where everything is required."""
    if found is None:
        if os.environ.get("XLCRM_REQUIRE_ALL") == "1":
            pytest.fail(f"{name} is required here but not installed")
        pytest.skip(f"{name} is not installed")
    return found


@pytest.fixture(scope="module", params=["zh", "en"])
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    path = tmp_path_factory.mktemp("template") / f"{request.param}.xlsx"
    template.build(path, request.param)
    return request.param, path


@pytest.fixture(scope="module")
def book(built: tuple[str, Path]) -> Loaded:
    return openpyxl.load_workbook(built[1])


def test_the_same_bytes_twice(built: tuple[str, Path], tmp_path: Path) -> None:
    language, path = built
    template.build(tmp_path / "again.xlsx", language)
    assert (tmp_path / "again.xlsx").read_bytes() == path.read_bytes()


def test_only_the_guide_and_the_two_daily_sheets_show(built: tuple[str, Path], book: Loaded) -> None:
    language, _ = built
    assert book.sheetnames == [GUIDE[language], *(table.title(language) for table in TABLES), LISTS_SHEET, SETTINGS_SHEET]
    shown = [sheet.title for sheet in book if sheet.sheet_state == "visible"]
    assert shown == [GUIDE[language], *(table.title(language) for table in STORED if table.visible)]
    assert len(shown) == 3
    assert {book[LISTS_SHEET].sheet_state, book[SETTINGS_SHEET].sheet_state} == {"veryHidden"}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.key)
def test_each_table_stands_where_the_layout_says(built: tuple[str, Path], book: Loaded, table: Table) -> None:
    language, _ = built
    sheet = book[table.title(language)]
    (found,) = sheet.tables.values()
    headers = [field.title(language) for field in table.fields]
    assert found.name == table.listname
    assert [column.name for column in found.tableColumns] == headers
    assert [cell.value for cell in sheet[HEADER_ROW]] == headers
    first, last = found.ref.split(":")
    assert first == f"A{HEADER_ROW}"
    rows = int(re.sub(r"\D", "", last)) - HEADER_ROW
    assert rows == 1 if table.result else rows >= BODY_ROWS
    assert not sheet.protection.sheet, "a protected table cannot grow"
    body = next((number for number, field in enumerate(table.fields) if field.role is Role.DATA), 0)
    assert sheet.freeze_panes == f"{design.letter(body + 1)}{HEADER_ROW + 1}"
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.sheet_properties.pageSetUpPr is not None
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.page_setup.fitToHeight == 0, "one page wide, as many high as needed"


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.key)
def test_validations_reach_excel_as_the_design_says(built: tuple[str, Path], book: Loaded, table: Table) -> None:
    language, _ = built
    found = {str(rule.sqref): rule for rule in book[table.title(language)].data_validations.dataValidation}
    wanted = design.validations(table, language)
    assert set(found) == {rule.sqref for rule in wanted}
    for rule in wanted:
        there = found[rule.sqref]
        assert (there.type, there.formula1, there.formula2 or "") == (rule.type, rule.formula1, rule.formula2)
        assert (there.operator or "between") == (rule.operator or "between")
        assert there.showErrorMessage
        assert there.errorStyle in (None, rule.error_style)
        assert (there.prompt or "", there.error) == (rule.prompt, rule.error)
        assert rule.sqref.endswith(str(LAST_ROW))
        assert max(len(rule.formula1), len(rule.formula2)) <= 255
        assert max(len(rule.prompt_title), len(rule.error_title)) <= 32
        assert len(rule.prompt) <= 255
        assert 0 < len(rule.error) <= 225


def test_columns_of_the_system_refuse_typing_and_all_others_do_not() -> None:
    for table in TABLES:
        for rule in design.validations(table, "zh"):
            refuses = rule.formula1 == "FALSE()"
            assert refuses == (table[rule.key].need is Need.SYSTEM), (table.key, rule.key)


def test_every_dropdown_has_its_list(built: tuple[str, Path], book: Loaded) -> None:
    language, _ = built
    for table in TABLES:
        for rule in design.validations(table, language):
            if rule.type == "list":
                assert set(re.findall(r"L_\w+", rule.formula1)) <= set(book.defined_names), rule.formula1
    cells = book[LISTS_SHEET]
    for item in lists.used(language):
        reference = book.defined_names[lists.name_of(item.vocabulary)].attr_text
        column = re.findall(r"\$([A-Z]+)\$2", reference)[0]
        assert cells[f"{column}1"].value == item.vocabulary
        assert len(set(lists.offered(item.vocabulary, language))) == len(lists.offered(item.vocabulary, language))


def test_equal_parents_stand_side_by_side() -> None:
    for language in ("zh", "en"):
        for item in lists.used(language):
            seen = [parent for place, parent in enumerate(item.parents) if not place or item.parents[place - 1] != parent]
            assert len(seen) == len(set(seen)), item.vocabulary


def test_formats_keep_what_people_type(built: tuple[str, Path], book: Loaded) -> None:
    language, _ = built
    columns = {column.field.key: column for column in design.columns(CUSTOMER, language)}
    assert {columns[key].number_format for key in ("phone", "uscc", "identity", "bankcard", "name", "number")} == {"@"}
    assert columns["first_contact"].number_format == "yyyy-mm-dd"
    assert columns["contract_amount"].number_format == "0.00"
    assert columns["created_at"].number_format == "yyyy-mm-dd hh:mm"


def test_optional_groups_are_folded_under_their_first_column(built: tuple[str, Path]) -> None:
    language, path = built
    with zipfile.ZipFile(path) as package:
        xml = package.read("xl/worksheets/sheet2.xml").decode()
    assert 'summaryRight="0"' in xml
    spans = [dict(re.findall(r'(\w+)="([^"]*)"', found)) for found in re.findall(r"<col ([^>]*)/>", xml)]
    folded = {n for span in spans if span.get("outlineLevel") == "1" for n in range(int(span["min"]), int(span["max"]) + 1)}
    leading = {n for span in spans if span.get("collapsed") == "1" for n in range(int(span["min"]), int(span["max"]) + 1)}
    shape = design.columns(CUSTOMER, language)
    assert folded == {number for number, column in enumerate(shape, 1) if column.level}
    assert leading == {number for number, column in enumerate(shape, 1) if column.leads}
    assert not any(column.level for column in shape if column.field.need in (Need.BLOCKING, Need.DUE))
    assert len(leading) >= 5


def test_the_settings_are_there(tmp_path: Path) -> None:
    template.build(tmp_path / "a.xlsx", "en", settings={"person": "张三"})
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")[SETTINGS_SHEET]
    found = {row[0].value: row[1].value for row in sheet.iter_rows()}
    assert found["template"] == TEMPLATE_VERSION
    assert found["language"] == "en"
    assert found["person"] == "张三"
    assert found["uid"] is None


def test_rows_keep_their_types_and_text_stays_text(tmp_path: Path) -> None:
    names = ["=1+1", "+86", "-5", "@SUM(A1)", "http://example.com", "007", "a\ud800b", *["某某公司"] * BODY_ROWS]
    days = [datetime(2025, 3, 12), "2025.3.12", 45728.0, None, True, datetime(1850, 1, 1), float("nan"), *[None] * BODY_ROWS]
    template.build(tmp_path / "a.xlsx", rows={"customer": {"name": names, "first_contact": days}, "contact": {"name": ["李芳"]}})
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    sheet = book[CUSTOMER.zh]
    place = design.places(CUSTOMER)
    found = [sheet[f"{place['name']}{row}"] for row in range(HEADER_ROW + 1, HEADER_ROW + 8)]
    assert [cell.value for cell in found] == [*names[:6], "a\ufffdb"]
    assert {cell.data_type for cell in found} == {"s"}
    assert not any(cell.hyperlink for cell in found)
    dates = [sheet[f"{place['first_contact']}{row}"].value for row in range(HEADER_ROW + 1, HEADER_ROW + 8)]
    assert dates == [datetime(2025, 3, 12), "2025.3.12", datetime(2025, 3, 12), None, True, "1850-01-01 00:00:00", "nan"]
    assert sheet.tables["t_customer"].ref.endswith(str(HEADER_ROW + len(names)))
    assert book["联系人表"].sheet_state == "visible", "a sheet with rows shows"
    assert book.active is not None
    assert book.active.title == CUSTOMER.zh


def test_formulas_follow_moved_columns() -> None:
    moved = {"check_result": "AZ", "city": "B", "province": "AA", "name": "C"}
    rules = {rule.key: rule for rule in design.validations(CUSTOMER, "zh", moved, header=7)}
    assert set(rules) == set(moved)
    assert rules["city"].sqref == f"B8:B{LAST_ROW}"
    assert "$AA8" in rules["city"].formula1
    colours = design.colour_rules(CUSTOMER, "zh", moved, header=7)
    assert colours[0].sqref == f"B8:AZ{LAST_ROW}"
    assert "B$7" in colours[0].formula
    assert "$AZ8" in colours[0].formula
    alone = {rule.key: rule.formula1 for rule in design.validations(CUSTOMER, "zh", {"city": "B"})}
    assert alone == {"city": "L_city"}, "without its parent's column a dropdown offers everything"


def test_the_dictionary_lists_every_extensible_option() -> None:
    found = template.dictionary("zh")
    pairs = set(zip(found["list"], found["label"], strict=True))
    empty = {"放假日", "调休上班日", "筛选视图", "当前视图"}  # the calendar knows the published days, views are a team's own
    for title in lists.offered("extensible", "zh"):
        assert any(name == title for name, _ in pairs) != (title in empty)
    assert {("标签库", option.zh) for option in vocabulary("tag").options} <= pairs
    assert len({len(column) for column in found.values()}) == 1


def test_the_open_xml_sdk_finds_no_error(built: tuple[str, Path], tmp_path: Path) -> None:
    local = ROOT / "node_modules" / ".bin" / "ooxml-validator"
    validator = tool(str(local) if local.exists() else shutil.which("ooxml-validator"), "ooxml-validator")
    language, path = built
    filled = tmp_path / "filled.xlsx"
    template.build(
        filled, language, rows={"customer": {"name": ["甲公司"] * 300, "first_contact": [datetime(2025, 3, 12)] * 300}}
    )
    for each in (path, filled):
        answer = subprocess.run([validator, str(each)], capture_output=True, text=True, timeout=120, check=False)
        assert json.loads(answer.stdout)["errors"] == []


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[list[str]]]:
    """The template with a team's own options and some probes, as LibreOffice computes it: sheet -> rows of text."""
    soffice = tool(shutil.which("soffice"), "LibreOffice")
    folder = tmp_path_factory.mktemp("office")
    own = template.dictionary("zh")
    for listed, label, parent in (("客户来源", "校友推荐", None), ("标签库", "氢能", "行业")):
        for key, value in zip(("list", "label", "synonyms", "parent", "note"), (listed, label, None, parent, None), strict=True):
            own[key].append(value)
    book = Workbook(str(folder / "book.xlsx"))
    template.populate(book, "zh", {DICTIONARY.key: own}, {})
    probes = book.add_worksheet("probe")
    city = {rule.key: rule.formula1 for rule in design.validations(CUSTOMER, "zh")}["city"]
    tag = {rule.key: rule.formula1 for rule in design.validations(TAG, "zh")}["name"]
    cell = design.places(CUSTOMER)["province"]
    for row, (formula, parent) in enumerate(((city, "江苏省"), (city, ""), (city, "火星"), (tag, "行业"), ("L_source", "")), 1):
        probes.write(row - 1, 0, parent)
        here = formula.replace(f"${cell}5", f"$A{row}").replace(f"${design.places(TAG)['type']}5", f"$A{row}")
        probes.write_formula(row - 1, 1, f"=ROWS({here})")
        probes.write_formula(row - 1, 2, f'=INDEX({here},1)&""')
        probes.write_formula(row - 1, 3, f'=INDEX({here},ROWS({here}))&""')
    marks = [rule.formula for rule in design.colour_rules(CUSTOMER, "zh")[:3]]
    probes.write(10, 1, "必须修改【联系方式】 待补全［所属行业］")
    probes.write_row(11, 2, ["联系方式", "所属行业", "方式"])
    for row, formula in enumerate(marks, 12):
        for number in range(2, 5):
            here = formula.replace("A$4", f"{design.letter(number)}$12").replace("$B5", "$B11")
            probes.write_formula(row, number, f"={here}", None, "")  # no cached value: LibreOffice computes it
    book.close()
    every = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
    command = [soffice, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", every]
    subprocess.run([*command, "--outdir", str(folder), str(folder / "book.xlsx")], check=True, capture_output=True, timeout=180)
    found = {}
    for path in folder.glob("book-*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            found[path.stem.removeprefix("book-")] = list(csv.reader(file))
    return found


def test_libreoffice_opens_every_sheet(office: dict[str, list[list[str]]]) -> None:
    for table in (*STORED, DICTIONARY, *RESULTS):
        assert office[table.zh][HEADER_ROW - 1][: len(table.fields)] == [field.zh for field in table.fields]


def test_dependent_dropdowns_offer_the_parents_part_or_nothing(office: dict[str, list[list[str]]]) -> None:
    cities = [option.zh for option in vocabulary("city").options if option.parent == vocabulary("province").find("江苏省").code]  # type: ignore[union-attr]
    jiangsu, blank, unknown = (row[1:4] for row in office["probe"][:3])
    assert jiangsu == [str(len(cities)), cities[0], cities[-1]]
    assert blank == unknown == ["2", "", ""]  # two blank cells: of one LibreOffice would offer its value, 0


def test_options_a_team_adds_to_the_dictionary_appear_in_the_dropdowns(office: dict[str, list[list[str]]]) -> None:
    tags, sources = (row[1:4] for row in office["probe"][3:5])
    assert tags[2] == "氢能"
    assert int(tags[0]) == 1 + sum(option.parent == "industry" for option in vocabulary("tag").options)
    assert sources == [str(1 + len(vocabulary("source").options)), vocabulary("source").options[0].zh, "校友推荐"]


def test_marks_colour_exactly_the_named_columns(office: dict[str, list[list[str]]]) -> None:
    must, check, due = (row[2:5] for row in office["probe"][12:15])
    assert must == ["TRUE", "FALSE", "FALSE"]
    assert check == ["FALSE", "FALSE", "FALSE"]
    assert due == ["FALSE", "TRUE", "FALSE"]
