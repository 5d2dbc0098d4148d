"""Random draws that stay the same in every release of numpy.

Only the uniform stream of a seeded generator is used. Normal, integer and choice draws are made from it here, because
numpy promises the stream of uniforms far more firmly than the algorithms of its other distributions.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import TypeVar

import numpy as np

T = TypeVar("T")
STANDARD_NORMAL = NormalDist()


class Draws:
    """One named stream; streams of different names are independent, so changing one leaves the others as they are."""

    def __init__(self, seed: int, stream: int) -> None:
        self._generator = np.random.default_rng([seed, stream])
        self._block: list[float] = []

    def uniform(self) -> float:
        """Draw a number from 0 up to, but not including, 1."""
        if not self._block:
            self._block = self._generator.random(4096).tolist()[::-1]
        return self._block.pop()

    def chance(self, probability: float) -> bool:
        """Draw yes with the given probability."""
        return self.uniform() < probability

    def below(self, n: int) -> int:
        """Draw one of the whole numbers from 0 to n − 1."""
        return int(self.uniform() * n)

    def between(self, low: int, high: int) -> int:
        """Draw a whole number, both ends included."""
        return low + self.below(high - low + 1)

    def pick(self, values: Sequence[T]) -> T:
        """Draw one of the values, all equally likely."""
        return values[self.below(len(values))]

    def weighted(self, weights: Sequence[float]) -> int:
        """Draw a position with probability in proportion to its weight."""
        rest = self.uniform() * sum(weights)
        for index, weight in enumerate(weights):
            rest -= weight
            if rest < 0:
                return index
        return len(weights) - 1

    def normal(self) -> float:
        """Draw from the standard normal distribution."""
        return STANDARD_NORMAL.inv_cdf(max(self.uniform(), 1e-12))

    def lognormal(self, median: float, spread: float) -> float:
        """Draw from the lognormal distribution of the given median."""
        return median * math.exp(spread * self.normal())

    def shuffled(self, values: Sequence[T]) -> list[T]:
        """Give the values in random order."""
        mixed = list(values)
        for index in range(len(mixed) - 1):
            other = index + self.below(len(mixed) - index)
            mixed[index], mixed[other] = mixed[other], mixed[index]
        return mixed

    def sample(self, n: int, size: int) -> list[int]:
        """Give `size` different numbers below `n`, in rising order."""
        return sorted(self.shuffled(range(n))[:size])
