#ifndef C360_VECTORS_H
#define C360_VECTORS_H
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

// Vectors of `width` doubles a row, row by row.

/// The dot product of each row of `a` with the same row of `b`.
void c360_dot_rows(const double *a, const double *b, double *out, size_t width, size_t rows);
/// The dot product of each of `rows` vectors with each of `action_count`, row by row.
void c360_dot_pairs(
    const double *frame, const double *actions, double *out, size_t width, size_t rows,
    size_t action_count);
/// Each row times its factor.
void c360_scale_rows(
    const double *a, const double *factors, double *out, size_t width, size_t rows);

#ifdef __cplusplus
}
#endif

#endif
