// The kernels for the processor that the package is built for, at the least x86-64 without extensions.
#include "Variants.h"

#define VECTOR_NAME(name) vector_portable_##name
#include "Kernels.h"
#define MATRIX_LANES 4
#define MATRIX_ROWS 4
#include "MatrixKernels.h"
#define WINOGRAD_LANES 8
#define WINOGRAD_ROWS 4
#include "WinogradKernels.h"
