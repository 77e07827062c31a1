"""The register of incidents."""

from datetime import datetime
from typing import Any

from litestar import Request, Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel import access, clock, web
from app.kernel.forms import Form, read_form
from app.kernel.i18n import gettext as _
from app.kernel.viewer import Viewer
from app.oversight import incidents, notice, trail, words
from app.oversight.forms import IncidentForm
from app.oversight.incidents import CATEGORIES, ChangedMeanwhile, Standing

Asked = Request[Any, Any, Any]
MANAGE = access.may("incident.manage")


@get("/desk/incidents", opt=MANAGE, name="oversight.incidents")
async def register(request: Asked, session: AsyncSession) -> Response[Any]:
    found = await incidents.register(session)
    return web.desk_page(request, "oversight/incidents.html", here="incidents", found=found)


@get("/desk/incidents/new", opt=MANAGE, name="oversight.new_incident")
async def blank(request: Asked) -> Response[Any]:
    form: Form[IncidentForm] = Form(values={"detected_at": _typed(clock.now())})
    return _new_page(request, form, [])


@post("/desk/incidents", opt=MANAGE, name="oversight.open_incident")
async def begin(request: Asked, session: AsyncSession, viewer: Viewer) -> Response[Any]:
    form = await read_form(request, IncidentForm)
    if form.data is None:
        return _new_page(request, form, await _chosen(request), 422)
    made = await incidents.begin(session, viewer, form.data.facts())
    said = _("The incident is in the register. The 72 hours run.")
    return web.redirect(request, f"/desk/incidents/{made.number}", toast=said)


@get("/desk/incidents/{incident_number:str}", opt=MANAGE, name="oversight.incident")
async def show(request: Asked, session: AsyncSession, incident_number: str) -> Response[Any]:
    standing = await incidents.find(session, incident_number)
    return await _page(request, session, standing, _filled(standing))


@post("/desk/incidents/{incident_number:str}/versions", opt=MANAGE, name="oversight.amend_incident")
async def amend(
    request: Asked, session: AsyncSession, viewer: Viewer, incident_number: str
) -> Response[Any]:
    """A version is added; what was typed on an older one is kept beside the newer facts."""
    form = await read_form(request, IncidentForm)
    if form.data is not None:
        try:
            await incidents.amend(
                session, viewer, incident_number, form.data.version, form.data.facts()
            )
        except ChangedMeanwhile as error:
            form.fail("form", error.text())
        else:
            return web.redirect(request, f"/desk/incidents/{incident_number}", toast=_("Saved."))
    standing = await incidents.find(session, incident_number)
    return await _page(request, session, standing, form, await _chosen(request), 422)


async def _page(
    request: Asked,
    session: AsyncSession,
    standing: Standing,
    form: Form[Any],
    chosen: list[str] | None = None,
    status: int = 200,
) -> Response[Any]:
    history = await incidents.versions(session, standing.incident.id)
    return web.desk_page(
        request,
        "oversight/incident.html",
        status=status,
        here="incidents",
        one=standing,
        form=form,
        chosen=standing.now.categories if chosen is None else chosen,
        categories=CATEGORIES,
        fields=incidents.FIELDS,
        history=_history(history),
        names=await trail.names_of(session, [one.author_id for one in history]),
        drafts=notice.drafts(standing),
        words=words,
    )


def _new_page(
    request: Asked, form: Form[Any], chosen: list[str], status: int = 200
) -> Response[Any]:
    return web.desk_page(
        request,
        "oversight/new_incident.html",
        status=status,
        here="incidents",
        form=form,
        chosen=chosen,
        categories=CATEGORIES,
    )


def _history(versions: Any) -> list[tuple[Any, list[tuple[str, Any, Any]]]]:
    """Each version with what it changed, newest first; the first one changed nothing."""
    shown = []
    for new, old in zip(versions, [*versions[1:], None], strict=True):
        before, after = incidents.changes(old, new) if old is not None else ({}, {})
        shown.append((new, [(name, before[name], after[name]) for name in before]))
    return shown


def _filled(standing: Standing) -> Form[IncidentForm]:
    now = standing.now
    values = {
        "version": str(now.version),
        "nature": now.nature,
        "effects": now.effects,
        "measures": now.measures,
        "people": "" if now.people is None else str(now.people),
        "records": "" if now.records is None else str(now.records),
        "detected_at": _typed(now.detected_at),
        "notified_at": _typed(now.notified_at),
        "people_told_at": _typed(now.people_told_at),
        "is_closed": "1" if now.closed_at else "",
    }
    return Form(values=values)


def _typed(moment: datetime | None) -> str:
    """As a field for date and time holds it, on the shop's wall clock."""
    if moment is None:
        return ""
    return moment.astimezone(clock.TASHKENT).strftime("%Y-%m-%dT%H:%M")


async def _chosen(request: Asked) -> list[str]:
    sent = await request.form()
    return [str(one) for one in sent.getall("categories", []) if str(one) in CATEGORIES]


ROUTES = [register, blank, begin, show, amend]
