"""我的, 报表, 系统: bring one's customers up to date, the dashboard, export, settings, what is wrong here, feedback, help."""

from __future__ import annotations

import platform
from dataclasses import replace
from email.message import EmailMessage

import xlcrm
from xlcrm import app
from xlcrm.catalogue import text
from xlcrm.errors import UsageError
from xlcrm.ribbon.press import button

LOG_LINES = 20


@button(store=True)
def refresh(desk: app.Desk) -> str:
    """刷新我的客户: what colleagues changed meanwhile comes into the sheet, unsent edits stay."""
    from xlcrm.jobs.outbox import say
    from xlcrm.jobs.refresh import refresh as job

    sent = [*say.sent(app.send(desk), desk.language), *app.deliver(desk)]
    done = job(desk.book, desk.store, desk.context, desk.rulebook)
    app.list_again(desk)
    return "\n".join((*sent, *done.said(desk.language)))


@button(store=True, create=False)
def dashboard(desk: app.Desk) -> str:
    """数据看板: the report as a workbook of its own, in the user's own folder, opened in front of the person."""
    from xlcrm.jobs import dashboard as job

    folder = app.home() / "reports"
    path = folder / f"{text('dashboard.name', desk.language)}-{app.clock():%Y%m%d-%H%M%S}.xlsx"
    with app.writing(path):
        folder.mkdir(parents=True, exist_ok=True)
        made = job.make(path, desk.store, desk.context, desk.rulebook, progress=desk.book.progress)
    desk.book.open(path)
    return text("dashboard.made", desk.language, count=made.rows, path=made.path)


@button(store=True, create=False)
def export(desk: app.Desk) -> str:
    """导出: all customers of the store as a workbook of its own, in the user's own folder."""
    from xlcrm.jobs import make

    folder = app.home() / "exports"
    path = folder / f"{text('ribbon.export_name', desk.language)}-{app.clock():%Y%m%d-%H%M%S}.xlsx"
    with app.writing(path):
        folder.mkdir(parents=True, exist_ok=True)
        made = make.export(path, desk.store, desk.context, desk.rulebook)
    return text("jobs.exported", desk.language, count=made.rows, path=made.path)


@button(first=False)
def settings(desk: app.Desk) -> str:
    """设置: the first press shows the sheet 设置, the next one takes over what was changed there, after asking."""
    from xlcrm.jobs import profiles
    from xlcrm.jobs import settings as job

    book, language = desk.book, desk.language
    try:
        mine = app.settings()
    except UsageError:  # a damaged file must not keep anybody from making a new one
        mine = None
    before = mine or job.Settings(name=_login())
    wanted = job.shown(book)
    if wanted is None:
        job.show(book, before, language)
        book.go(*job.first_cell(book))
        return text("ribbon.settings_open", language)
    given = wanted.store
    if given:
        app.store_url(given)  # a name that nobody added is told now
        wanted = replace(wanted, store=app.shown(given))
    if wanted == mine:
        job.put_away(book, language)
        return text("ribbon.settings_same", language)
    changes = [
        text("ribbon.settings_line", language, item=text(f"ribbon.setting_{item}", language), value=getattr(wanted, item) or "-")
        for item in job.ITEMS
        if mine is None or getattr(wanted, item) != getattr(before, item)
    ]
    # A workbook may come from anywhere: only the person may choose where customers' data go.
    if not book.ask("\n".join((text("ribbon.settings_ask", language), *changes))):
        return text("ribbon.settings_kept", language)
    job.save(app.settings_path(), wanted)
    desk.forget_person()
    job.put_away(book, language)
    said = [text("ribbon.settings_saved", language)]
    if (kept := profiles.keep_password(given)) is not None:
        said.append(text("login.profile_moved", language))
        said.append(text("login.kept" if kept else "login.not_kept", language, login=wanted.store))
    return "\n".join(said)


@button(first=False)
def doctor(desk: app.Desk) -> str:
    """环境检查: what is wrong on this machine, why, and what to do."""
    from xlcrm.jobs import doctor as job

    book = str(desk.book.path) if desk.book.path is not None else ""
    template = desk.book.setting("template") if desk.book.ours else ""
    machine = app.health(desk.language, None, book, template, desk.notices)
    return "\n".join(job.said(machine, job.examine(machine), desk.language))


@button(first=False)
def feedback(desk: app.Desk) -> str:
    """意见反馈: a draft mail to the administrator that the person completes; nothing is sent."""
    language = desk.language
    folder = app.home() / "feedback"
    path = folder / f"{app.clock():%Y%m%d-%H%M%S}.eml"
    message = EmailMessage()
    message["Subject"] = text("ribbon.feedback_subject", language)
    message["X-Unsent"] = "1"  # mail programs open it for editing
    message.set_content(
        text(
            "ribbon.feedback_body",
            language,
            version=xlcrm.__version__,
            system=f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
            log="\n".join(_log()) or "-",
        )
    )
    with app.writing(path):
        folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(message.as_bytes())
    return text("ribbon.feedback_made", language, path=path)


@button(first=False)
def help(desk: app.Desk) -> str:
    """帮助: the sheet 填写说明, and what the buttons do."""
    from xlcrm.ribbon.buttons import shown
    from xlcrm.sheets.layout import GUIDE

    language = desk.language
    if desk.book.ours:
        desk.book.go(GUIDE[language], "A1")
    lines = [f"{one.label(language)}  {one.tip(language)}" for one in shown(desk.context.actor.roles)]
    return "\n".join((text("ribbon.help_intro", language), *lines))


def _log() -> list[str]:
    path = app.home() / "logs" / "ribbon.log"
    return path.read_text("utf-8").splitlines()[-LOG_LINES:] if path.exists() else []


def _login() -> str:
    import getpass

    return getpass.getuser()
