"""xlcrm demo: a realistic, messy workbook goes the whole way, twice, and the terminal tells what happened."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from xlcrm import app
from xlcrm.catalogue import text
from xlcrm.cli import audit
from xlcrm.errors import UsageError

if TYPE_CHECKING:
    from xlcrm.jobs.validate import Validation

PASSPHRASE = "demo"  # noqa: S105 - guards invented customers only
EXAMPLES = 5
MARK = ".xlcrm-demo"  # the file that says: this folder is a demo's, its files may be made anew
STEWARD = "赵敏"
COLLEAGUES = ("王芳", "李强", "陈静")


def arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """What the command takes."""
    parser.add_argument("--rows", type=int, default=300, help=text("cli.rows", language))
    parser.add_argument("--seed", type=int, default=1, help=text("cli.seed", language))
    parser.add_argument("--folder", type=Path, default=Path("xlcrm-demo"), help=text("cli.demo_folder", language))


def run(options: argparse.Namespace) -> int:
    """Walk the journey; 0 when the second submission changed nothing and the log is sound."""
    from xlcrm.jobs.demo.book import demo_book
    from xlcrm.sheets import template

    language, folder = options.lang, options.folder
    if options.rows < 1:
        raise UsageError("cli.too_few", rows=options.rows)
    with app.writing(folder):
        _own_folder(folder)
    book, store, exported = folder / text("demo.book", language), folder / "store.db", folder / text("demo.export", language)
    for old in (book, exported, *folder.glob("store.db*")):
        old.unlink(missing_ok=True)
    print(text("demo.start", language, seed=options.seed, rows=options.rows, folder=folder))
    made = demo_book(options.rows, options.seed, app.clock().date(), COLLEAGUES)
    template.build(book, language, made.columns())
    truth = [one for rows in made.truth.values() for one in rows]
    faults, kinds = [one.fault for one in truth if one.fault], [one.kind for one in truth if one.kind]
    print(
        text(
            "demo.made",
            language,
            book=book.name,
            faults=len(faults),
            kinds=len(set(faults)),
            doubles=len(kinds),
            double_kinds=len(set(kinds)),
            **{key: len(rows) for key, rows in made.records.items()},
        )
    )
    url = f"sqlite:///{store}"
    with _own_key():
        _join(url)
        _validate(book, language, url)
        _decide(book, language, url)
        _submit(book, language, url, "demo.submitted")
        again = _submit(book, language, url, "demo.again")
        harmless = not again["new"] and not again["updated"]
        if harmless:
            print(text("demo.again_ok", language))
        sound = _look(exported, language, url)
    print(text("demo.files", language))
    for path, about in ((book, "file_book"), (exported, "file_export"), (store, "file_store")):
        print(f"  {path}  {text(f'demo.{about}', language)}")
    print(text("demo.next", language, url=url, passphrase=PASSPHRASE, xlcrm=_called_as()))
    return 0 if sound and harmless else 1


def _called_as() -> str:
    """How this command was called, so that the next one can be copied from the screen."""
    return sys.argv[0] if Path(sys.argv[0]).name == "xlcrm" else "xlcrm"


def _own_folder(folder: Path) -> None:
    """Make the folder, or take one that an earlier demo made; files of the same names elsewhere are somebody's work."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()) and not (folder / MARK).exists():
        raise UsageError("cli.not_demo", path=folder)
    (folder / MARK).touch()


@contextmanager
def _own_key() -> Iterator[None]:
    """The demo's store is guarded by a passphrase of its own, so that no real key is touched."""
    before = {name: os.environ.get(name) for name in ("XLCRM_PASSPHRASE", "XLCRM_KEY", "XLCRM_PERSON")}
    os.environ.pop("XLCRM_KEY", None)
    os.environ["XLCRM_PASSPHRASE"] = PASSPHRASE
    os.environ.setdefault("XLCRM_PERSON", STEWARD)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _join(url: str) -> None:
    from xlcrm.jobs import people

    with app.session(None, "zh", url) as desk:
        for name in COLLEAGUES:
            people.add(desk.store, desk.context, name, name, "销售部", "entry")


def _validate(book: Path, language: str, url: str) -> None:
    from xlcrm.jobs import repair, validate

    with app.session(book, language, url, open_store=False) as desk:
        found = validate.validate(desk.book, desk.context, desk.rulebook)
        print(text("demo.validated", language, sentence=text("jobs.validated", language, **asdict(found.total))))
        _examples(found, language)
    with app.session(book, language, url, open_store=False) as desk:
        repairs = repair.plan(found.sheets, language)
        found = validate.validate(desk.book, desk.context, desk.rulebook, repairs)
        print(text("demo.fixed", language, count=len(repairs), must=found.total.must))


def _examples(found: Validation, language: str) -> None:
    """One example of each of a few codes, the worst first."""
    seen: set[str] = set()
    for sheet in found.sheets.values():
        for finding in sorted(sheet.checked.findings, key=lambda finding: -finding.severity):
            if finding.row is not None and finding.code not in seen and len(seen) < EXAMPLES:
                seen.add(finding.code)
                place = sheet.rows.place(finding.row, finding.field)
                print(text("demo.example", language, place=place, sentence=finding.sentence(language)))


def _decide(book: Path, language: str, url: str) -> None:
    """Compare, then answer 查重结果 as a person would: take the advice, leave the doubtful and every fourth for later."""
    from xlcrm.jobs.dedupe import dedupe
    from xlcrm.model.resultsheets import DUPLICATES
    from xlcrm.model.vocabularies import vocabulary

    with app.session(book, language, url) as desk:
        found = dedupe(desk.book, desk.store, desk.context, desk.rulebook)
        advice = [match.pair.advice for match in found.matches]
        counts = {code: advice.count(code) for code in ("merge", "ask", "contact")}
        sentence = text("jobs.deduped", language, rows=len(found.sheet.rows), pairs=len(found.matches), **counts)
        print(text("demo.deduped", language, sentence=sentence))
    with app.session(book, language, url) as desk:
        rows = desk.book.read(DUPLICATES)
        words, answers = vocabulary("advice"), vocabulary("decision")
        codes = [words.find(str(rows.cell(index, "advice"))) for index in range(len(rows))]
        taken = [
            "later" if code is None or code.code == "ask" or place % 4 == 3 else code.code for place, code in enumerate(codes)
        ]
        desk.book.write(rows, {"decision": [answers.label(code, language) for code in taken]})
        desk.book.save()
        print(text("demo.decided", language, **{code: taken.count(code) for code in ("merge", "contact", "later")}))


def _submit(book: Path, language: str, url: str, key: str) -> dict[str, int]:
    from xlcrm.jobs.submit import submit

    with app.session(book, language, url) as desk:
        done = submit(desk.book, desk.store, desk.context, desk.rulebook)
        total = {count.value: number for count, number in done.total.items()}
        print(text(key, language, sentence=text("jobs.submitted", language, rows=done.rows, **total)))
        return total


def _look(exported: Path, language: str, url: str) -> bool:
    from xlcrm.jobs import make

    with app.session(None, language, url) as desk:
        record = next(desk.store.scan("customer"))
        entries = desk.store.history(record.rid)
        print(text("demo.looked", language, number=record.number, name=record.values.get("name"), entries=len(entries)))
        verdict = desk.store.verify()
        faulty = text("jobs.log_faulty", language, count=len(verdict.faults))
        sentence = faulty if verdict.faults else audit.sound(verdict, language)
        print(text("demo.log", language, sentence=sentence))
        make.export(exported, desk.store, desk.context, desk.rulebook)
    return not verdict.faults
