#ifndef C360_ALLOCATE_H
#define C360_ALLOCATE_H
#include <stddef.h>
#include <stdint.h>

// Kernels of one pass over decisions under prices. Arrays of pairs stand candidate by candidate:
// (candidate a, row r) at `a * rows + r`, so that inner loops run over rows. NaN marks a candidate
// that is not eligible. Sums over rows are taken in eight lanes, whatever the vector width is, so
// that every clone gives the same bits.

#ifdef __cplusplus
extern "C" {
#endif

/// adjusted = weight · value − constant of the action, infinite values taken for ±2^1000; the no-op,
/// where candidates > actions, is worth 0. Of a row whose `forced` is not negative only that
/// candidate stays eligible; it is worth 0 where it has no value.
void c360_allocate_load(
    const double *values, const int32_t *forced, double weight, const double *constants,
    size_t actions, size_t candidates, size_t rows, double *adjusted);
/// out = prices[cell]; 0 where the cell is negative.
void c360_allocate_gather(const double *prices, const int32_t *cells, size_t rows, double *out);
/// adjusted −= price · quantity; `prices` one a row.
void c360_allocate_charge_pairs(
    const double *quantities, const double *prices, size_t actions, size_t rows, double *adjusted);
void c360_allocate_charge_all(
    const double *quantities, double price, size_t pairs, double *adjusted);
/// adjusted −= price of the row · quantity of the action.
void c360_allocate_charge_actions(
    const double *quantities, const double *prices, size_t actions, size_t rows, double *adjusted);
/// adjusted += weight · ln prior, and NaN where the prior is not positive. `logs` is scratch of
/// candidates · rows and keeps ln prior (0 where the prior is not positive).
void c360_allocate_lean(
    const double *prior, double weight, size_t candidates, size_t rows, double *logs,
    double *adjusted);
/// The greatest of each row and the first candidate that has it; −infinity and −1 where all are NaN.
void c360_allocate_choose(
    const double *adjusted, size_t candidates, size_t rows, double *best, int64_t *chosen);
/// The greatest less the next: infinity where there is no other.
void c360_allocate_margins(
    const double *adjusted, const double *best, const int64_t *chosen, size_t candidates,
    size_t rows, double *margins);
/// Turns adjusted values into probabilities ∝ exp(adjusted / temperature). `best` as above. On return
/// levels = temperature · ln Σ exp(adjusted / temperature) (0 where nothing is eligible) and
/// entropies those of the rows. `exponents` is scratch of candidates · rows, `sums` of rows.
void c360_allocate_softmax(
    double *adjusted, const double *best, double temperature, size_t candidates, size_t rows,
    double *exponents, double *sums, double *levels, double *entropies);
/// out = Σ_a probability · quantity over candidates of positive probability, in candidate order.
void c360_allocate_expect_pairs(
    const double *probabilities, const double *quantities, size_t candidates, size_t rows,
    double *out);
void c360_allocate_expect_actions(
    const double *probabilities, const double *quantities, size_t candidates, size_t rows,
    double *out);
/// out = the quantity of the chosen candidate; 0 for the no-op and for −1.
void c360_allocate_take_pairs(
    const int64_t *chosen, const double *quantities, size_t actions, size_t rows, double *out);
void c360_allocate_take_actions(
    const int64_t *chosen, const double *quantities, size_t actions, size_t rows, double *out);
/// totals[cell] += amount in the order of rows; negative cells are left out.
void c360_allocate_scatter(
    const double *amounts, const int32_t *cells, size_t rows, double *totals);
double c360_allocate_sum(const double *amounts, size_t rows);

#ifdef __cplusplus
}
#endif
#endif
