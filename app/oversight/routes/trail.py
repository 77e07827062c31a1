"""The activity log, and the check of its chain."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, get
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import verify
from app.kernel import access, clock, web
from app.kernel.forms import check_text, convert
from app.kernel.i18n import gettext as _
from app.kernel.ratelimit import Limits
from app.kernel.services import Services
from app.kernel.viewer import Viewer
from app.oversight import trail, words
from app.oversight.forms import FilterForm
from app.oversight.trail import Wanted

Asked = Request[Any, Any, Any]
READ = access.may("audit.read")
CHECKED_DAYS = 31  # on the page; the command `audit verify` reads everything


@get("/desk/audit", opt=READ, name="oversight.log")
async def log(request: Asked, session: AsyncSession) -> Response[Any]:
    query = {name: value for name, value in request.query_params.items() if value}
    check_text(*query.values())
    form = convert(query, FilterForm)
    found = None
    if form.data is not None:
        wanted = form.data
        found = await trail.log(
            session,
            Wanted(wanted.person, wanted.action, wanted.kind, wanted.first, wanted.last),
            wanted.after,
        )
        if found is None:
            form.errors["person"] = _("Nobody here has this name or phone.")
    kept = urlencode({name: value for name, value in form.values.items() if name != "after"})
    return web.desk_page(
        request,
        "oversight/log.html",
        status=422 if form.data is None else 200,
        here="audit",
        form=form,
        found=found,
        is_filtered=bool(form.values),
        more=f"/desk/audit?{kept}&after={found.next}" if found and found.next else "",
        waiting=await verify.waiting(session),
        actions=_options(words.ACTIONS),
        kinds=_options(words.KINDS),
        words=words,
    )


@get("/desk/audit/check", opt=READ, name="oversight.check")
async def check(
    request: Asked, session: AsyncSession, viewer: Viewer, services: Services, limits: Limits
) -> Response[Any]:
    """Recompute the chain of the last days; the head is there to be written down."""
    await limits.hit("20/minute", "audit-check", str(viewer.user_id))
    since = clock.local_day() - timedelta(days=CHECKED_DAYS)
    report = await verify.verify(session, services.settings, since=since)
    return web.desk_page(request, "oversight/check.html", here="audit", report=report, since=since)


def _options(table: Any) -> list[tuple[str, str]]:
    return sorted(((key, _(word)) for key, word in table.items()), key=lambda one: one[1])


ROUTES = [log, check]
