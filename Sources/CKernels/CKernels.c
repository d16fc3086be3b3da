#include "CKernels.h"

#include "Clones.h"

#define UNARY(name, in, to, expression)                                 \
  C360_KERNEL void name(const in *a, to *out, size_t n) {               \
    for (size_t i = 0; i < n; i++) {                                    \
      in x = a[i];                                                      \
      out[i] = (to)(expression);                                        \
    }                                                                   \
  }

#define BINARY(name, in, to, expression)                                \
  C360_KERNEL void name(const in *a, const in *b, to *out, size_t n) {  \
    for (size_t i = 0; i < n; i++) {                                    \
      in x = a[i];                                                      \
      in y = b[i];                                                      \
      out[i] = (to)(expression);                                        \
    }                                                                   \
  }

C360_INLINE double round_away(double x) {
  double whole = __builtin_trunc(x);
  // x − whole is exact.
  double step = __builtin_fabs(x - whole) >= 0.5 ? 1.0 : 0.0;
  return whole + __builtin_copysign(step, x);
}

BINARY(c360_add_f64, double, double, x + y)
BINARY(c360_sub_f64, double, double, x - y)
BINARY(c360_mul_f64, double, double, x * y)
BINARY(c360_div_f64, double, double, x / y)
UNARY(c360_neg_f64, double, double, -x)
UNARY(c360_abs_f64, double, double, __builtin_fabs(x))
UNARY(c360_sign_f64, double, double, x != x ? x : (double)((x > 0) - (x < 0)))
UNARY(c360_sqrt_f64, double, double, __builtin_sqrt(x))
UNARY(c360_floor_f64, double, double, __builtin_floor(x))
UNARY(c360_ceil_f64, double, double, __builtin_ceil(x))
UNARY(c360_round_f64, double, double, round_away(x))
// Integers that order as numbers do: −0 before 0, NaN after all numbers.
C360_INLINE int64_t ordered(double x) {
  int64_t bits;
  __builtin_memcpy(&bits, &x, 8);
  bits = bits < 0 ? bits ^ INT64_MAX : bits;
  return x != x ? INT64_MAX : bits;
}

BINARY(c360_least_f64, double, double, ordered(x) < ordered(y) ? x : y)
BINARY(c360_greatest_f64, double, double, ordered(x) > ordered(y) ? x : y)

#define CHECKED(name, operation, overflow)                                           \
  C360_KERNEL uint64_t name(const int64_t *a, const int64_t *b, int64_t *out, size_t n) { \
    uint64_t any = 0;                                                                \
    for (size_t i = 0; i < n; i++) {                                                 \
      uint64_t x = (uint64_t)a[i];                                                   \
      uint64_t y = (uint64_t)b[i];                                                   \
      uint64_t r = x operation y;                                                    \
      any |= overflow;                                                               \
      out[i] = (int64_t)r;                                                           \
    }                                                                                \
    return any >> 63;                                                                \
  }

CHECKED(c360_add_i64, +, (x ^ r) & (y ^ r))
CHECKED(c360_sub_i64, -, (x ^ y) & (x ^ r))

uint64_t c360_mul_i64(const int64_t *a, const int64_t *b, int64_t *out, size_t n) {
  uint64_t any = 0;
  for (size_t i = 0; i < n; i++) {
    long long r;
    any |= (uint64_t)__builtin_smulll_overflow(a[i], b[i], &r);
    out[i] = r;
  }
  return any;
}

UNARY(c360_sign_i64, int64_t, int64_t, (x > 0) - (x < 0))
BINARY(c360_least_i64, int64_t, int64_t, x < y ? x : y)
BINARY(c360_greatest_i64, int64_t, int64_t, x > y ? x : y)
BINARY(c360_div_i64, int64_t, double, (double)x / (double)y)

UNARY(c360_i64_to_f64, int64_t, double, x)
UNARY(c360_u8_to_i64, uint8_t, int64_t, x)
UNARY(c360_u8_to_f64, uint8_t, double, x)

