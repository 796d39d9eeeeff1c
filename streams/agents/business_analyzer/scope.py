"""Whether the requirement asks for a data service at all."""

from __future__ import annotations

import re

_OUT_OF_SCOPE: tuple[tuple[str, str], ...] = (
    ("a game",
        r"\b(?:video|racing|arcade|shooter|puzzle|platform|strategy|role-playing|3d|2d|multiplayer"
        r"|mobile|computer|vr) games?\b|\bmultiplayer\b|\bgame engine\b|\bfirst-person\b|\b(?:build"
        r"|create|develop|make|write|design)\b[^.]{0,40}\bgame\b"),
    ("3D or graphics work",
        r"\b3d (?:model|render|engine|scene|graphics|animation|printing|racing)\w*|\brendering engine\b"
        r"|\bray.?trac\w+|\bphotorealistic\b|\baugmented reality\b|\bvirtual reality\b"),
    ("an operating system or low-level software",
        r"\boperating system kernel\b|\b(?:write|build|create|develop|implement"
        r"|make)\b[^.]{0,30}\b(?:operating system|kernel|device driver|compiler|bootloader|hypervisor"
        r"|file system|programming language|web browser|database engine)\b"),
    ("hardware or embedded software",
        r"\bfirmware\b|\bmicrocontrollers?\b|\barduino\b|\bfpga\b|\bpcb\b|\bembedded (?:system|software"
        r"|device)s?\b|\brobot(?:ic)? arms?\b|\bsolder\w*|\bdrone (?:autopilot|flight controller)\b"
        r"|\b(?:build|design|create|make)\b[^.]{0,30}\b(?:robot|drone|rocket|circuit board)\b"),
    ("machine learning",
        r"\b(?:train|fine-tune|fine-tuning|training)\b[^.]{0,40}\b(?:model|neural|network|llm|gpt"
        r"|classifier)\b|\bneural networks?\b|\bdeep learning\b|\b(?:large )?language model that\b"
        r"|\bface recognition\b|\bimage recognition\b|\bspeech recognition\b|\bself-driving\b"),
    ("a native app",
        r"\bnative (?:ios|android|iphone|mobile)\b|\b(?:ios|android|iphone|swift|kotlin)"
        r" app\b[^.]{0,60}\b(?:camera|bluetooth|offline|app store|play store|gps|push)\b|\bapp store\b"),
    ("media production",
        r"\b(?:video|audio|music|photo|image) (?:editor|editing software|synthesi[sz]er)\b|\b(?:compose"
        r"|produce|shoot|film)\b[^.]{0,20}\b(?:song|music|movie|film|video)\b|\bwrite (?:me )?(?:a|an)"
        r" (?:poem|song|novel|essay|story)\b"),
    ("cryptocurrency mining or trading at high speed",
        r"\bhigh.frequency trading\b|\b(?:mine|mining) (?:bitcoin|crypto\w*)\b|\bnew (?:crypto\w*"
        r"|blockchain)\b"),
)  # fmt: skip


def out_of_scope(text: str) -> str:
    """What it asks for instead of a data service, '' where nothing says so."""
    low = " ".join(text.lower().split())
    return next((name for name, pattern in _OUT_OF_SCOPE if re.search(pattern, low)), "")
