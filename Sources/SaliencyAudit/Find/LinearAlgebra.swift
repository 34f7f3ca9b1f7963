internal import COpenBLAS
internal import Saliency

/// Dense linear algebra, by OpenBLAS. Matrices are rows one after the other, of double precision.
enum LinearAlgebra {
  /// One thread, so that the same numbers come out each time.
  private static let isReady: Bool = {
    openblas_set_num_threads(1)
    return true
  }()

  /// The products of all pairs of rows: a symmetric matrix of n×n for n rows of a length.
  static func products(ofRows rows: [Double], count: Int, length: Int) -> [Double] {
    precondition(isReady && rows.count == count * length)
    var products = [Double](repeating: 0, count: count * count)
    guard count > 0, length > 0 else { return products }
    cblas_dsyrk(
      CblasRowMajor, CblasUpper, CblasNoTrans, Int32(count), Int32(length), 1, rows, Int32(length), 0,
      &products,
      Int32(count))
    for row in 0..<count {
      for column in 0..<row { products[row * count + column] = products[column * count + row] }
    }
    return products
  }

  /// The largest eigenvalues of a symmetric matrix, by falling size, each with its eigenvector of length 1, whose element of the largest
  /// magnitude is positive.
  ///
  /// - Throws: `SaliencyError` where a number is not finite, or LAPACK does not come to an end.
  static func largestEigenpairs(
    of matrix: [Double], order: Int, count: Int
  ) throws(SaliencyError) -> [(value: Double, vector: [Double])] {
    precondition(isReady && matrix.count == order * order && 1...order ~= count)
    guard matrix.allSatisfy(\.isFinite) else {
      throw SaliencyError(.invalidInput, "the similarities of maps are not all finite")
    }
    var (matrix, n, first, last) = (matrix, Int32(order), Int32(order - count + 1), Int32(order))
    var (values, vectors) = (
      [Double](repeating: 0, count: order), [Double](repeating: 0, count: order * count)
    )
    var support = [Int32](repeating: 0, count: 2 * count)
    var (found, failure, unused, tolerance) = (Int32(0), Int32(0), 0.0, 0.0)
    var (work, integers): ([Double], [Int32]) = ([0], [0])
    // The first call says how much room the second needs.
    for isQuery in [true, false] {
      var (workCount, integerCount) =
        isQuery ? (Int32(-1), Int32(-1)) : (Int32(work.count), Int32(integers.count))
      dsyevr_(
        "V", "I", "U", &n, &matrix, &n, &unused, &unused, &first, &last, &tolerance, &found, &values,
        &vectors, &n,
        &support, &work, &workCount, &integers, &integerCount, &failure)
      guard failure == 0, isQuery || Int(found) == count else {
        throw SaliencyError(
          .invalidInput, "LAPACK finds no eigenvectors of the similarities of maps (dsyevr: \(failure))")
      }
      if isQuery {
        (work, integers) = (
          Array(repeating: 0, count: Int(work[0])), Array(repeating: 0, count: Int(integers[0]))
        )
      }
    }
    return (0..<count).reversed().map { index in
      let vector = Array(vectors[index * order..<(index + 1) * order])
      let largest = vector.max { abs($0) < abs($1) } ?? 1
      return (values[index], largest < 0 ? vector.map { -$0 } : vector)
    }
  }
}
