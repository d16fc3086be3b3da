#include <string.h>

#include "CKernels.h"
#include "Clones.h"

// Branch-free scalar functions, so that loops over them vectorize. Where one double does not hold
// enough, values are pairs hi + lo with |lo| at most half an ulp of hi.

typedef struct {
  double hi;
  double lo;
} pair;

C360_INLINE uint64_t bits_of(double x) {
  uint64_t u;
  memcpy(&u, &x, 8);
  return u;
}

C360_INLINE double double_of(uint64_t u) {
  double x;
  memcpy(&x, &u, 8);
  return x;
}

// Adding and taking away this rounds to the nearest integer, and leaves the integer in the low bits.
#define ROUNDER 0x1.8p52
#define LN2_HI 0x1.62e42fefa0000p-1  // 37 bits: products with exponents are exact
#define LN2_LO 0x1.cf79abc9e3b39p-40
#define LOG10_2_HI 0x1.34413509f0000p-2
#define LOG10_2_LO 0x1.e7fbcc47c4acdp-40
#define NOT_A_NUMBER double_of(0x7FF8000000000000u)
#define INFINITE double_of(0x7FF0000000000000u)

// Exact sum of two doubles with |a| >= |b| or a = 0.
C360_INLINE pair quick_sum(double a, double b) {
  double s = a + b;
  return (pair){s, b - (s - a)};
}

// Exact product, after Dekker and Veltkamp.
C360_INLINE pair product(double a, double b) {
  double p = a * b;
  double ca = 134217729.0 * a;
  double ah = ca - (ca - a);
  double al = a - ah;
  double cb = 134217729.0 * b;
  double bh = cb - (cb - b);
  double bl = b - bh;
  return (pair){p, ((ah * bh - p) + ah * bl + al * bh) + al * bl};
}

// y · 2^k for integral k, |k| < 2200, rounded once.
C360_INLINE double scaled(double y, double k) {
  double half = (k * 0.5 + ROUNDER) - ROUNDER;
  double rest = k - half;
  double first = double_of(bits_of(half + (ROUNDER + 1023.0)) << 52);
  double second = double_of(bits_of(rest + (ROUNDER + 1023.0)) << 52);
  return (y * first) * second;
}

// e^(hi + lo) − 1 for |hi| <= 0.35: hi + (the rest), by the series.
C360_INLINE pair series_expm1(double hi, double lo) {
  double r = hi;
  double p = 1.0 / 87178291200.0;
  p = p * r + 1.0 / 6227020800.0;
  p = p * r + 1.0 / 479001600.0;
  p = p * r + 1.0 / 39916800.0;
  p = p * r + 1.0 / 3628800.0;
  p = p * r + 1.0 / 362880.0;
  p = p * r + 1.0 / 40320.0;
  p = p * r + 1.0 / 5040.0;
  p = p * r + 1.0 / 720.0;
  p = p * r + 1.0 / 120.0;
  p = p * r + 1.0 / 24.0;
  p = p * r + 1.0 / 6.0;
  p = p * r + 0.5;
  return (pair){hi, p * (r * r) + (lo + lo * r)};
}

// e^(x + tail), |tail| tiny. NaN in hi stays NaN of some kind.
C360_INLINE double exp_of(double x, double tail) {
  double bounded = x > 720.0 ? 720.0 : x;
  bounded = bounded < -760.0 ? -760.0 : bounded;
  // The tail of a bounded number is no longer tiny beside it.
  tail = bounded == x ? tail : 0.0;
  double k = (bounded * 0x1.71547652b82fep0 + ROUNDER) - ROUNDER;
  double hi = bounded - k * LN2_HI;
  double lo = tail - k * LN2_LO;
  pair r = quick_sum(hi, lo);
  pair e = series_expm1(r.hi, r.lo);
  return scaled(1.0 + (e.hi + e.lo), k);
}

C360_INLINE double exp_one(double x) {
  double y = exp_of(x, 0.0);
  return x != x ? NOT_A_NUMBER : y;
}

C360_INLINE double exp2_one(double x) {
  double bounded = x > 1100.0 ? 1100.0 : x;
  bounded = bounded < -1100.0 ? -1100.0 : bounded;
  double k = (bounded + ROUNDER) - ROUNDER;
  double f = bounded - k;
  pair r = product(f, 0x1.62e42fefa39efp-1);
  pair e = series_expm1(r.hi, r.lo + f * 0x1.abc9e3b39803fp-56);
  double y = scaled(1.0 + (e.hi + e.lo), k);
  return x != x ? NOT_A_NUMBER : y;
}

