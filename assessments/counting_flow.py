"""Which way of filling limited places is worth most? Flow through a small network, a unit at a time; pure.

The best path in the residual network is taken until there is none (successive shortest paths). After every step the flow
is worth most among all flows of its size, and in the end no larger flow exists. Source: Ahuja, Magnanti and Orlin,
"Network Flows" (1993), section 9.7, with their node potentials, so that most searches end after a few nodes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from heapq import heappop, heappush
from typing import Any

Node = tuple[str, Any]  # of which sort, and which


class Pipe:
    """From one node to another, for as many units as `worths` has entries: what the first is worth, the second, and so on.

    Worths never rise, or the first unit would not be the best one to send.
    """

    __slots__ = ("flow", "head", "tail", "worths")

    def __init__(self, tail: Node, head: Node, worths: Sequence[int]) -> None:
        self.tail, self.head, self.worths, self.flow = tail, head, worths, 0


Step = tuple[Pipe, int]  # a unit more through it (1), or one less (-1)
Ways = dict[Node, list[Step]]


def fill(pipes: Sequence[Pipe], source: Node, sink: Node) -> None:
    """Send as much as goes from `source` to `sink`, and of all such flows one that is worth most. Ties fall alike each time.

    The pipes are empty, and given in an order in which no pipe leads to the tail of one before it.
    """
    ways: Ways = defaultdict(list)
    best: dict[Node, int] = {sink: 0}  # the worth of the best way on from a node, negative: its potential
    for pipe in pipes:
        ways[pipe.tail].append((pipe, 1))
        ways[pipe.head].append((pipe, -1))
    for pipe in reversed(pipes):
        if pipe.worths and pipe.head in best:
            worth = best[pipe.head] - pipe.worths[0]
            best[pipe.tail] = min(best.get(pipe.tail, worth), worth)
    while steps := _best_path(ways, best, source, sink):
        for pipe, change in steps:
            pipe.flow += change


def _best_path(ways: Ways, best: dict[Node, int], source: Node, sink: Node) -> list[Step]:
    """The steps to the sink that are worth most; none when there is no way. Brings the potentials up to date."""
    reached: dict[Node, int] = {source: 0}  # how far below its potential the best way to a node falls
    came_by: dict[Node, Step] = {}
    settled: dict[Node, int] = {}
    heap: list[tuple[int, int, Node]] = [(0, 0, source)]
    pushed = 0  # of ways alike the newest is followed first: it is nearest to the sink
    while heap:
        short, _tie, node = heappop(heap)
        if node in settled:
            continue
        settled[node] = short
        if node == sink:
            break
        for pipe, change in ways[node]:
            if change == 1:
                if pipe.flow == len(pipe.worths):
                    continue
                other, worth = pipe.head, pipe.worths[pipe.flow]
            else:
                if not pipe.flow:
                    continue
                other, worth = pipe.tail, -pipe.worths[pipe.flow - 1]
            if other in settled or other not in best:
                continue
            total = short + best[other] - best[node] - worth
            if other not in reached or total < reached[other]:
                reached[other], came_by[other] = total, (pipe, change)
                pushed -= 1
                heappush(heap, (total, pushed, other))
    if sink not in settled:
        return []
    for node, short in settled.items():
        best[node] += settled[sink] - short
    steps: list[Step] = []
    node = sink
    while node != source:
        pipe, change = came_by[node]
        steps.append((pipe, change))
        node = pipe.tail if change == 1 else pipe.head
    return steps
