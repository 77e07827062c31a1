"""Rights change only where everybody can see it."""

from app.kernel.viewer import STAFF_ROLES, Role
from app.local.generated import permissions_page
from tests.conventions import source
from tests.conventions.routing import registry

# A role that holds nothing yet opens nothing but the shop.
WITHOUT_RIGHTS_YET = {Role.GIVER}


def test_the_document_equals_the_registry():
    assert source.text(source.ROOT / "docs/permissions.md") == permissions_page(registry()), (
        "run: python -m app.local.generated"
    )


def test_names_are_resource_dot_action():
    for name in registry().permissions:
        resource, dot, action = name.partition(".")
        assert dot
        assert resource.isidentifier()
        assert action.isidentifier()


def test_a_permission_is_declared_once():
    """The registry is a dict: a second slice with the same name would change the first silently."""
    names = [name for part in registry().slices for name in part.grants]

    assert len(names) == len(set(names))


def test_every_permission_has_a_holder():
    assert all(registry().permissions.values())


def test_roles_without_rights_are_known():
    holders = {role for held in registry().permissions.values() for role in held}

    assert set(Role) - holders == WITHOUT_RIGHTS_YET


def test_what_staff_may_be_given_is_a_permission_with_a_sentence():
    known = registry()

    assert known.staff_permissions.keys() <= known.permissions.keys()
    assert all(words.strip() for words in known.staff_permissions.values())


def test_every_right_of_the_staff_can_be_given_by_hand():
    """All but the desk itself, which opens with any role of the staff, and what shops hold too."""
    of_staff = {name for name, held in registry().permissions.items() if held <= STAFF_ROLES}

    assert of_staff - {"desk.open"} == set(registry().staff_permissions)


def test_family_rights_are_of_guardians_alone():
    """Staff of the shop, sellers and givers decide nothing for a child."""
    for name, held in registry().permissions.items():
        if name.startswith(("family.", "approval.")):
            assert held == {Role.GUARDIAN}, name