typedef struct {
  double exponent;
  pair ln;
} logarithm;

// x = 2^exponent · m, m in [√½, √2), and ln m as a pair, good to about 65 bits. For finite x > 0.
C360_INLINE logarithm log_of(double x) {
  double normal = x < 0x1p-1022 ? x * 0x1p54 : x;
  double shift = x < 0x1p-1022 ? -54.0 : 0.0;
  uint64_t u = bits_of(normal);
  // Distance from the bits of √½: its exponent part is the exponent, the rest is the mantissa.
  uint64_t distance = u - 0x3FE6A09E667F3BCDu;
  // The exponent as a double: biased, so that the shift is a logical one.
  uint64_t biased = (distance + ((uint64_t)1024 << 52)) >> 52;
  double exponent = double_of(biased | 0x4330000000000000u) - (0x1p52 + 1024.0) + shift;
  double m = double_of((distance & 0x000FFFFFFFFFFFFFu) + 0x3FE6A09E667F3BCDu);

  // ln m = 2 atanh(s), s = f / (2 + f)
  double f = m - 1.0;
  double dh = 2.0 + f;
  double dl = f - (dh - 2.0);
  double sh = f / dh;
  pair q = product(sh, dh);
  double sl = (((f - q.hi) - q.lo) - sh * dl) / dh;
  pair z = product(sh, sh);
  z.lo += 2.0 * sh * sl;
  double w = z.hi;
  double p = 1.0 / 27.0;
  p = p * w + 1.0 / 25.0;
  p = p * w + 1.0 / 23.0;
  p = p * w + 1.0 / 21.0;
  p = p * w + 1.0 / 19.0;
  p = p * w + 1.0 / 17.0;
  p = p * w + 1.0 / 15.0;
  p = p * w + 1.0 / 13.0;
  p = p * w + 1.0 / 11.0;
  p = p * w + 1.0 / 9.0;
  p = p * w + 1.0 / 7.0;
  p = p * w + 1.0 / 5.0;
  // t = z/3 + z²·p
  pair third = product(z.hi, 1.0 / 3.0);
  third.lo += z.hi * 0x1.5555555555555p-56 + z.lo * (1.0 / 3.0);
  pair t = quick_sum(third.hi, third.lo + w * w * p);
  // 2 s (1 + t)
  pair st = product(sh, t.hi);
  st.lo += sh * t.lo + sl * t.hi;
  pair sum = quick_sum(sh, st.hi);
  pair ln = quick_sum(2.0 * sum.hi, 2.0 * (sum.lo + (st.lo + sl)));
  return (logarithm){exponent, ln};
}

// What logarithms are outside of 0 < x < inf.
C360_INLINE double log_edges(double x, double y) {
  y = x == 0.0 ? -INFINITE : y;
  y = x == INFINITE ? INFINITE : y;
  y = ((x < 0.0) | (x != x)) ? NOT_A_NUMBER : y;
  return y;
}

C360_INLINE pair ln_pair(logarithm l) {
  // The exponent times LN2_HI is exact; |exponent · LN2_HI| > |ln m| unless the exponent is 0.
  pair sum = quick_sum(l.exponent * LN2_HI, l.ln.hi);
  return quick_sum(sum.hi, sum.lo + (l.ln.lo + l.exponent * LN2_LO));
}

C360_INLINE double ln_one(double x) {
  return log_edges(x, ln_pair(log_of(x)).hi);
}

C360_INLINE double log2_one(double x) {
  logarithm l = log_of(x);
  pair p = product(l.ln.hi, 0x1.71547652b82fep0);
  p.lo += l.ln.hi * 0x1.777d0ffda0d24p-56 + l.ln.lo * 0x1.71547652b82fep0;
  pair sum = quick_sum(l.exponent, p.hi);
  return log_edges(x, sum.hi + (sum.lo + p.lo));
}

C360_INLINE double log10_one(double x) {
  logarithm l = log_of(x);
  pair p = product(l.ln.hi, 0x1.bcb7b1526e50ep-2);
  p.lo += l.ln.hi * 0x1.95355baaafad3p-57 + l.ln.lo * 0x1.bcb7b1526e50ep-2;
  pair sum = quick_sum(l.exponent * LOG10_2_HI, p.hi);
  return log_edges(x, sum.hi + (sum.lo + (p.lo + l.exponent * LOG10_2_LO)));
}

