// One import gives users of the library pictures, tensors and the values that rules and losses are written with.
@_exported public import SaliencyCore
@_exported public import SaliencyImage
