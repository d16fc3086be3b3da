#include <string.h>

#include "CKernels.h"
#include "Clones.h"

// A dot product by definition (docs/decisions.md): eight lanes, lane l the sum of the products at
// places l, l + 8, l + 16, … in order from +0, each product rounded; then lane l and lane l + 4, of
// those l and l + 2, of those l and l + 1. The same bits in every vector width.

typedef double lanes __attribute__((vector_size(64)));
enum { LANES = 8 };

// Lanes go by address: by value their registers would be part of the calling convention.
C360_INLINE double joined(const lanes *sums) {
  double a = (*sums)[0] + (*sums)[4];
  double b = (*sums)[1] + (*sums)[5];
  double c = (*sums)[2] + (*sums)[6];
  double d = (*sums)[3] + (*sums)[7];
  return (a + c) + (b + d);
}

/// Fewer than eight elements, then zeros.
C360_INLINE void start(lanes *to, const double *a, size_t n) {
  double padded[LANES] = {0, 0, 0, 0, 0, 0, 0, 0};
  for (size_t i = 0; i < n; i++) padded[i] = a[i];
  memcpy(to, padded, sizeof padded);
}

C360_INLINE double dot(const double *a, const double *b, size_t n) {
  lanes sums = {0, 0, 0, 0, 0, 0, 0, 0};
  lanes x;
  lanes y;
  size_t i = 0;
  for (; i + LANES <= n; i += LANES) {
    memcpy(&x, a + i, sizeof x);
    memcpy(&y, b + i, sizeof y);
    sums += x * y;
  }
  if (i < n) {
    // Lanes start from +0, so +0 more changes none of them.
    start(&x, a + i, n - i);
    start(&y, b + i, n - i);
    sums += x * y;
  }
  return joined(&sums);
}

C360_KERNEL void c360_dot_rows(
    const double *a, const double *b, double *out, size_t width, size_t rows) {
  for (size_t row = 0; row < rows; row++) out[row] = dot(a + row * width, b + row * width, width);
}

// Actions four at a time share the loads of the exposure's elements.
C360_KERNEL void c360_dot_pairs(
    const double *frame, const double *actions, double *out, size_t width, size_t rows,
    size_t action_count) {
  for (size_t row = 0; row < rows; row++) {
    const double *a = frame + row * width;
    double *to = out + row * action_count;
    size_t action = 0;
    for (; action + 4 <= action_count; action += 4) {
      const double *b = actions + action * width;
      lanes s0 = {0, 0, 0, 0, 0, 0, 0, 0};
      lanes s1 = s0;
      lanes s2 = s0;
      lanes s3 = s0;
      lanes x;
      lanes y;
      size_t i = 0;
      for (; i + LANES <= width; i += LANES) {
        memcpy(&x, a + i, sizeof x);
        memcpy(&y, b + i, sizeof y);
        s0 += x * y;
        memcpy(&y, b + width + i, sizeof y);
        s1 += x * y;
        memcpy(&y, b + 2 * width + i, sizeof y);
        s2 += x * y;
        memcpy(&y, b + 3 * width + i, sizeof y);
        s3 += x * y;
      }
      if (i < width) {
        start(&x, a + i, width - i);
        start(&y, b + i, width - i);
        s0 += x * y;
        start(&y, b + width + i, width - i);
        s1 += x * y;
        start(&y, b + 2 * width + i, width - i);
        s2 += x * y;
        start(&y, b + 3 * width + i, width - i);
        s3 += x * y;
      }
      to[action] = joined(&s0);
      to[action + 1] = joined(&s1);
      to[action + 2] = joined(&s2);
      to[action + 3] = joined(&s3);
    }
    for (; action < action_count; action++) to[action] = dot(a, actions + action * width, width);
  }
}

C360_KERNEL void c360_scale_rows(
    const double *a, const double *factors, double *out, size_t width, size_t rows) {
  for (size_t row = 0; row < rows; row++) {
    double factor = factors[row];
    for (size_t i = 0; i < width; i++) out[row * width + i] = a[row * width + i] * factor;
  }
}
