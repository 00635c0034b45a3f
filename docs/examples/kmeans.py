"""k-means: 20 points, 2 centres, 10 steps; each centre moves to the mean of its points."""

import numpy as np

import xlnn

distance = xlnn.Stated(
    array=lambda points, centres: ((points[:, np.newaxis] - centres) ** 2).sum(axis=2),
    cell=lambda k, points, centres: (
        f"=SUMSQ({points[0]}-{centres[k, 0]},{points[1]}-{centres[k, 1]})"
    ),
)
own = xlnn.Stated(  # 1 where a centre is the nearest of the two, else 0
    array=lambda distance: np.eye(2)[distance.argmin(axis=1)],
    cell=lambda k, distance: f"=IF(MATCH(MIN({distance[:]}),{distance[:]},0)={k + 1},1,0)",
)
centres = xlnn.Stated(  # a centre without points goes to (0, 0)
    array=lambda points, own: own.T @ points / np.maximum(1, own.sum(axis=0))[:, np.newaxis],
    cell=lambda k, i, points, own: "=SUMPRODUCT({0},{1})/MAX(1,SUM({0}))".format(
        own.over("point")[k], points.over("point")[i]
    ),
)

step, point = xlnn.Axis("step", 10, "up"), xlnn.Axis("point", 20)
path = {"sheet": "Centres", "axes": (step,), "shape": (2, 2), "given": 1}
each = {"sheet": "Steps", "axes": (step, point), "shape": (2,)}
kmeans = xlnn.Model(
    (
        xlnn.Quantity("points", sheet="Points", axes=(point,), shape=(2,)),
        xlnn.Quantity("centres", equation=centres, uses={"own": xlnn.previous("own")}, **path),
        xlnn.Quantity("distance", equation=distance, **each),
        xlnn.Quantity("own", equation=own, **each),
    )
)

if __name__ == "__main__":
    points = np.random.default_rng(1).normal(size=(20, 2))
    xlnn.workbook(kmeans, {"points": points, "centres": points[np.newaxis, :2]}, "kmeans.xlsx")
    print(xlnn.check("kmeans.xlsx", model=kmeans))
