"""The document as a page: every address by room, what it asks for, what it answers. No script, nothing from elsewhere."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

_PLACES = {"query": "adresse, après « ? »", "path": "adresse", "header": "en-tête"}
_TYPES = {"integer": "entier", "string": "texte", "boolean": "vrai ou faux", "number": "nombre", "object": "objet"}
_FORMATS = {"date": "date", "date-time": "date et heure", "binary": "fichier"}


def page(request: HttpRequest, document: dict[str, Any]) -> HttpResponse:
    """Everything that the document says, for people."""
    return render(request, "api/reference.html", {"rooms": _rooms(document), "shapes": _shapes(document)})


def _rooms(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The operations by room, in the order of the document."""
    rooms: dict[str, list[dict[str, Any]]] = {}
    for path, methods in document["paths"].items():
        for method, said in methods.items():
            rooms.setdefault(said["tags"][0], []).append(_operation(method.upper(), path, said))
    return [{"name": name, "operations": operations} for name, operations in rooms.items()]


def _operation(method: str, path: str, said: dict[str, Any]) -> dict[str, Any]:
    asked = [_field(p["name"], p["schema"], p["required"], _PLACES[p["in"]]) for p in said["parameters"]]
    sent: dict[str, Any] = said.get("requestBody", {}).get("content", {})
    kind = next(iter(sent), "")
    body = sent[kind]["schema"] if kind else {}
    answered = next(response for status, response in said["responses"].items() if int(status) < 300)
    answer = next(iter(answered["content"].values()))
    return {
        "method": method,
        "path": path,
        "id": said["operationId"],
        "summary": said["summary"],
        "needs": said["description"],
        "asked": asked + (_fields(body, "formulaire") if kind == "multipart/form-data" else []),
        "body": _type(body) if kind == "application/json" else None,
        "answer": _type(answer["schema"]),
    }


def _shapes(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The shapes of what is sent and answered, by name; pages of a list are told once, in the text."""
    schemas = document["components"]["schemas"].items()
    return [{"name": name, "fields": _fields(schema)} for name, schema in sorted(schemas) if not name.startswith("Page_")]


def _fields(schema: dict[str, Any], place: str = "") -> list[dict[str, Any]]:
    required = schema.get("required", [])
    return [_field(name, field, name in required, place) for name, field in schema.get("properties", {}).items()]


def _field(name: str, schema: dict[str, Any], required: bool, place: str = "") -> dict[str, Any]:
    return {
        "name": name,
        "place": place,
        "type": _type(schema),
        "empty": not place and any(one.get("type") == "null" for one in schema.get("anyOf", [])),
        "required": required,
        "text": schema.get("description", ""),
        "values": _values(schema),
    }


def _values(schema: dict[str, Any]) -> list[str]:
    found: list[str] = schema.get("enum", [])
    return found or next((values for one in schema.get("anyOf", []) if (values := _values(one))), [])


def _type(schema: dict[str, Any]) -> dict[str, str]:
    """A type in words, and the shape it names, if any."""
    if reference := schema.get("$ref"):
        name = reference.rsplit("/", 1)[1]
        if name.startswith("Page_"):
            return {"words": "page de", "shape": name.removeprefix("Page_").strip("_")}
        return {"words": "", "shape": name}
    if schema.get("type") == "array":
        inner = _type(schema["items"])
        return {"words": f"liste de {inner['words']}".strip(), "shape": inner["shape"]}
    if several := schema.get("anyOf"):
        return next(_type(one) for one in several if one.get("type") != "null")
    return {"words": _FORMATS.get(schema.get("format", ""), _TYPES.get(schema.get("type", ""), "")), "shape": ""}
