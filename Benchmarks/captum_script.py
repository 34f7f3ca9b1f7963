"""What a user of Captum writes to get an image such as `saliency explain` draws.

    captum_script.py CONSTRUCTOR WEIGHTS PHOTOGRAPH PICTURE
"""

import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402
import torch  # noqa: E402
import torchvision  # noqa: E402
from captum.attr import Saliency  # noqa: E402
from PIL import Image  # noqa: E402

constructor, weights, photograph, picture = sys.argv[1:]
model = getattr(torchvision.models, constructor)(weights=None)
model.load_state_dict(torch.load(weights))
model.eval().requires_grad_(False)
transform = torchvision.transforms.Compose([
    torchvision.transforms.Resize(256),
    torchvision.transforms.CenterCrop(224),
    torchvision.transforms.ToTensor(),
    torchvision.transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
])  # fmt: skip
image = transform(Image.open(photograph).convert("RGB"))[None].requires_grad_()
target = model(image).argmax(1)
attribution = Saliency(model).attribute(image, target=target)[0].amax(0)
plt.imsave(picture, attribution.numpy(), cmap="inferno")
