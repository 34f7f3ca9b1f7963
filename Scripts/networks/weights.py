"""Random weights under which every layer of a network is alive and counts."""

import torch
from torch import nn

NORMS = (nn.modules.batchnorm._BatchNorm,)
POSITIONS = ("pos", "relative", "rel_", "bias_table", "attention_bias", "cls_token", "class_token", "dist_token")


@torch.no_grad()
def enliven(model, shape, generator, calm=1.0, distance=0.0):
    """Draws weights that keep the variance; batch statistics are those of random inputs, thrown off a little.

    `calm` scales what batch normalization lets through: deep networks with random weights are chaotic, so that rounding
    alone changes their gradients, and less so where each block adds less. `distance` moves the results of batch
    normalization away from 0, to either side by channel, in standard deviations: rounding then seldom moves a rectifier
    to the other side of its edge.

    As they come, many networks start with blocks that do nothing: scales of 1e-6, biases and tables of zeros. An error in
    such a block would not show.
    """

    def normal(like, deviation):
        return deviation * torch.randn(like.shape, generator=generator)

    for name, parameter in model.named_parameters():
        if any(part in name for part in POSITIONS) and not name.endswith(("mlp.0.weight", "mlp.2.weight", "fc1.weight")):
            parameter.copy_(normal(parameter, 0.3))
        elif name.endswith("logit_scale"):
            continue
        elif parameter.dim() >= 2 and parameter.shape[0] > 1 and parameter[0].numel() > 1:
            gain = 2.0 if parameter.dim() > 2 else 1.0
            parameter.copy_(normal(parameter, (gain / parameter[0].numel()) ** 0.5))
        elif "gamma" in name or "layer_scale" in name or "gain" in name:
            parameter.copy_(0.2 + 0.3 * torch.rand(parameter.shape, generator=generator))
        elif name.endswith("bias"):
            parameter.copy_(normal(parameter, 0.1))
        else:
            # Scales of normalization, slopes, temperatures.
            parameter.mul_(1 + 0.2 * (2 * torch.rand(parameter.shape, generator=generator) - 1))
    model.eval()
    norms = [module for module in model.modules() if isinstance(module, NORMS)]
    for norm in norms:
        norm.weight.copy_(calm * (0.6 + 0.8 * torch.rand(norm.weight.shape, generator=generator)))
        if distance:
            sides = 2.0 * torch.randint(0, 2, norm.bias.shape, generator=generator) - 1
            norm.bias.add_(distance * norm.weight * sides)
    if norms:
        momenta = [norm.momentum for norm in norms]
        for norm in norms:
            norm.momentum = 1.0
            norm.train()
        model(torch.randn((6, *shape[1:]), generator=generator))
        for norm, momentum in zip(norms, momenta):
            norm.momentum = momentum
            norm.eval()
            norm.running_mean.add_(norm.running_var.sqrt() * normal(norm.running_mean, 0.15))
            norm.running_var.mul_(0.8 + 0.6 * torch.rand(norm.running_var.shape, generator=generator))
    return model.eval()
