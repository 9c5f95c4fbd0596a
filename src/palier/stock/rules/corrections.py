"""What may be corrected of residences."""

from __future__ import annotations

from collections.abc import Sequence

from palier.verdict import YES, Verdict, no

# Longitude and latitude of the French territories, mainland then overseas, with some sea around.
_TERRITORIES = (
    (-6.0, 41.0, 10.0, 51.5),
    (-63.5, 14.0, -60.5, 18.5),
    (-55.0, 2.0, -51.0, 6.5),
    (54.5, -22.0, 56.5, -20.0),
    (44.5, -13.5, 45.7, -12.0),
    (-57.0, 46.0, -55.5, 47.5),
    (-155.0, -28.5, -134.0, -7.0),
    (163.0, -23.0, 169.0, -19.0),
    (-179.0, -15.0, -175.0, -12.5),
)


def name_holds(name: str) -> Verdict:
    """Whether a residence may bear this name."""
    if not name.strip():
        return no("stock.name_empty", "Donnez un nom à la résidence, par exemple « Résidence des Glycines ».")
    if len(name) > 160:
        return no("stock.name_long", "Ce nom dépasse 160 caractères : abrégez-le.")
    return YES


def point_holds(lon: float, lat: float) -> Verdict:
    """Whether a point is in a French territory: longitude and latitude are easily swapped."""
    if any(west <= lon <= east and south <= lat <= north for west, south, east, north in _TERRITORIES):
        return YES
    return no(
        "stock.point_far",
        "Ce point n’est dans aucun territoire français. Vérifiez l’ordre : latitude (48,9), puis longitude (2,48).",
    )


def may_merge(*, same: bool, one_landlord: bool, already: bool, used_by: Sequence[str], name: str) -> Verdict:
    """Whether a residence may be absorbed by another."""
    if same or not one_landlord:
        return no("stock.merge_other", "Choisissez une autre résidence du même organisme.")
    if already:
        return no("stock.merge_again", "L’une des deux est déjà réunie à une autre. Rechargez la page.")
    if used_by:
        return no(
            "stock.merge_used",
            f"« {name} » sert déjà ailleurs. Réunissez plutôt l’autre résidence à celle-ci.",
            detail=", ".join(used_by),
        )
    return YES


def may_separate(*, merged_here: bool, kept_merged: bool, known: bool) -> Verdict:
    """Whether a residence may be taken out of the one that absorbed it."""
    if not merged_here:
        return no("stock.separate_again", "Ces deux résidences ne sont pas réunies. Rechargez la page.")
    if kept_merged:
        return no("stock.separate_chain", "Celle-ci est elle-même réunie à une autre : séparez-les d’abord.")
    if not known:
        return no(
            "stock.separate_unknown",
            "Cette réunion est trop ancienne pour se défaire d’un geste. Déplacez ses adresses vers une nouvelle résidence.",
        )
    return YES


def may_move(*, some: bool, all_of_it: bool, to_itself: bool, one_landlord: bool, named: bool) -> Verdict:
    """Whether addresses of a residence may go to another."""
    if not some:
        return no("stock.move_nothing", "Choisissez au moins une adresse de la résidence.")
    if to_itself or not one_landlord:
        return no("stock.move_other", "Choisissez une autre résidence du même organisme.")
    if all_of_it:
        return no("stock.move_all", "Toutes les adresses partiraient. Réunissez plutôt les deux résidences.")
    if not named:
        return no("stock.move_where", "Choisissez la résidence d’arrivée, ou donnez un nom à la nouvelle.")
    return YES
