"""The main screens of the shop, for the gallery: who looks at each, and in which language."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Screen:
    """One picture: `path` carries no language and may name what the story made, as `{order}`."""

    name: str
    who: str
    path: str
    locale: str = "uz"
    dark: bool = False


SHOP = (
    Screen("home", "guest", "/"),
    Screen("catalogue", "guest", "/catalog"),
    Screen("category", "guest", "{category}"),
    Screen("search", "guest", "/search?q=kitob"),
    Screen("search-nothing", "guest", "/search?q=zzzzqqq"),
    Screen("product", "guest", "{product}"),
    Screen("shop", "guest", "/shops/quvnoq-oyinchoqlar"),
    Screen("cart", "guest", "/cart"),
    Screen("cart-empty", "nobody", "/cart"),
    Screen("checkout-guest", "guest", "/checkout"),
    Screen("sign-in", "nobody", "/sign-in"),
    Screen("not-found", "nobody", "/p/yoq"),
    Screen("offline", "nobody", "/offline"),
    Screen("checkout", "buyer", "/checkout", "ru"),
    Screen("bank", "buyer", "{bank}", "ru"),
    Screen("order", "buyer", "{order}", "ru"),
    Screen("orders", "buyer", "/orders", "ru"),
    Screen("me", "buyer", "/me", "ru"),
    Screen("address", "buyer", "/me/address", "ru"),
    Screen("family-start", "buyer", "/family", "ru"),
)
FAMILY = (
    Screen("family", "parent", "/family"),
    Screen("family-child", "parent", "{child}"),
    Screen("family-new-child", "parent", "/family/children/new"),
    Screen("family-pin", "parent", "/family/pin"),
    Screen("confirm", "parent", "/confirm?pin=1&next=/family"),
    Screen("approvals", "parent", "/family/approvals"),
    Screen("approval", "parent", "{question}"),
    Screen("notifications", "parent", "/notifications"),
    Screen("kids-home", "little", "/kids"),
    Screen("kids-shelf", "little", "{kids_category}"),
    Screen("kids-product", "little", "{kids_product}"),
    Screen("kids-ask", "little", "{kids_ask}"),
    Screen("kids-asked", "little", "{kids_asked}"),
    Screen("kids-asks", "little", "/kids/asks"),
    Screen("kids-leave", "little", "/kids/leave"),
    Screen("older-home", "older", "/kids"),
    Screen("older-search", "older", "/search?q=kitob"),
)
DESK = (
    Screen("seller", "seller", "/seller"),
    Screen("seller-orders", "seller", "/seller/orders"),
    Screen("seller-order", "seller", "{part}"),
)
DARK = ("home", "product", "cart", "checkout", "order", "approval", "kids-home", "seller")
TRANSLATED = ("home", "product", "approval", "kids-home", "seller")


def main_screens() -> list[Screen]:
    """Every main screen in the language of who looks at it, then the chosen variants."""
    known = {screen.name: screen for screen in (*SHOP, *FAMILY, *DESK)}
    variants = [_variant(known[name], dark=True) for name in DARK]
    for locale in ("ru", "en", "uz-cyrl"):
        variants += [_variant(known[name], locale=locale) for name in TRANSLATED]
    return [*known.values(), *variants]


def _variant(screen: Screen, *, locale: str = "", dark: bool = False) -> Screen:
    word = locale or "dark"
    return Screen(
        f"{screen.name}-{word}", screen.who, screen.path, locale or screen.locale, dark=dark
    )
