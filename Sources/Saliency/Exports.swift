// One import gives users of the library images, tensors, the values that rules are written with, and every error that
// can be thrown.
@_exported public import SaliencyCore
@_exported public import SaliencyImage
@_exported public import struct KerasFormat.KerasError
@_exported public import struct NumPyFormat.NumPyError
@_exported public import struct ONNXFormat.ONNXError
