// What the variants of the kernels share: their prototypes, and what is included outside of their settings.
#include "CVectorKernels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#if __has_builtin(__builtin_elementwise_sqrt)
#define VECTOR_SQRT(x) __builtin_elementwise_sqrt(x)  // unlike sqrtf it does not set errno
#else
#define VECTOR_SQRT(x) sqrtf(x)
#endif

#define VECTOR_VARIANT(name)                                                                                  \
  void vector_##name##_run(const VectorProgram *, void *, size_t, size_t);                                   \
  void vector_##name##_sum_rows(const VectorProgram *, float *, size_t, size_t, size_t, double);              \
  void vector_##name##_sum_columns(const VectorProgram *, double *, size_t, size_t, size_t);                        \
  size_t vector_##name##_matrix_panel_width(void);                                                            \
  void vector_##name##_matrix_pack(const MatrixOperand *, float *, size_t, size_t);                           \
  void vector_##name##_matrix_multiply(const PackedProduct *, size_t, size_t, size_t, size_t);                \
  size_t vector_##name##_winograd_lanes(void);                                                                \
  size_t vector_##name##_winograd_rows(void);                                                                 \
  size_t vector_##name##_winograd_kernel_count(const WinogradShape *);                                        \
  size_t vector_##name##_winograd_scratch_count(const WinogradShape *, size_t);                               \
  void vector_##name##_winograd_pack(const WinogradShape *, const WinogradWeights *, float *, size_t, size_t); \
  void vector_##name##_winograd_transform_source(                                                             \
      const WinogradShape *, const float *, float *, size_t, size_t, size_t, size_t);                         \
  void vector_##name##_winograd_multiply(                                                                     \
      const WinogradShape *, const float *, float *, size_t, size_t, size_t);                                 \
  void vector_##name##_winograd_transform_result(                                                             \
      const WinogradShape *, const float *, const WinogradResult *, size_t, size_t, size_t, size_t);

VECTOR_VARIANT(portable)
#if defined(__x86_64__)
VECTOR_VARIANT(avx2)
VECTOR_VARIANT(avx512)
#endif
