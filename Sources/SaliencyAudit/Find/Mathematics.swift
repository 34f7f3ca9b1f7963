#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Glibc
#endif

/// eˣ
func exponential(_ x: Double) -> Double { exp(x) }
/// ln x
func logarithm(_ x: Double) -> Double { log(x) }