C360_INLINE double tanh_one(double x) {
  double u = 2.0 * __builtin_fabs(x);
  u = u > 48.0 ? 48.0 : u;
  // e^u − 1 = 2^k (e^r − 1) + (2^k − 1)
  double k = (u * 0x1.71547652b82fep0 + ROUNDER) - ROUNDER;
  double hi = u - k * LN2_HI;
  pair r = quick_sum(hi, -(k * LN2_LO));
  pair e = series_expm1(r.hi, r.lo);
  double power = double_of(bits_of(k + (ROUNDER + 1023.0)) << 52);
  pair t = quick_sum(power - 1.0, power * e.hi);
  t = quick_sum(t.hi, t.lo + power * e.lo);
  // t / (t + 2), with the remainder of the division put back once.
  pair d = quick_sum(2.0, t.hi);
  d = t.hi > 2.0 ? quick_sum(t.hi, 2.0) : d;
  double quotient = t.hi / d.hi;
  pair back = product(quotient, d.hi);
  double rest = ((t.hi - back.hi) - back.lo) + (t.lo - quotient * (d.lo + t.lo));
  double y = __builtin_copysign(quotient + rest / d.hi, x);
  return x != x ? NOT_A_NUMBER : y;
}

C360_INLINE double sigmoid_one(double x) {
  return 1.0 / (1.0 + exp_one(-x));
}

C360_INLINE double logit_one(double x) {
  return ln_one(x / (1.0 - x));
}

C360_INLINE double pow_one(double x, double y) {
  double magnitude = __builtin_fabs(x);
  // Beyond ±2^70 every power but those of ±1 is 0 or infinite already.
  double bounded = y > 0x1p70 ? 0x1p70 : y;
  bounded = bounded < -0x1p70 ? -0x1p70 : bounded;
  pair l = ln_pair(log_of(magnitude));
  pair p = product(bounded, l.hi);
  p = quick_sum(p.hi, p.lo + bounded * l.lo);
  double result = exp_of(p.hi, p.lo);

  double whole = __builtin_floor(y);
  double half = __builtin_floor(y * 0.5);
  int is_whole = whole == y;
  int is_odd = is_whole & (half != y * 0.5);
  int is_infinite = __builtin_fabs(y) == INFINITE;

  result = magnitude == 0.0 ? (y > 0.0 ? 0.0 : INFINITE) : result;
  result = magnitude == INFINITE ? (y > 0.0 ? INFINITE : 0.0) : result;
  result = (is_infinite & (magnitude > 1.0)) ? (y > 0.0 ? INFINITE : 0.0) : result;
  result = (is_infinite & (magnitude < 1.0)) ? (y > 0.0 ? 0.0 : INFINITE) : result;
  result = magnitude == 1.0 ? 1.0 : result;
  int is_negative = (int)(bits_of(x) >> 63);
  result = (is_negative & is_odd) ? -result : result;
  int is_undefined = (x < 0.0) & (is_whole ^ 1) & (magnitude != INFINITE);
  result = is_undefined ? NOT_A_NUMBER : result;
  // Exactly as multiplication does it.
  result = y == 2.0 ? x * x : result;
  result = y == 1.0 ? x : result;
  result = y == -1.0 ? 1.0 / x : result;
  result = ((x != x) | (y != y)) ? NOT_A_NUMBER : result;
  result = ((x == 1.0) | (y == 0.0)) ? 1.0 : result;
  return result;
}

#define FUNCTION(name)                                                                 \
  double c360_##name(double x) { return name##_one(x); }                               \
  C360_KERNEL void c360_##name##_f64(const double *a, double *out, size_t n) {         \
    for (size_t i = 0; i < n; i++) out[i] = name##_one(a[i]);                          \
  }

FUNCTION(exp)
FUNCTION(exp2)
FUNCTION(ln)
FUNCTION(log2)
FUNCTION(log10)
FUNCTION(tanh)
FUNCTION(sigmoid)
FUNCTION(logit)

double c360_pow(double x, double y) { return pow_one(x, y); }
C360_KERNEL void c360_pow_f64(const double *a, const double *b, double *out, size_t n) {
  for (size_t i = 0; i < n; i++) out[i] = pow_one(a[i], b[i]);
}
