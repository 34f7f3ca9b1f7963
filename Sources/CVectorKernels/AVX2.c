// The kernels in vectors of eight elements.
#include "Variants.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define VECTOR_NAME(name) vector_avx2_##name
#include "Kernels.h"
#define MATRIX_LANES 8
#define MATRIX_ROWS 6
#include "MatrixKernels.h"
#define WINOGRAD_LANES 8
#define WINOGRAD_ROWS 6
#include "WinogradKernels.h"
#pragma clang attribute pop
#endif
