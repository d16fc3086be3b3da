#ifndef C360_DECIDE_H
#define C360_DECIDE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Kernels of a decision over a tile of rows × actions.
//
// What is computed pair by pair stands row by row, as tile programs leave it: pair (row r, action a)
// at `r * actions + a`. What sums or compares along a row stands candidate by candidate: (candidate
// a, row r) at `a * rows + r`, so that every inner loop runs over rows and each row's sums are taken
// in candidate order. No result of a row depends on another row or on the size of the tile.
//
// NaN marks a candidate that is not eligible; infinities are values.

#ifdef __cplusplus
extern "C" {
#endif

// MARK: rows to pairs

/// Each of `rows` values `columns` times.
void c360_spread_64(const uint64_t *from, size_t columns, size_t rows, uint64_t *to);
void c360_spread_32(const uint32_t *from, size_t columns, size_t rows, uint32_t *to);
void c360_spread_8(const uint8_t *from, size_t columns, size_t rows, uint8_t *to);

// MARK: pairs, row by row; `valid` may be NULL: no nulls

/// Adds the pairs for which a condition (bytes 0 or 1; null is false) holds to `forbidden`; returns
/// their number.
size_t c360_decide_forbid(
    const uint8_t *condition, const uint8_t *valid, uint8_t *forbidden, size_t pairs);
/// `values = weight * term` when `first`, else `values += weight * term`; a null gives NaN.
void c360_decide_add_term(
    const double *term, const uint8_t *valid, double weight, bool first, double *values,
    size_t pairs);
/// Puts NaN where `forbidden`; returns the number of other pairs that are NaN.
size_t c360_decide_seal(const uint8_t *forbidden, double *values, size_t pairs);
/// Puts NaN where a condition does not hold; null is false.
void c360_decide_pass(
    const uint8_t *condition, const uint8_t *valid, double *values, size_t pairs);
/// For reason codes: bit `a % 64` of word `a / 64` of each row, rows `stride` words apart, tells
/// whether a condition holds for action `a`. The condition may be read up to 7 bytes past its end.
void c360_decide_pattern(
    const uint8_t *condition, const uint8_t *valid, size_t actions, size_t rows, size_t stride,
    uint64_t *words);
/// 1 where a pair is neither forbidden nor has a value; `values` before `c360_decide_seal`.
void c360_decide_missing(
    const uint8_t *forbidden, const double *values, uint8_t *missing, size_t pairs);

// MARK: candidates, candidate by candidate

/// Transposes: entry (r, c) from `r * columns + c` to `c * rows + r`.
void c360_turn_64(const uint64_t *from, size_t columns, size_t rows, uint64_t *to);
void c360_turn_32(const uint32_t *from, size_t columns, size_t rows, uint32_t *to);
void c360_turn_8(const uint8_t *from, size_t columns, size_t rows, uint8_t *to);
/// Number of candidates of each row that are not NaN.
void c360_decide_count(const double *values, size_t candidates, size_t rows, int64_t *eligible);
/// Candidate of the greatest value of each row, the earliest among equals; -1 where all are NaN.
void c360_decide_best(
    const double *values, size_t candidates, size_t rows, double *greatest, int64_t *best);
/// The logarithms of softmax weights: (v − greatest) / temperature, 0 where they are equal and where
/// not eligible.
void c360_decide_exponents(
    const double *values, const double *greatest, double temperature, size_t candidates,
    size_t rows, double *exponents);
/// In place: 0 where not eligible, the others divided by their sum in the row. `sums` is scratch of
/// `rows`.
void c360_decide_normalise(
    const double *values, double *weights, size_t candidates, size_t rows, double *sums);
/// 1 at the candidate `best` of each row, 0 elsewhere.
void c360_decide_point(const int64_t *best, size_t candidates, size_t rows, double *base);
/// `mixed = (1 - share) * base + share / eligible` on eligible candidates, 0 on others; `even` is
/// scratch of `rows`.
void c360_decide_explore(
    const double *base, const double *values, const int64_t *eligible, double share,
    size_t candidates, size_t rows, double *even, double *mixed);
/// First candidate whose running sum of probabilities exceeds the draw; if rounding leaves none, the
/// last of positive probability; -1 if there is none. `sums` is scratch of `rows`.
void c360_decide_draw(
    const double *probabilities, const double *draws, size_t candidates, size_t rows,
    double *sums, int64_t *chosen);
/// Σ probability · value in candidate order over candidates of positive probability.
void c360_decide_expect(
    const double *probabilities, const double *values, size_t candidates, size_t rows,
    double *expected);
/// 1 + number of candidates before the chosen one, by value descending, then order. Where the chosen
/// one is not eligible the rank means nothing. `at` is scratch of `rows`.
void c360_decide_rank(
    const double *values, const int64_t *chosen, size_t candidates, size_t rows, double *at,
    int64_t *ranks);

#ifdef __cplusplus
}
#endif
#endif
