// One import gives users of the library what they write: tensors, images and what is drawn with them, what models and
// reports say, and every error that can be thrown. Those who write rules and formulas import `SaliencyCore`, which has the
// operations.
@_exported public import struct KerasFormat.KerasError
@_exported public import struct NumPyFormat.NumPyError
@_exported public import struct ONNXFormat.ONNXError
@_exported public import enum SaliencyCore.AxisRole
@_exported public import struct SaliencyCore.AxisRoles
@_exported public import class SaliencyCore.BarePrimitives
@_exported public import class SaliencyCore.Executor
@_exported public import struct SaliencyCore.GraphError
@_exported public import struct SaliencyCore.ModelInput
@_exported public import struct SaliencyCore.Network
@_exported public import struct SaliencyCore.PlanProfile
@_exported public import enum SaliencyCore.Precision
@_exported public import enum SaliencyCore.RoleOrigin
@_exported public import typealias SaliencyCore.Shape
@_exported public import struct SaliencyCore.Tensor
@_exported public import protocol SaliencyCore.TensorStorage
@_exported public import struct SaliencyCore.UnsupportedNode
@_exported public import struct SaliencyCore.Value
@_exported public import struct SaliencyImage.Animation
@_exported public import struct SaliencyImage.BarChart
@_exported public import struct SaliencyImage.Color
@_exported public import struct SaliencyImage.ColorMap
@_exported public import struct SaliencyImage.Figure
@_exported public import enum SaliencyImage.FigureFormat
@_exported public import struct SaliencyImage.HeatMap
@_exported public import struct SaliencyImage.Image
@_exported public import struct SaliencyImage.ImageError
@_exported public import enum SaliencyImage.ImageFormat
@_exported public import struct SaliencyImage.LineChart
@_exported public import struct SaliencyImage.OverlayStyle
@_exported public import enum SaliencyImage.ResamplingFilter
@_exported public import struct SaliencyImage.SignalChart
@_exported public import struct SaliencyImage.TextChart
@_exported public import protocol SaliencyImage.WritableImage
