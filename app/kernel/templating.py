"""The Jinja environment: strict, autoescaped, translated, with hashed assets."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from jinja2.environment import TemplateModule
from jinja2.runtime import Context, Macro

from app.kernel import formats, i18n
from app.kernel.assets import Assets
from app.kernel.viewer import Zone

LAYOUTS = {
    Zone.SHOP: "layouts/shop.html",
    Zone.KIDS: "layouts/kids.html",
    Zone.DESK: "layouts/desk.html",
}
COMPONENTS = "components/"


def local_url(target: str) -> str:
    """The address of a page of ours in the reader's language."""
    return f"/{i18n.get_locale().value}{target}"


class QuickContext(Context):
    """Calls macros, which most calls of a page are, without asking each time what they are.

    The library's own way looks through five attributes for that: a tenth of a page's time.
    """

    def call(__self, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805  as overridden
        if type(__obj) is not Macro:
            return super().call(__obj, *args, **kwargs)
        kwargs.pop("_block_vars", None)
        kwargs.pop("_loop_vars", None)
        return __obj(__self.eval_ctx, *args, **kwargs)


class KeptTemplate(Template):
    """Macros of components are gathered once a process, however often pages import them.

    Components read nothing of the page around them: what they need is a parameter or a global.
    """

    def make_module(
        self,
        vars: dict[str, Any] | None = None,  # noqa: A002  the name that the overridden one has
        shared: bool = False,
        locals: Mapping[str, Any] | None = None,  # noqa: A002
    ) -> TemplateModule:
        if vars is not None and (self.name or "").startswith(COMPONENTS):
            return self._get_default_module()
        return super().make_module(vars, shared, locals)


class Templates:
    """Renders a screen, or one named block of it, with the context of the request."""

    def __init__(self, folders: list[Path], assets: Assets, *, reload: bool) -> None:
        self.assets = assets
        self.env = Environment(
            loader=FileSystemLoader(folders),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=reload,
            cache_size=-1,
        )
        self.env.context_class = QuickContext
        if not reload:  # a kept module would hide a change of what it imports
            self.env.template_class = KeptTemplate
        i18n.install(self.env)
        self.env.globals |= {"asset": assets.url, "url": local_url}
        self.env.filters |= formats.filters()

    def render(self, name: str, context: Mapping[str, Any]) -> str:
        return self.env.get_template(name).render(context)

    def render_block(self, name: str, block: str, context: Mapping[str, Any]) -> str:
        """Only `block` of the screen, with what stands above the blocks (imports, sets) in place.

        The first step of the root function runs exactly that; the page itself is never rendered.
        """
        template = self.env.get_template(name)
        inner = template.new_context(dict(context))
        root = template.root_render_func(inner)
        next(root, None)
        html = self.env.concat(inner.blocks[block][0](inner))
        return str(html)