BINARY(c360_eq_f64, double, uint8_t, x == y)
BINARY(c360_ne_f64, double, uint8_t, x != y)
BINARY(c360_lt_f64, double, uint8_t, x < y)
BINARY(c360_le_f64, double, uint8_t, x <= y)
BINARY(c360_eq_i64, int64_t, uint8_t, x == y)
BINARY(c360_ne_i64, int64_t, uint8_t, x != y)
BINARY(c360_lt_i64, int64_t, uint8_t, x < y)
BINARY(c360_le_i64, int64_t, uint8_t, x <= y)
BINARY(c360_eq_i32, int32_t, uint8_t, x == y)
BINARY(c360_ne_i32, int32_t, uint8_t, x != y)
BINARY(c360_eq_u8, uint8_t, uint8_t, x == y)
BINARY(c360_ne_u8, uint8_t, uint8_t, x != y)
BINARY(c360_lt_u8, uint8_t, uint8_t, x < y)
BINARY(c360_le_u8, uint8_t, uint8_t, x <= y)
UNARY(c360_isnan_f64, double, uint8_t, x != x)

BINARY(c360_and_u8, uint8_t, uint8_t, x & y)
BINARY(c360_or_u8, uint8_t, uint8_t, x | y)
UNARY(c360_not_u8, uint8_t, uint8_t, x ^ 1)

C360_KERNEL size_t c360_count_u8(const uint8_t *a, size_t n) {
  size_t count = 0;
  for (size_t i = 0; i < n; i++) count += a[i];
  return count;
}

C360_KERNEL void c360_and_states(
    const uint8_t *a, const uint8_t *av, const uint8_t *af, const uint8_t *b, const uint8_t *bv,
    const uint8_t *bf, uint8_t *out, uint8_t *ov, uint8_t *of, size_t n) {
  for (size_t i = 0; i < n; i++) {
    uint8_t xv = av[i] & (af[i] ^ 1);
    uint8_t yv = bv[i] & (bf[i] ^ 1);
    uint8_t failed = af[i] | bf[i];
    uint8_t decided = (xv & (a[i] ^ 1)) | (yv & (b[i] ^ 1));
    out[i] = xv & yv & (decided ^ 1);
    ov[i] = decided | (xv & yv);
    of[i] = failed & (decided ^ 1);
  }
}

C360_KERNEL void c360_or_states(
    const uint8_t *a, const uint8_t *av, const uint8_t *af, const uint8_t *b, const uint8_t *bv,
    const uint8_t *bf, uint8_t *out, uint8_t *ov, uint8_t *of, size_t n) {
  for (size_t i = 0; i < n; i++) {
    uint8_t xv = av[i] & (af[i] ^ 1);
    uint8_t yv = bv[i] & (bf[i] ^ 1);
    uint8_t failed = af[i] | bf[i];
    uint8_t decided = (xv & a[i]) | (yv & b[i]);
    out[i] = decided;
    ov[i] = decided | (xv & yv);
    of[i] = failed & (decided ^ 1);
  }
}

#define SELECT(name, type)                                                                  \
  C360_KERNEL void name(const uint8_t *c, const type *a, const type *b, type *out, size_t n) { \
    for (size_t i = 0; i < n; i++) {                                                        \
      type mask = (type)(0 - (type)c[i]);                                                   \
      out[i] = (type)((a[i] & mask) | (b[i] & (type)~mask));                                \
    }                                                                                       \
  }
SELECT(c360_select_64, uint64_t)
SELECT(c360_select_32, uint32_t)
SELECT(c360_select_8, uint8_t)

#define CLEAR(name, type)                                               \
  C360_KERNEL void name(const uint8_t *keep, type *values, size_t n) {  \
    for (size_t i = 0; i < n; i++) values[i] &= (type)(0 - (type)keep[i]); \
  }
CLEAR(c360_clear_64, uint64_t)
CLEAR(c360_clear_32, uint32_t)
CLEAR(c360_clear_8, uint8_t)

size_t c360_indices_u8(const uint8_t *a, int32_t base, int32_t *out, size_t n) {
  size_t count = 0;
  for (size_t i = 0; i < n; i++) {
    out[count] = base + (int32_t)i;
    count += a[i];
  }
  return count;
}
