"""Roles of the staff: the list, making one, changing it."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel import access, web
from app.kernel.errors import AppError, NotFound
from app.kernel.forms import Form, read_form
from app.kernel.i18n import gettext as _
from app.kernel.services import Services
from app.kernel.viewer import Viewer
from app.staff import roles
from app.staff.forms import RoleForm
from app.staff.roles import NameTaken, NotYours, StaffRoleCard, TooManyRoles, Wanted

AnyRequest = Request[Any, Any, Any]
MANAGE = access.may("role.manage")
CHANGE = access.may("role.manage", confirmed=True)


@get("/desk/roles", opt=MANAGE, name="staff.roles")
async def list_roles(
    request: AnyRequest, session: AsyncSession, services: Services
) -> Response[Any]:
    return web.desk_page(
        request,
        "staff/roles.html",
        here="roles",
        roles=await roles.cards(session),
        sentences=services.registry.staff_permissions,
    )


@get("/desk/roles/new", opt=CHANGE, name="staff.new_role")
async def new_role(request: AnyRequest, viewer: Viewer, services: Services) -> Response[Any]:
    return _page(request, viewer, services, Form(values={}), None, frozenset())


@post("/desk/roles", opt=CHANGE, name="staff.make_role")
async def make_role(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, services: Services
) -> Response[Any]:
    form = await read_form(request, RoleForm)
    if form.data is not None:
        try:
            await roles.make(session, viewer, _wanted(form.data))
            return web.redirect(request, "/desk/roles", toast=_("The role is made."))
        except (NameTaken, NotYours, TooManyRoles, roles.UnknownPermission) as refusal:
            _show(form, refusal)
    return _page(request, viewer, services, form, None, await _ticked(request), status=422)


@get("/desk/roles/{role_id:uuid}", opt=CHANGE, name="staff.role")
async def show_role(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, services: Services, role_id: UUID
) -> Response[Any]:
    card = await roles.card(session, str(role_id))
    form: Form[RoleForm] = Form(values={"name": card.name, "description": card.description})
    return _page(request, viewer, services, form, card, card.permissions)


@post("/desk/roles/{role_id:uuid}", opt=CHANGE, name="staff.change_role")
async def change_role(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, services: Services, role_id: UUID
) -> Response[Any]:
    card = await roles.card(session, str(role_id))
    form = await read_form(request, RoleForm)
    if form.data is not None:
        try:
            await roles.change(session, viewer, role_id, _wanted(form.data))
            return web.redirect(request, "/desk/roles", toast=_("Saved."))
        except (NameTaken, NotYours, roles.OwnRights, roles.UnknownPermission) as refusal:
            _show(form, refusal)
    return _page(request, viewer, services, form, card, await _ticked(request), status=422)


@post("/desk/roles/{role_id:uuid}/removal", opt=CHANGE, name="staff.remove_role")
async def remove_role(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, role_id: UUID
) -> Response[Any]:
    await roles.remove(session, viewer, role_id)
    return web.redirect(request, "/desk/roles", toast=_("The role is removed."))


def _wanted(data: RoleForm) -> Wanted:
    return Wanted(data.name, data.description, frozenset(data.permissions))


def _show(form: Form[RoleForm], refusal: AppError) -> None:
    """Beside the name what is wrong with it, beside the list everything else."""
    form.fail("name" if isinstance(refusal, NameTaken) else "permissions", refusal.text())


async def _ticked(request: AnyRequest) -> frozenset[str]:
    sent = await request.form()
    return frozenset(str(value) for value in sent.getall("permissions", []))


def _page(
    request: AnyRequest,
    viewer: Viewer,
    services: Services,
    form: Form[RoleForm],
    card: StaffRoleCard | None,
    ticked: frozenset[str],
    *,
    status: int = 200,
) -> Response[Any]:
    if card is not None and card.is_preset:
        raise NotFound
    groups = [
        (part.name, part.staff_grants) for part in services.registry.slices if part.staff_grants
    ]
    return web.desk_page(
        request,
        "staff/role.html",
        here="roles",
        form=form,
        card=card,
        groups=groups,
        group_names=roles.GROUPS,
        ticked=ticked,
        own=viewer.permissions,
        status=status,
    )


ROUTES = [list_roles, new_role, make_role, show_role, change_role, remove_role]
