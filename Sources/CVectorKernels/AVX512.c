// The kernels in vectors of sixteen elements.
#include "Variants.h"

#if defined(__x86_64__)
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))), apply_to = function)
#define VECTOR_NAME(name) vector_avx512_##name
#include "Kernels.h"
#define MATRIX_LANES 16
#define MATRIX_ROWS 14
#include "MatrixKernels.h"
#define WINOGRAD_LANES 16
#define WINOGRAD_ROWS 14
#include "WinogradKernels.h"
#pragma clang attribute pop
#endif
