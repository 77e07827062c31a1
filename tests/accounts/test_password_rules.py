"""What a password must be, and how long a guesser has to wait."""

from datetime import timedelta

import pytest

from app.accounts import password_rules, password_tries
from app.accounts.password_rules import CommonPassword, ShortPassword

OWN = ["Dilnoza Karimova", "+998901234501", "dilnoza.k@mail.uz"]


@pytest.mark.parametrize(
    "password",
    [
        "Bozorcha2026!!!",
        "password1234567",
        "P@ssw0rdP@ssw0rd",
        "123456789012345",
        "qwertyuiopasdfg",
        "aaaaaaaaaaaaaaaaaaaaa",
        "Toshkent2026toshkent",
        "Dilnoza Karimova 1990",
        "dilnoza.k2026!!",
        "901234501901234501",
        " " * 20,
    ],
)
def test_what_is_guessed_first_is_refused(password):
    with pytest.raises(CommonPassword):
        password_rules.judge(password, OWN, least=15)


@pytest.mark.parametrize(
    "password",
    [
        "olma anor behi 7",
        "correct horse battery staple",
        "йўлбарс ёмғир остида",
        "xT7#kqLm;2Zw!vBs",
    ],
)
def test_anything_else_is_welcome_without_rules_of_composition(password):
    password_rules.judge(password, OWN, least=15)


def test_fourteen_characters_are_too_few_alone():
    with pytest.raises(ShortPassword):
        password_rules.judge("olma anor behi", OWN, least=15)
    password_rules.judge("xT7#kqLm", OWN, least=8)


@pytest.mark.parametrize(("failures", "minutes"), [(7, 0), (8, 1), (12, 16), (30, 1440)])
def test_the_wait_doubles_up_to_a_day(failures, minutes):
    assert password_tries.wait_after(failures) == timedelta(minutes=minutes)
