"""An address that opens no upload, and how its owner finds another."""

from __future__ import annotations

import streamlit as st

from pages.view import access, say


def show() -> None:
    st.warning(say("upload.gone"))
    # As code: in a text Streamlit makes one dash of two, and a path may hold marks.
    command = f"fourfold --workspace {access().typed_location} draft"
    st.code(f"{command} list\n{command} open {say('upload.draft-id')}", language=None)
