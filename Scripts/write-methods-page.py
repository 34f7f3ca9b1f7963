#!/usr/bin/env python3
"""Writes Documentation/MethodsConformance.md from what the tests measured.

    write-methods-page.py [RESULTS] [--whole RESULTS]

RESULTS is the file that SALIENCY_METHOD_CONFORMANCE names when the tests against peers run, a line of JSON a
measurement; `make conformance` runs both. That of --whole is what `measure-methods.py` writes; `make
conformance-methods` runs both. What is not given stays as it is on the page.
"""

import argparse
import json
import re
import sys
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "Documentation" / "MethodsConformance.md"
TOLERANCE = 1e-3

HEAD = """# Conformance of methods

How far each method is from the peer that defines it, as the relative L2 error ‖ours − theirs‖ / ‖theirs‖ of the map,
with gradient modifier `none`. Peers compute in double precision, we in single. What is allowed is 1e-3, and the tests
allow 1e-4 but for whole architectures. Peers are Captum 0.9.0, zennit 0.5.1, pytorch-grad-cam 1.5.7, torchcam 0.5.0,
PAIR's saliency 0.2.1 and, where no package has the method, its formula written out in PyTorch 2.15. Methods that draw
random numbers are compared draw by draw: the peer is given ours.

`Scripts/make-fixtures.py` makes the networks and runs the peers; `make conformance` runs the tests and writes this
page from what they measure (`Scripts/write-methods-page.py`). A test holds the page to the fixtures: every method
stands here with three networks or more.

"""

NETWORKS = """## Networks

| network | what it is |
|---|---|
| plain | convolution, batch normalization, rectifier and max pooling, twice, and a dense layer |
| residual | two residual blocks with SiLUs, and a leaky rectifier |
| multilabel | a signal's labels: convolutions along one axis, sigmoids |
| simple | convolutions and rectifiers, the mean over all places, a dense layer |
| tokens, mean-tokens | vision transformers with and without a class token |
| channels-last | channels behind height and width, as in Swin and ConvNeXt |
| convolutions | convolutions, one in groups, with rectifiers and both poolings |
| residuals | two residual blocks with batch normalization and rectifiers |
| perceptron | dense layers with rectifiers |
| decoder | transposed convolutions with hyperbolic tangents |
| attention | a transformer's block |
| multi-layer, one-convolution, relu-2, relu-3, relu-deeplift | those of Captum's own unit tests |
| others | torchvision's architectures and three more, made small, by both of PyTorch's exporters |

"""

# What the comparison is of, where it is not the method as it comes.
REMARKS = {
    "deeplift": "the rescale rule; reveal-cancel, which no peer has, against its definition in `DeepLIFTTests`",
    "expected-gradients": "the peer is given our random numbers",
    "guided-grad-cam": "the peer's map stretched linearly, as ours",
    "integrated-gradients": "all quadratures; the peer's trapezoids corrected, see below",
    "kernel-shap": "over all sets of regions, the exact values; shared among the places of a region",
    "lime": "the peer is given our random numbers and our kernel",
    "meaningful-perturbation": "the objective by PyTorch's derivatives and its Adam, with our random numbers",
    "rise": "the formula, with our random numbers",
    "score-cam": "the peer's masks stretched as maps are, see below",
    "ablation-cam": "the peer's activations replaced by 0, see below",
    "eigen-cam": "the peer's sign corrected, see below",
    "eigengrad-cam": "the peer's sign corrected, see below",
    "shapley-sampling": "over all orders, the exact values; shared among the places of a region",
    "smoothgrad": "the peer is given our random numbers",
    "smoothgrad-squared": "the peer is given our random numbers",
    "ss-cam": "the formula, with our random numbers",
    "vargrad": "the peer is given our random numbers",
    "xrai": "the peer is given regions and integrated gradients, see below",
}

DIFFERENCES = """## Where peers differ

What a peer does otherwise is put right before it is compared, by the smallest change, or left out. Who is right:

- **Captum, DeepLIFT, max pooling behind a rectifier.** The rule of the rectifier takes the gradient that was there
  before the pooling's rule replaced it. The attributions do not add up then: on *plain* to 2.1968 and 1.6208, where
  the scores differ by 2.1983 and 1.6102, and the map is off by 0.41. Ours add up to seven digits. *plain* is compared
  with DeepLIFT's rules written out instead.
- **Captum, integrated gradients, `riemann_trapezoid`.** Its n weights are 1/n inside and half of that at both ends,
  which together is (n − 1)/n, so that even a linear network's attributions are too small. Ours add up to 1; the
  peer's map is multiplied by n / (n − 1).
- **Captum, Shapley values, KernelSHAP, LIME** write a region's number at each of its places; ours share it among
  them, so that maps add up. The peer's map is divided by the region's size.
- **Captum, LRP.** Its γ- and z⁺-rules leave the signs of inputs and biases as they are, so that they are the papers'
  for inputs above 0 and without biases alone; those are compared.
- **zennit** does not see additions and activations that are functions, so its networks are of modules. A merged batch
  normalization still divides by √(1 + ε); the networks here have ε = 10⁻¹⁰. Its excitation backprop takes the
  derivative of activations that are no rectifiers, ours passes relevance on, so that *decoder* is left out there. The
  w²-rule alone on *residuals* gives relevance to sums that are nearly 0, by whatever implementation, and is left out.
- **pytorch-grad-cam** scales maps to 0…1, picks the sign of a principal component by chance, stretches Score-CAM's
  masks otherwise than maps, ablates with the smallest activation less 10⁷, divides by scores that may be negative,
  and adds 10⁻⁹ to the probabilities that Finer-CAM divides by; **torchcam** adds IS-CAM's strengths up. The article *Maps of layers, and attention* has them one by one.
- **PAIR, XRAI.** It takes Felzenszwalb and Huttenlocher's regions, and black and white from all channels together;
  ours are SLIC's, and each channel's own. It integrates over evenly spaced points that include both ends, with equal
  weights; ours are Gauss and Legendre's. What is compared is all that follows: the mean of the paths, the channels'
  largest, and the order of regions.
- **RISE.** The paper's map is Σ f(x·M) M divided by the expected number of masks that show a pixel; ours divides by
  the actual one and subtracts the mean score, which is the same for all pixels.
- **D-RISE** is for detectors, and not in these tables: the tests compare it with its formula in PyTorch, draw by draw,
  on four small detectors of different forms, to 10⁻⁵.
- **Meaningful perturbation.** The paper's objective is over probabilities; ours is over shares of the score's way to
  the baseline's.
"""


