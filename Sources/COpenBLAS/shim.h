#ifndef SALIENCY_COPENBLAS_H
#define SALIENCY_COPENBLAS_H

#include <cblas.h>

// LAPACK's own interface, which Debian's OpenBLAS has no header for.
void dsyevr_(const char *job, const char *range, const char *triangle, const int *order, double *matrix,
             const int *leading, const double *lower, const double *upper, const int *first, const int *last,
             const double *tolerance, int *found, double *values, double *vectors, const int *vectors_leading,
             int *support, double *work, const int *work_count, int *integers, const int *integer_count,
             int *failure);

#endif
