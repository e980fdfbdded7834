"""A script for Streamlit: every hostile name in every kind of text that it reads as Markdown."""

import sys
from pathlib import Path

import streamlit as st

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from pages.literal import literal
from tests.names.hostile_city import NAMES, SCENARIOS

MORE = (
    "12:30:15", "a >= b", "x <= y ~= z", "<-> q", "<- r", "-- s", "> quote", "+ plus", "12) twelve",
    ":+1:", ":a_b-c:", "x:y[z]{w=1}", "mail a.b@c.example.org", "xmpp:a@b.cc", "[^1]: note", "---",
    "https://a.invalid/x_y_z", "***", "===", "    four", "|a|b|", "\\", "&copy;", "&#60;", "(c)...",
    ":streamlit:", "$5 and $6", "$$x$$", "1.", "#", "-", "*", "![", "](", "a:b:c", "甲:red[乙]",
)  # fmt: skip
ALL = (*NAMES, *SCENARIOS, *MORE)
KINDS = ("caption", "button", "message", "option")

if __name__ == "__main__":
    for place, name in enumerate(ALL):
        with st.container(key=f"caption-{place}"):
            st.caption(literal(name))
        with st.container(key=f"button-{place}"):
            st.button(literal(name), key=f"press-{place}")
        with st.container(key=f"message-{place}"):
            st.success(literal(name))
        with st.container(key=f"option-{place}"):
            st.radio(
                "-", [name], format_func=literal, label_visibility="collapsed", key=f"o-{place}"
            )
    st.container(key="done").caption("done")