def number(error):
    """One digit: more of them differ from processor to processor."""
    return "0" if error == 0 else f"{error:.0e}"


WHOLE = """## Whole networks

torchvision's networks in their own sizes with random weights, measured by the command (`make conformance-methods`).
Maps of layers are those of the last one with places. In brackets is how far the peer's own map is from itself where
the network is in single precision, as ours is: the largest of three ways of rounding, one with image and weights as
they are, and two with each of their numbers off by about a unit in its last place (noise of 10⁻⁷). What is allowed
is 1e-03, or three times what is in brackets.

How near one can come depends on the network. A rectifier or a pooling that stands on its edge turns by rounding, and
the gradient jumps; which of them turn is another with each way of rounding. The image is the first of random ones for
which PyTorch's gradients in single and in double precision are within 1e-05 of each other, but a path, noise and the
steps of an optimization lead to others. Where activations are smooth, as in EfficientNet-B0, ConvNeXt-Tiny and
ViT-B/16, every error is below 1e-03.

Guided integrated gradients move the elements first whose slopes are smallest. Of 150,528 two may be so near each other
that rounding changes their order, and the path is another. Through ConvNeXt-Tiny it stays near: in two steps, which
are not listed, one element is chosen otherwise, and the error is 2e-04, chiefly there. Slopes beside it are 1e-09 to 9e-08
from one another, and those of single precision, the peer's as well, up to 3e-08 off. Through ResNet-18 another path
turns rectifiers, whose slopes choose otherwise again. Two steps are as the peer's, and four are not: there the peer in
single precision goes another way than in double, and our own map moves by 5e-02 to 8e-02 where noise of 10⁻⁷ is on the
image.

"""
UNSTEADY = 3  # as in measure-methods.py
MEASURED = "## Every measurement"


def measurements(path):
    """The tables of what the tests measured."""
    errors = {}
    for text in path.read_text().splitlines():
        line = json.loads(text)
        measured, label, error = line["measured"], line["label"], line["error"]
        if not error <= TOLERANCE:
            sys.exit(f"write-methods-page: {label} on {measured['network']} is off by {error:.1e}")
        network = measured["network"].rpartition("/")[2]
        row = errors.setdefault(measured["method"], {}).setdefault(measured["peer"], {}).setdefault(label, {})
        row[network] = max(error, row.get(network, 0))

    summary = "## Methods\n\n| method | peer | networks | largest error | |\n|---|---|---:|---:|---|\n"
    every = MEASURED + "\n\n| method | peer | errors by network |\n|---|---|---|\n"
    for method, peers in sorted(errors.items()):
        remark = REMARKS.get(method, "")
        for peer, rows in sorted(peers.items()):
            networks = {network for row in rows.values() for network in row}
            largest = max(error for row in rows.values() for error in row.values())
            summary += f"| `{method}` | {peer} | {len(networks)} | {number(largest)} | {remark} |\n"
            remark = ""
            for label, row in sorted(rows.items()):
                cells = ", ".join(f"{network} {number(error)}" for network, error in sorted(row.items()))
                every += f"| {label} | {peer} | {cells} |\n"
    return summary + "\n", every


def whole(path):
    """The table of whole networks."""
    rows = {}
    for text in path.read_text().splitlines():
        line = json.loads(text)
        error, moved = line["error"], line["moved"]
        method = re.sub(":layer=[^:]*", "", line["method"])
        if not error <= max(TOLERANCE, UNSTEADY * moved):
            sys.exit(
                f"write-methods-page: {method} on {line['network']} is off by {error:.1e}, the peer by {moved:.1e}"
            )
        cell = f"{number(error)} ({number(moved)})"
        rows.setdefault((method, line["peer"]), {})[line["network"]] = cell
    networks = sorted({network for row in rows.values() for network in row})
    table = f"| method | peer | {' | '.join(networks)} |\n|---|---|{'---:|' * len(networks)}\n"
    for (method, peer), row in sorted(rows.items()):
        cells = " | ".join(row.get(network, "") for network in networks)
        table += f"| `{method}` | {peer} | {cells} |\n"
    return WHOLE + table + "\n"


def section(heading, page):
    """What stands under a heading, with it."""
    _, found, rest = page.partition(heading + "\n")
    return found + rest.partition("\n## ")[0] + "\n" if found else ""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", type=Path, nargs="?")
    parser.add_argument("--whole", type=Path)
    arguments = parser.parse_args()
    before = PAGE.read_text() if PAGE.exists() else ""
    summary, every = section("## Methods", before), section(MEASURED, before).rstrip("\n") + "\n"
    networks = section("## Whole networks", before)
    if arguments.results:
        summary, every = measurements(arguments.results)
    if arguments.whole:
        networks = whole(arguments.whole)
    PAGE.write_text(HEAD + summary + DIFFERENCES + "\n" + NETWORKS + networks + every)
    print(PAGE)


if __name__ == "__main__":
    main()
