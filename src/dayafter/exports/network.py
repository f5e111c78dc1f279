"""Actors, communities, places and deals as a network, for Gephi, yEd, Cytoscape and their like.

Go-betweens and whom they talk to are not in it, for any audience: a network of persons is a list of targets.
"""

from __future__ import annotations

import io
from typing import Any

import networkx as nx

from dayafter.casefile.cell_text import cell_text
from dayafter.casefile.schema import Actor, Community, Deal, Loyalty, Place, Presence, Relation, Row
from dayafter.exports.material import CaseMaterial
from dayafter.quantities import Quantity
from dayafter.vocabulary import PlaceScope


def network(material: CaseMaterial) -> nx.MultiDiGraph[str]:
    """The network. Nodes bear `label`, `table` and `kind`; edges `tie`, and a degree as `weight`, `low`, `high`.

    `weight` is the best value, or the middle where only a range is known; an edge without a degree has none.
    """
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    graph.graph.update({name: str(value) for name, value in material.about.items()})
    builder = _Builder(material, graph)
    builder.nodes()
    builder.ties()
    return graph


class _Builder:
    def __init__(self, material: CaseMaterial, graph: nx.MultiDiGraph[str]) -> None:
        self.material, self.graph = material, graph

    def nodes(self) -> None:
        for table in ("actors", "communities", "places", "deals"):
            for row in self.material.shown(table):
                if isinstance(row, Place) and row.scope is PlaceScope.CONTEXT:
                    continue
                if isinstance(row, Actor | Community | Place | Deal):
                    kind = row.status.value if isinstance(row, Deal) else row.kind.value
                    self.graph.add_node(
                        _node(table, row.id), label=row.name, table=table, kind=kind, sources=cell_text(row.source)
                    )

    def ties(self) -> None:
        for table in ("actors", "loyalties", "relations", "presence", "deals"):
            for row in self.material.shown(table):
                self._ties_of(row)

    def _ties_of(self, row: Row) -> None:
        match row:
            case Actor():
                if row.parent:
                    self._tie(("actors", row.id), ("actors", row.parent), "belongs-to", row, row.command)
                for community in row.constituency:
                    self._tie(("actors", row.id), ("communities", community), "speaks-for", row)
            case Loyalty():
                self._tie(("actors", row.actor), ("actors", row.patron), "loyal-to", row, row.loyalty)
            case Relation():
                self._tie(("actors", row.actor), ("actors", row.other), row.kind.value, row, row.strength)
            case Presence():
                self._tie(("actors", row.actor), ("places", row.place), f"present: {row.role}", row, row.strength)
            case Deal():
                self._deal(row)

    def _deal(self, row: Deal) -> None:
        for party in row.parties:
            self._tie(("actors", party), ("deals", row.id), "party-to", row)
        for actor in row.needed:
            if actor not in row.parties:
                self._tie(("actors", actor), ("deals", row.id), "needed-by", row)
        for community in row.communities:
            self._tie(("communities", community), ("deals", row.id), "party-to", row)
        for place in row.places:
            self._tie(("deals", row.id), ("places", place), "covers", row)

    def _tie(
        self, start: tuple[str, str], end: tuple[str, str], tie: str, row: Row, degree: Quantity | None = None
    ) -> None:
        """An edge between two nodes that the audience sees; others would be nameless dots that tell too much."""
        ends = _node(*start), _node(*end)
        if not all(node in self.graph for node in ends):
            return
        told: dict[str, Any] = {"tie": tie, "sources": cell_text(row.source)}
        if degree is not None:
            told |= {"weight": degree.middle, "low": degree.low, "high": degree.high}
        self.graph.add_edge(*ends, **told)


def _node(table: str, ident: str) -> str:
    return f"{table}/{ident}"


def graphml(material: CaseMaterial) -> str:
    """The network as GraphML in UTF-8.

    Raises
    ------
    RedactionError : something protected is left in it.
    """
    stream = io.BytesIO()
    nx.write_graphml(network(material), stream, encoding="utf-8", prettyprint=True)
    return material.gate.release(stream.getvalue().decode("utf-8"), "the network as GraphML")
