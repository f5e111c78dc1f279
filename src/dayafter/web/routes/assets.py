"""Style sheet, scripts, icon and the Arabic face: nothing of the case, nothing from elsewhere."""

from __future__ import annotations

from importlib import resources
from typing import Final

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

router = APIRouter(include_in_schema=False)

_KINDS: Final = {
    "app.css": "text/css; charset=utf-8",
    "app.js": "text/javascript; charset=utf-8",
    "interval.js": "text/javascript; charset=utf-8",
    "whatif.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}
_FACES: Final = ("NotoSansArabic-Regular.ttf", "NotoSansArabic-Bold.ttf")
_KEEP: Final = {"cache-control": "private, max-age=3600"}


@router.get("/static/fonts/{name}")
def face(name: str) -> Response:
    """A face of the Arabic script."""
    if name not in _FACES:
        raise HTTPException(404)
    data = resources.files("dayafter.brief").joinpath("fonts", name).read_bytes()
    return Response(data, media_type="font/ttf", headers=_KEEP)


@router.get("/static/{name}")
def asset(name: str) -> Response:
    """A file of the interface."""
    if name not in _KINDS:
        raise HTTPException(404)
    data = resources.files("dayafter.web").joinpath("static", name).read_bytes()
    return Response(data, media_type=_KINDS[name], headers=_KEEP)


@router.get("/favicon.ico")
def favicon() -> Response:
    """The icon, under the name that browsers ask for."""
    return asset("icon.svg")


@router.get("/healthz")
def healthz() -> dict[str, str]:
    """That the server answers; nothing of the case."""
    return {"status": "ok"}
