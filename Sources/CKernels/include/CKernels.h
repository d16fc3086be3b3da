#ifndef C360_KERNELS_H
#define C360_KERNELS_H
#include <stddef.h>
#include <stdint.h>

#include "c360_allocate.h"
#include "c360_decide.h"
#include "c360_timeline.h"
#include "c360_trees.h"
#include "c360_vectors.h"

// Kernels over columns. Booleans, validity and failures are bytes, 0 or 1. `out` may be one of the
// inputs, but then rows are taken one by one. On x86-64 Linux every kernel has clones for AVX-512,
// AVX2 and the baseline, chosen at load time; floating-point contraction is off, so that all of them
// give the same bits.

#ifdef __cplusplus
extern "C" {
#endif

// MARK: float64
void c360_add_f64(const double *a, const double *b, double *out, size_t n);
void c360_sub_f64(const double *a, const double *b, double *out, size_t n);
void c360_mul_f64(const double *a, const double *b, double *out, size_t n);
void c360_div_f64(const double *a, const double *b, double *out, size_t n);
void c360_neg_f64(const double *a, double *out, size_t n);
void c360_abs_f64(const double *a, double *out, size_t n);
/// −1, 0, 1; NaN stays NaN.
void c360_sign_f64(const double *a, double *out, size_t n);
void c360_sqrt_f64(const double *a, double *out, size_t n);
void c360_floor_f64(const double *a, double *out, size_t n);
void c360_ceil_f64(const double *a, double *out, size_t n);
/// Halves away from zero.
void c360_round_f64(const double *a, double *out, size_t n);
/// −0 is less than 0, NaN greater than every number.
void c360_least_f64(const double *a, const double *b, double *out, size_t n);
void c360_greatest_f64(const double *a, const double *b, double *out, size_t n);

// MARK: transcendental functions; own code, at most about 1 ulp from the true value
void c360_exp_f64(const double *a, double *out, size_t n);
void c360_exp2_f64(const double *a, double *out, size_t n);
void c360_ln_f64(const double *a, double *out, size_t n);
void c360_log2_f64(const double *a, double *out, size_t n);
void c360_log10_f64(const double *a, double *out, size_t n);
void c360_tanh_f64(const double *a, double *out, size_t n);
/// 1 / (1 + exp(−a))
void c360_sigmoid_f64(const double *a, double *out, size_t n);
/// ln(a / (1 − a))
void c360_logit_f64(const double *a, double *out, size_t n);
void c360_pow_f64(const double *a, const double *b, double *out, size_t n);
/// One value each; never cloned, the reference that the clones are compared with.
double c360_exp(double x);
double c360_exp2(double x);
double c360_ln(double x);
double c360_log2(double x);
double c360_log10(double x);
double c360_tanh(double x);
double c360_sigmoid(double x);
double c360_logit(double x);
double c360_pow(double x, double y);

// MARK: int64; those that return a value wrap around and tell whether any row did not fit
uint64_t c360_add_i64(const int64_t *a, const int64_t *b, int64_t *out, size_t n);
uint64_t c360_sub_i64(const int64_t *a, const int64_t *b, int64_t *out, size_t n);
uint64_t c360_mul_i64(const int64_t *a, const int64_t *b, int64_t *out, size_t n);
void c360_sign_i64(const int64_t *a, int64_t *out, size_t n);
void c360_least_i64(const int64_t *a, const int64_t *b, int64_t *out, size_t n);
void c360_greatest_i64(const int64_t *a, const int64_t *b, int64_t *out, size_t n);
/// Both converted, then divided as IEEE does.
void c360_div_i64(const int64_t *a, const int64_t *b, double *out, size_t n);

// MARK: conversions
void c360_i64_to_f64(const int64_t *a, double *out, size_t n);
void c360_u8_to_i64(const uint8_t *a, int64_t *out, size_t n);
void c360_u8_to_f64(const uint8_t *a, double *out, size_t n);

// MARK: comparisons
void c360_eq_f64(const double *a, const double *b, uint8_t *out, size_t n);
void c360_ne_f64(const double *a, const double *b, uint8_t *out, size_t n);
void c360_lt_f64(const double *a, const double *b, uint8_t *out, size_t n);
void c360_le_f64(const double *a, const double *b, uint8_t *out, size_t n);
void c360_eq_i64(const int64_t *a, const int64_t *b, uint8_t *out, size_t n);
void c360_ne_i64(const int64_t *a, const int64_t *b, uint8_t *out, size_t n);
void c360_lt_i64(const int64_t *a, const int64_t *b, uint8_t *out, size_t n);
void c360_le_i64(const int64_t *a, const int64_t *b, uint8_t *out, size_t n);
void c360_eq_i32(const int32_t *a, const int32_t *b, uint8_t *out, size_t n);
void c360_ne_i32(const int32_t *a, const int32_t *b, uint8_t *out, size_t n);
void c360_eq_u8(const uint8_t *a, const uint8_t *b, uint8_t *out, size_t n);
void c360_ne_u8(const uint8_t *a, const uint8_t *b, uint8_t *out, size_t n);
void c360_lt_u8(const uint8_t *a, const uint8_t *b, uint8_t *out, size_t n);
void c360_le_u8(const uint8_t *a, const uint8_t *b, uint8_t *out, size_t n);
void c360_isnan_f64(const double *a, uint8_t *out, size_t n);

// MARK: bytes of 0 and 1
void c360_and_u8(const uint8_t *a, const uint8_t *b, uint8_t *out, size_t n);
void c360_or_u8(const uint8_t *a, const uint8_t *b, uint8_t *out, size_t n);
void c360_not_u8(const uint8_t *a, uint8_t *out, size_t n);
size_t c360_count_u8(const uint8_t *a, size_t n);
/// Kleene logic over (value, valid, failed): a decided side decides, else a failure, else a null.
void c360_and_states(
    const uint8_t *a, const uint8_t *av, const uint8_t *af, const uint8_t *b, const uint8_t *bv,
    const uint8_t *bf, uint8_t *out, uint8_t *ov, uint8_t *of, size_t n);
void c360_or_states(
    const uint8_t *a, const uint8_t *av, const uint8_t *af, const uint8_t *b, const uint8_t *bv,
    const uint8_t *bf, uint8_t *out, uint8_t *ov, uint8_t *of, size_t n);

// MARK: choosing
/// c ? a : b
void c360_select_64(const uint8_t *c, const uint64_t *a, const uint64_t *b, uint64_t *out, size_t n);
void c360_select_32(const uint8_t *c, const uint32_t *a, const uint32_t *b, uint32_t *out, size_t n);
void c360_select_8(const uint8_t *c, const uint8_t *a, const uint8_t *b, uint8_t *out, size_t n);
/// 0 where `keep` is 0
void c360_clear_64(const uint8_t *keep, uint64_t *values, size_t n);
void c360_clear_32(const uint8_t *keep, uint32_t *values, size_t n);
void c360_clear_8(const uint8_t *keep, uint8_t *values, size_t n);
/// Writes `base` + position of every 1; returns how many. `out` has room for n.
size_t c360_indices_u8(const uint8_t *a, int32_t base, int32_t *out, size_t n);

#ifdef __cplusplus
}
#endif
#endif
