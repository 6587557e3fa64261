"""Pieces of pages that have fooled, or could fool, a reader of bytes."""

from __future__ import annotations

from hypothesis import strategies as st

TRAPS = [
    *("<b>", "</b>", "<a href='/x'>", '<a href="/x">', "</a>", "<nobr>", "</nobr>", "<i></i>"),
    *("<!--", "-->", "<!-->", "--!>", "<!-- <article> -->", "<!-- a -- b -->", "<!--->"),
    *("<script>", "</script>", "<script>x<<</script>", "<script><!-- <script></script>"),
    *('<script>if (a<b) f("<article>")</script>', "<script src='x'/>", "<style>", "</style>"),
    *("<title>", "</title>", "<title>a <b>x</b></title>", "<textarea>", "</textarea>"),
    *("<svg>", "</svg>", "<svg><title>s</title></svg>", "<math>", "<template>", "</template>"),
    *("<table>", "</table>", "<table><tr><td>c", "</td>", "<select>", "<option>", "</select>"),
    *("<form>", "</form>", "<input>", "<button>", "</button>", "<label>", "<frameset>"),
    *('<img alt="', '">', "<img alt='", "'>", '<img alt=""Q" x">', '<div ="a>b">', '<p x="a>b">'),
    *(
        '<div a="b"="c>">',
        "<div a=b c=\"d'>",
        "<div/>",
        "<br/>",
        "<p",
        "<",
        ">",
        '"',
        "'",
        "=",
        "/",
    ),
    *(
        "<article>",
        "</article>",
        "<ARTICLE>",
        "<article",
        "<main>",
        "</main>",
        "</body>",
        "</html>",
    ),
    *('<body lang="ko">', '<body class="x">', "<html lang='ja'>", "<head>", "</head>", "<iframe>"),
    *("<div>", "</div>", "<div class='container'>", '<div class="container">', "<h1>", "</h1>"),
    *("<p>", "</p>", "<span>", "</span>", "<ul><li>", "</li></ul>", "<li>", "<plaintext>", "<xmp>"),
    *("<noscript>", "</noscript>", "<![CDATA[", "]]>", "<?php", "?>", "<!DOCTYPE html>", "\0"),
    *("text", " ", "\n", "-0-", "&lt;b&gt;", "&nbsp;", "김정은", "<august_name>", "</august_name>"),
]
PIECES = st.lists(st.sampled_from(TRAPS), max_size=6).map("".join)
