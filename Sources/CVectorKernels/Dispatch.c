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
#else
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

size_t matrix_panel_width(VectorLevel level) {
#if defined(__x86_64__)
  switch (level) {
  case VECTOR_LEVEL_AVX512: return vector_avx512_matrix_panel_width();
  case VECTOR_LEVEL_AVX2: return vector_avx2_matrix_panel_width();
  case VECTOR_LEVEL_PORTABLE: break;
  }
#endif
  return vector_portable_matrix_panel_width();
}

void matrix_pack(
    VectorLevel level, const MatrixOperand *right, float *packed, size_t first_panel, size_t end_panel) {
  DISPATCH(matrix_pack, right, packed, first_panel, end_panel);
}

void matrix_multiply(
    VectorLevel level, const PackedProduct *product, size_t first_row, size_t end_row, size_t first_panel,
    size_t end_panel) {
  DISPATCH(matrix_multiply, product, first_row, end_row, first_panel, end_panel);
}
