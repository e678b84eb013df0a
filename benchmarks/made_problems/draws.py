"""Distributions of rows. Each function returns a function that draws from one."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from made_problems.problem import Draw, Rows

__all__ = [
    "draw_blobs",
    "draw_checkerboard",
    "draw_noise",
    "draw_noisy_copies",
    "draw_noisy_line",
    "draw_parity",
    "draw_rare_disc",
    "draw_rings",
    "draw_spirals",
    "draw_teacher",
]

# Geometry in a plane: no line separates the classes.


def draw_spirals(noise: float = 0.35, turns: float = 3.2) -> Draw:
    """Two arms that wind about each other; `turns` is the last angle, in times of π."""

    def draw(rng: np.random.Generator, rows: int) -> Rows:
        arm, t = rng.integers(0, 2, rows), rng.uniform(0.5, turns * np.pi, rows)
        x = np.c_[t * np.cos(t + np.pi * arm), t * np.sin(t + np.pi * arm)]
        return x + rng.normal(0, noise, (rows, 2)), arm

    return draw


def draw_rings() -> Draw:
    """Three rings of one centre."""

    def draw(rng: np.random.Generator, rows: int) -> Rows:
        ring, angle = rng.integers(0, 3, rows), rng.uniform(0, 2 * np.pi, rows)
        radius = 1 + ring + rng.normal(0, 0.12, rows)
        return np.c_[radius * np.cos(angle), radius * np.sin(angle)], ring

    return draw


def draw_checkerboard(fields: int) -> Draw:
    """A checkerboard with so many fields a side."""

    def draw(rng: np.random.Generator, rows: int) -> Rows:
        x = rng.uniform(0, fields, (rows, 2))
        return x, np.floor(x).astype(int).sum(axis=1) % 2

    return draw


def draw_rare_disc() -> Draw:
    """A disc in the middle that holds a tenth of the rows."""

    def draw(rng: np.random.Generator, rows: int) -> Rows:
        x = rng.normal(size=(rows, 2))
        return x, (np.hypot(x[:, 0], x[:, 1]) < 0.46).astype(int)

    return draw


# Signs: every feature alone, and every weighted sum of them, says nothing.


def draw_parity(signs: int, idle: int, flipped: float = 0.0) -> Draw:
    """Whether the number of positive features is odd, with idle features and flipped labels."""

    def draw(rng: np.random.Generator, rows: int) -> Rows:
        sign = rng.integers(0, 2, (rows, signs))
        x = (2 * sign - 1) * rng.uniform(0.4, 1.6, (rows, signs))
        label = sign.sum(axis=1) % 2 ^ (rng.uniform(size=rows) < flipped)
        return np.c_[x, rng.normal(size=(rows, idle))], label

    return draw


# Linear: the true log-odds are weighted sums of the features.


def draw_noisy_line(features: int, slope: float, used: int | None = None) -> Draw:
    """A logistic regression on the first `used` features, by default on all of them."""

    def draw(rng: np.random.Generator, rows: int) -> Rows:
        x = rng.normal(size=(rows, features))
        odds = slope * x[:, : used or features].sum(axis=1) / np.sqrt(used or features)
        return x, (rng.uniform(size=rows) < 1 / (1 + np.exp(-odds))).astype(int)

    return draw


def draw_half() -> Draw:
    """A part of a whole, and whether it is more than half of it: without noise."""

    def draw(rng: np.random.Generator, rows: int) -> Rows:
        whole = rng.uniform(10, 100, rows)
        part = whole * rng.uniform(size=rows)
        return np.c_[part, whole], (part > whole / 2).astype(int)

    return draw


def draw_largest_sum(features: int, classes: int) -> Draw:
    """Which of some weighted sums is the largest, without noise."""
    weights = np.random.default_rng(5).normal(size=(features, classes))

    def draw(rng: np.random.Generator, rows: int) -> Rows:
        x = rng.normal(size=(rows, features))
        return x, (x @ weights).argmax(axis=1)

    return draw


def draw_blobs(classes: int, apart: float) -> Draw:
    """Normal clouds of one covariance in eight dimensions, whose centres are on a sphere."""
    centres = np.random.default_rng(7).normal(size=(classes, 8))
    centres *= apart / np.linalg.norm(centres, axis=1, keepdims=True)

    def draw(rng: np.random.Generator, rows: int) -> Rows:
        label = rng.integers(0, classes, rows)
        return centres[label] + rng.normal(size=(rows, 8)), label

    return draw


def draw_noise(features: int, classes: int) -> Draw:
    """Labels that no feature says anything about."""

    def draw(rng: np.random.Generator, rows: int) -> Rows:
        return rng.normal(size=(rows, features)), rng.integers(0, classes, rows)

    return draw


# Others.


def draw_teacher(widths: Sequence[int], sharpness: float) -> Draw:
    """Labels by a network of sines with these widths, from the features to the classes."""
    weights_rng = np.random.default_rng(11)
    weights = [weights_rng.normal(size=shape) / np.sqrt(shape[0]) for shape in pairwise(widths)]

    def draw(rng: np.random.Generator, rows: int) -> Rows:
        x = rng.normal(size=(rows, widths[0]))
        hidden = x
        for number, kernel in enumerate(weights):
            hidden = hidden @ kernel
            if number < len(weights) - 1:
                hidden = np.sin(2 * hidden)  # no weighted sum of the inputs comes near it
        return x, (sharpness * hidden + rng.gumbel(size=hidden.shape)).argmax(axis=1)

    return draw


def draw_noisy_copies(copies: int, noise: float) -> Draw:
    """Poor copies of the label."""

    def draw(rng: np.random.Generator, rows: int) -> Rows:
        label = rng.integers(0, 2, rows)
        x = (2 * label - 1)[:, None] + rng.normal(0, noise, (rows, copies))
        return x, label

    return draw
