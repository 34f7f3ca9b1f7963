"""The networks that are exported from PyTorch and measured: how each is built, and the smallest input that it takes."""

from dataclasses import dataclass
from unittest import mock

import timm
from torchvision import models
from torchvision.models.video import mvit

from .small import small_networks


@dataclass(frozen=True)
class Network:
    name: str
    family: str
    build: object  # () -> nn.Module
    shape: tuple  # of its input, batch first
    exporters: tuple = ("torchscript", "dynamo")


# Networks of torchvision that take no image of 64×64 pixels, and options that make them take a smaller one.
SIZES = {"alexnet": 224, "inception_v3": 96, "maxvit_t": 224} | {f"vgg{n}{bn}": 224 for n in (11, 13, 16, 19) for bn in ("", "_bn")}
OPTIONS = {name: {"image_size": 64} for name in ("vit_b_16", "vit_b_32", "vit_l_16", "vit_l_32")}
OPTIONS |= {"vit_h_14": {"image_size": 56}}
OPTIONS |= {name: {"aux_logits": False, "init_weights": False} for name in ("googlenet", "inception_v3")}
VIDEO_SHAPES = {"mvit_v1_b": (1, 3, 8, 64, 64), "mvit_v2_s": (1, 3, 8, 64, 64), "s3d": (1, 3, 16, 224, 224)}

# timm's backbones, one or two of a family; those with a second entry take images of that size alone.
TIMM = {
    "beit_base_patch16_224": {"img_size": 64},
    "cait_xxs24_224": {"img_size": 64},
    "caformer_s18": {},
    "coat_lite_tiny": {"img_size": 64},
    "coatnet_nano_rw_224": {"img_size": 64},
    "convformer_s18": {},
    "convit_tiny": {"img_size": 64},
    "convnext_atto": {},
    "convnextv2_atto": {},
    "crossvit_tiny_240": 240,
    "cspresnet50": {},
    "davit_tiny": {},
    "deit3_small_patch16_224": {"img_size": 64},
    "densenet121": {},
    "dla34": {},
    "dm_nfnet_f0": {},
    "dpn68": {},
    "edgenext_xx_small": {},
    "efficientformer_l1": 224,
    "efficientnet_b0": {},
    "efficientvit_b0": {},
    "eva02_tiny_patch14_224": {"img_size": 56},
    "fastvit_t8": {},
    "focalnet_tiny_srf": {},
    "gcvit_xxtiny": 224,
    "ghostnet_100": {},
    "gmlp_s16_224": {"img_size": 64},
    "hgnet_tiny": {},
    "hiera_tiny_224": {"img_size": 64},
    "hrnet_w18_small": {},
    "inception_next_tiny": {},
    "inception_v4": 96,
    "lcnet_050": {},
    "levit_128s": 224,
    "mambaout_femto": {},
    "maxvit_nano_rw_256": 256,
    "mixer_s16_224": {"img_size": 64},
    "mnasnet_100": {},
    "mobilenetv3_small_100": {},
    "mobilenetv4_conv_small": {},
    "mobileone_s0": {},
    "mobilevit_xxs": {},
    "mobilevitv2_050": {},
    "nest_tiny": 224,
    "nfnet_l0": {},
    "pit_ti_224": 224,
    "poolformer_s12": {},
    "pvt_v2_b0": {},
    "regnety_004": {},
    "repvgg_a0": {},
    "repvit_m0_9": {},
    "res2net50_14w_8s": {},
    "resmlp_12_224": {"img_size": 64},
    "resnest14d": {},
    "resnet26t": {},
    "resnet50": {},
    "resnetv2_50": {},
    "resnext50_32x4d": {},
    "rexnet_100": {},
    "seresnet50": {},
    "sequencer2d_s": 224,
    "skresnet18": {},
    "swin_tiny_patch4_window7_224": {"img_size": 64},
    "swinv2_cr_tiny_224": 224,
    "swinv2_tiny_window8_256": {"img_size": 64},
    "tf_efficientnet_lite0": {},
    "tf_efficientnetv2_b0": {},
    "tiny_vit_5m_224": 224,
    "tnt_s_patch16_224": 224,
    "twins_pcpvt_small": {"img_size": 64},
    "vgg11_bn": {},
    "visformer_tiny": 224,
    "vit_tiny_patch16_224": {"img_size": 64},
    "vit_small_patch16_dinov3": {"img_size": 64},
    "volo_d1_224": 224,
    "xception41": {},
    "xcit_nano_12_p16_224": {"img_size": 64},
}


def video(name):
    """A network of torchvision's; MViT with positions for small videos, which its own function does not offer."""
    make = mvit._mvit

    def smaller(*arguments, **options):
        return make(*arguments, **options | {"spatial_size": (64, 64), "temporal_size": 8})

    with mock.patch.object(mvit, "_mvit", smaller):
        return models.get_model(name, weights=None)


def catalog():
    """All networks, by name."""
    networks = []
    for name, build, shape in small_networks():
        networks.append(Network(name, "small", build, shape))
    for name in models.list_models(module=models):
        size = OPTIONS.get(name, {}).get("image_size", SIZES.get(name, 64))
        build = lambda name=name: models.get_model(name, weights=None, **OPTIONS.get(name, {}))  # noqa: E731
        networks.append(Network(f"torchvision/{name}", "classification", build, (1, 3, size, size)))
    for name in models.list_models(module=models.segmentation):
        options = {"weights": None, "weights_backbone": None, "num_classes": 7}
        if name != "lraspp_mobilenet_v3_large":
            options["aux_loss"] = True
        build = lambda name=name, options=options: models.get_model(name, **options)  # noqa: E731
        networks.append(Network(f"torchvision/{name}", "segmentation", build, (1, 3, 64, 64)))
    for name in models.list_models(module=models.video):
        build = lambda name=name: video(name)  # noqa: E731
        networks.append(Network(f"torchvision/{name}", "video", build, VIDEO_SHAPES.get(name, (1, 3, 8, 64, 64))))
    for name, options in TIMM.items():
        size = options if isinstance(options, int) else options.get("img_size", 64)
        options = {} if isinstance(options, int) else options
        build = lambda name=name, options=options: timm.create_model(name, pretrained=False, **options)  # noqa: E731
        networks.append(Network(f"timm/{name}", "timm", build, (1, 3, size, size)))
    return {network.name: network for network in networks}
