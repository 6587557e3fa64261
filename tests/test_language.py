"""The language is the address's, the agency's, the script's, and a guess last. Texts invented."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcna_ingest.dateline import split
from kcna_ingest.language import decide
from kcna_ingest.models import LANGUAGES, Language


@pytest.mark.parametrize("told", LANGUAGES)
def test_the_address_decides_where_it_tells(told: Language) -> None:
    """Neither dateline nor text is asked then."""
    dateline, _ = split("Pyongyang, May 7 (KCNA)")

    assert decide(address=told, dateline=dateline, text="공장이 조업하였다.") == told


@pytest.mark.parametrize(
    ("printed", "language"),
    [
        ("Pyongyang, May 7 (KCNA)", "en"),
        ("Pyongyang, 7 de mayo (ACNC)", "es"),
        ("Pyongyang, 7 de mayo (ATCC)", "es"),
        ("Пхеньян, 7 мая. /ЦТАК/", "ru"),
        ("(평양 5월 7일발 조선중앙통신)", "ko"),
        ("【平壌５月７日発朝鮮中央通信】", "ja"),
        ("朝中社平壤5月7日电", "zh"),
    ],
)
def test_the_agency_has_a_name_in_each_language(printed: str, language: Language) -> None:
    """Without an address the dateline decides, whatever the words of the text."""
    dateline, _ = split(printed)

    assert dateline is not None
    assert decide(address=None, dateline=dateline, text="Kim Jong Un") == language


def test_a_misspelt_agency_leaves_it_to_the_text() -> None:
    """ "(KNCA)" tells nothing."""
    dateline, _ = split("Pyongyang, 7 de mayo (KNCA)")

    assert dateline is not None
    assert decide(address=None, dateline=dateline, text="Se abre la obra") == "es"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("새 공장 조업", "ko"),
        ("《AP》통신이 보도", "ko"),
        ("青年学生と勤労者の夜会", "ja"),
        ("モスクワで展示会", "ja"),
        ("新工厂开工", "zh"),
        ("俄罗斯KAMAZ公司代表团到达", "zh"),
        ("新工厂开工，产品名为「さくら」。" + "工厂职工热烈欢迎代表团。" * 20, "zh"),
        ("Открыт новый завод", "ru"),
        ("Завод «Made in Korea»", "ru"),
        ("New Works Opened in Sunchon", "en"),
        ("The word 조국 means homeland in the song", "en"),
        ("Greetings to President Enrique Peña", "en"),
        ("Abierta nueva fabrica en Sunchon", "es"),
        ("Lideres envian mensaje de felicitacion", "es"),
        ("Inaugurada exposición de niños", "es"),
        ("Kim Jong Il se reune con Norodom Sihanouk", "es"),
        ("Works Open", "en"),
        ("", "en"),
        (" ", "en"),
        ("2024", "en"),
        ("-0- … ★", "en"),
    ],
)
def test_the_text_decides_where_nothing_else_tells(text: str, language: Language) -> None:
    """By its script, and in Latin script by its words; without letters it is English."""
    assert decide(address=None, dateline=None, text=text) == language


@given(st.text(max_size=30))
def test_any_text_has_a_language(text: str) -> None:
    """However short or odd, a text gets one of the six."""
    assert decide(address=None, dateline=None, text=text) in LANGUAGES


def test_a_very_long_text_is_judged_by_its_opening() -> None:
    """A body of a megabyte is no different from its first page."""
    text = "Abierta la nueva fabrica en Sunchon. " * 30_000

    assert decide(address=None, dateline=None, text=text) == "es"


@pytest.mark.parametrize(
    "asked",
    [
        "address='es', dateline=None, text='Works Open'",
        "address=None, dateline=Dateline('', '', 1, 1, 'ACNC'), text='Works Open'",
        "address=None, dateline=None, text='새 공장 조업'",
        "address=None, dateline=None, text='Opening of the works'",
        "address=None, dateline=None, text='Se reune con el presidente'",
        "address=None, dateline=None, text='2024'",
    ],
)
def test_the_model_is_loaded_only_where_nothing_cheaper_decides(asked: str) -> None:
    """Neither the import nor a plain case brings in numpy."""
    program = (
        "import sys; from kcna_ingest.language import decide; "
        f"from kcna_ingest.models import Dateline; decide({asked}); "
        "print('py3langid' in sys.modules, 'numpy' in sys.modules)"
    )

    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert run.stdout.split() == ["False", "False"]
