#!/usr/bin/env python3
"""Compares the groups of an audit's maps with those that CoRelAy finds in the same maps.

    compare-corelay.py AUDIT…

For each class of the audits: the eigenvalues of the normalized Laplacian, the spaces that the first eigenvectors span
(an eigenvector is given up to sign, and up to rotation where eigenvalues are equal), and the clusters, by the adjusted
Rand index. Ends with an error where eigenvalues differ by more than 1e-6, projections onto the spaces by more than
1e-4, or the index is below 0.99. Needs requirements-audit.txt.
"""

import math
import sqlite3
import sys
from pathlib import Path

import numpy as np
from corelay.processor.affinity import SparseKNN
from corelay.processor.clustering import KMeans
from corelay.processor.distance import SciPyPDist
from corelay.processor.embedding import EigenDecomposition
from corelay.processor.laplacian import SymmetricNormalLaplacian
from PIL import Image
from sklearn.metrics import adjusted_rand_score

LONGEST_SIDE, BLUR, NEIGHBORS, EIGENVALUES = 32, 1.0, 10, 32


def gaussian(length: int) -> np.ndarray:
    places = np.arange(length)
    steps = places[:, None] - places[None, :]
    weights = np.where(np.abs(steps) <= math.ceil(3 * BLUR), np.exp(-(steps**2) / (2 * BLUR**2)), 0)
    return weights / weights.sum(axis=1, keepdims=True)


def vector(width: int, height: int, scale: float, numbers: bytes) -> np.ndarray:
    """The smoothed magnitudes of a map, of unit length."""
    values = np.abs(np.frombuffer(numbers, "<f2").astype(np.float32) * np.float32(scale)).reshape(height, width)
    longest = max(width, height)
    if longest > LONGEST_SIDE:
        sides = [max(1, (side * LONGEST_SIDE + longest // 2) // longest) for side in (width, height)]
        values = np.asarray(Image.fromarray(values).resize((sides[0], sides[1]), Image.Resampling.BILINEAR))
    smooth = gaussian(values.shape[0]) @ values.astype(np.float64) @ gaussian(values.shape[1]).T
    return (smooth / np.linalg.norm(smooth)).ravel()


def compare(database: sqlite3.Connection, unit: int) -> bool:
    rows = database.execute(
        """SELECT embedding.cluster, embedding.coordinates, map.width, map.height, map.scale, map.numbers
        FROM embedding JOIN map ON map.image = embedding.image AND map.class = embedding.class
        WHERE embedding.class = ? ORDER BY embedding.image""",
        (unit,),
    ).fetchall()
    clusters = np.array([row[0] for row in rows])
    vectors = np.stack([vector(*row[2:]) for row in rows])
    ours = np.array(
        database.execute("SELECT eigenvalue FROM spectrum WHERE class = ? ORDER BY place", (unit,)).fetchall()
    ).ravel()
    eigenvectors = np.stack([np.frombuffer(row[1], "<f8") for row in rows])

    count = len(rows)
    neighbors = max(1, min(NEIGHBORS, (count - 1) // 2))
    affinity = SparseKNN(n_neighbors=neighbors)(SciPyPDist()(vectors))
    laplacian = SymmetricNormalLaplacian()(affinity)
    asked = min(EIGENVALUES, count - 1)
    values, theirs = EigenDecomposition(n_eigval=asked, which="LA", normalize=False)(laplacian)
    order = np.argsort(values)
    values, theirs = values[order], theirs[:, order]
    eigenvalue_error = np.abs(values - ours[:asked]).max()

    # A space is well defined where the eigenvalue after it is another one.
    projection_error, spaces = 0.0, 0
    for size in range(1, min(eigenvectors.shape[1], asked - 1) + 1):
        if values[size] - values[size - 1] > 1e-3:
            first, second = eigenvectors[:, :size], theirs[:, :size]
            projection_error = max(projection_error, np.abs(first @ first.T - second @ second.T).max())
            spaces += 1

    wanted = clusters.max() + 1
    rand = 1.0
    if wanted > 1:
        rows_of_unit_length = theirs[:, :wanted] / np.linalg.norm(theirs[:, :wanted], axis=1, keepdims=True)
        found = KMeans(n_clusters=int(wanted), kwargs={"n_init": 10, "random_state": 0})(rows_of_unit_length)
        rand = adjusted_rand_score(clusters, found)
    print(
        f"class {unit}: {count} maps, eigenvalues {eigenvalue_error:.1e}, "
        f"eigenvectors {projection_error:.1e} in {spaces} spaces, {wanted} clusters, adjusted Rand index {rand:.3f}"
    )
    return bool(eigenvalue_error <= 1e-6 and projection_error <= 1e-4 and rand >= 0.99)


def main() -> None:
    is_right = True
    for folder in sys.argv[1:]:
        print(folder)
        with sqlite3.connect(Path(folder, "audit.sqlite")) as database:
            for (unit,) in database.execute("SELECT DISTINCT class FROM embedding ORDER BY class").fetchall():
                is_right = compare(database, unit) and is_right
    if not is_right:
        sys.exit("the groups differ from CoRelAy's")


if __name__ == "__main__":
    main()
