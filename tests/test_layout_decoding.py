"""Pages in every encoding come out as UTF-8, also where header or page say something else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcna_ingest.layouts._decode import utf8
from kcna_ingest.models import Language
from tests.properties import examples


@pytest.mark.parametrize(
    ("label", "codec", "text"),
    [
        ("euc-kr", "cp949", "똠방각하와 펲시, 평양"),
        ("ks_c_5601-1987", "cp949", "뷁이라는 글자"),
        ("shift_jis", "cp932", "①平壌㈱"),
        ("gb2312", "gbk", "平壤電鎔基"),
        ("utf-16", "utf-16-le", "평양 Pyongyang"),
        ("windows-1251", "cp1251", "Пхеньян"),
        ("latin1", "cp1252", "“Año Nuevo”"),
        ("big5", "big5", "平壤"),
        ("iso-2022-jp", "iso2022_jp", "平壌"),
    ],
)
def test_labels_mean_what_browsers_mean(label: str, codec: str, text: str) -> None:
    """A declared charset is read with the extensions that browsers read, header or page."""
    page = f"<p>{text}</p>"

    assert page.encode() == utf8(page.encode(codec), f"text/html; charset={label}", None)
    if codec != "utf-16-le":
        declared = f'<meta charset="{label}">{page}'
        assert declared.encode() == utf8(declared.encode(codec), "text/html", None)


@pytest.mark.parametrize(
    "declared", ["euc-kr", "utf-8", "shift_jis", "nonsense", "rot13", "hex", ""]
)
def test_bytes_go_before_labels(declared: str) -> None:
    """Valid UTF-8 is UTF-8 whatever is said of it; EUC-KR said to be UTF-8 is read by language."""
    page = "<p>경애하는 김정은동지께서 현지지도하시였다.</p>"
    header = f"text/html; charset={declared}" if declared else ""

    assert page.encode() == utf8(page.encode(), header, "ko")
    assert page.encode() == utf8(b"\xef\xbb\xbf" + page.encode(), header, "ko")
    assert page.encode() == utf8(page.encode("utf-16"), header, "ko")
    if declared != "shift_jis":
        assert page.encode() == utf8(page.encode("euc-kr"), header, "ko")


def test_lost_bytes_leave_the_rest() -> None:
    """A few undecodable bytes become U+FFFD and do not turn the page into another encoding."""
    page = "<p>평양 9월 8일발</p>".encode()

    damaged = "<p>평\ufffd 9월 8일발</p>"
    cut_off = "<p>평\ufffd"

    assert damaged == utf8(page.replace("양".encode(), b"\xff"), "", None).decode()
    assert cut_off == utf8(page[:8], "", None).decode()


@examples(300)
@given(st.binary(max_size=200), st.text(max_size=30), st.sampled_from(["ko", "ja", "en", None]))
def test_decoding_never_fails(body: bytes, content_type: str, language: Language | None) -> None:
    """Whatever the bytes and the header, valid UTF-8 comes out."""
    for header in (content_type, f"text/html; charset={content_type}"):
        assert isinstance(utf8(body, header, language).decode("utf-8", "strict"), str)
