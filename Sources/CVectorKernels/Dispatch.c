// Chooses the variant at run time, so that one build runs everywhere and fast where it can.
#include "Variants.h"

VectorLevel vector_level(void) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("fma")) {
    return VECTOR_LEVEL_AVX512;
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return VECTOR_LEVEL_AVX2;
#endif
  return VECTOR_LEVEL_PORTABLE;
}

#if defined(__x86_64__)
#define DISPATCH(function, ...)                                                                               \
  switch (level) {                                                                                            \
  case VECTOR_LEVEL_AVX512: vector_avx512_##function(__VA_ARGS__); return;                                    \
  case VECTOR_LEVEL_AVX2: vector_avx2_##function(__VA_ARGS__); return;                                        \
  case VECTOR_LEVEL_PORTABLE: vector_portable_##function(__VA_ARGS__); return;                                \
  }
#define DISPATCH_RESULT(function, ...)                                                                        \
  switch (level) {                                                                                            \
  case VECTOR_LEVEL_AVX512: return vector_avx512_##function(__VA_ARGS__);                                     \
  case VECTOR_LEVEL_AVX2: return vector_avx2_##function(__VA_ARGS__);                                         \
  case VECTOR_LEVEL_PORTABLE: return vector_portable_##function(__VA_ARGS__);                                 \
  }                                                                                                           \
  __builtin_unreachable();
#else
#define DISPATCH_RESULT(function, ...)                                                                        \
  (void)level;                                                                                                \
  return vector_portable_##function(__VA_ARGS__);
#define DISPATCH(function, ...)                                                                               \
  (void)level;                                                                                                \
  vector_portable_##function(__VA_ARGS__)
#endif

void vector_run(VectorLevel level, const VectorProgram *program, void *result, size_t start, size_t count) {
  DISPATCH(run, program, result, start, count);
}

void vector_sum_rows(
    VectorLevel level, const VectorProgram *program, float *result, size_t start, size_t count, size_t length,
    double scale) {
  DISPATCH(sum_rows, program, result, start, count, length, scale);
}

void vector_sum_columns(
    VectorLevel level, const VectorProgram *program, double *sums, size_t start, size_t count, size_t length) {
  DISPATCH(sum_columns, program, sums, start, count, length);
}

size_t matrix_panel_width(VectorLevel level) { DISPATCH_RESULT(matrix_panel_width) }

void matrix_pack(
    VectorLevel level, const MatrixOperand *right, float *packed, size_t first_panel, size_t end_panel) {
  DISPATCH(matrix_pack, right, packed, first_panel, end_panel);
}

void matrix_multiply(
    VectorLevel level, const PackedProduct *product, size_t first_row, size_t end_row, size_t first_panel,
    size_t end_panel) {
  DISPATCH(matrix_multiply, product, first_row, end_row, first_panel, end_panel);
}

size_t winograd_lanes(VectorLevel level) { DISPATCH_RESULT(winograd_lanes) }

size_t winograd_rows(VectorLevel level) { DISPATCH_RESULT(winograd_rows) }

size_t winograd_kernel_count(VectorLevel level, const WinogradShape *shape) {
  DISPATCH_RESULT(winograd_kernel_count, shape)
}

size_t winograd_scratch_count(VectorLevel level, const WinogradShape *shape, size_t tiles) {
  DISPATCH_RESULT(winograd_scratch_count, shape, tiles)
}

void winograd_pack(
    VectorLevel level, const WinogradShape *shape, const WinogradWeights *weights, float *packed,
    size_t first_panel, size_t end_panel) {
  DISPATCH(winograd_pack, shape, weights, packed, first_panel, end_panel);
}

void winograd_transform_source(
    VectorLevel level, const WinogradShape *shape, const float *source, float *scratch, size_t first_tile,
    size_t tiles, size_t first_block, size_t end_block) {
  DISPATCH(winograd_transform_source, shape, source, scratch, first_tile, tiles, first_block, end_block);
}

void winograd_multiply(
    VectorLevel level, const WinogradShape *shape, const float *packed, float *scratch, size_t tiles,
    size_t first_panel, size_t end_panel) {
  DISPATCH(winograd_multiply, shape, packed, scratch, tiles, first_panel, end_panel);
}

void winograd_transform_result(
    VectorLevel level, const WinogradShape *shape, const float *scratch, const WinogradResult *result,
    size_t first_tile, size_t tiles, size_t first_panel, size_t end_panel) {
  DISPATCH(winograd_transform_result, shape, scratch, result, first_tile, tiles, first_panel, end_panel);
}
