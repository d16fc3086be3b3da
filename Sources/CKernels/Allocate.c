#include <math.h>

#include "CKernels.h"
#include "Clones.h"

// Far enough from the greatest double for sums of millions, and a power of two.
#define FARTHEST 0x1p1000

C360_INLINE double bounded_value(double value) {
  double v = value > FARTHEST ? FARTHEST : value;
  return v < -FARTHEST ? -FARTHEST : v;
}

static void load_forced(
    const double *values, const int32_t *forced, double weight, const double *constants,
    size_t actions, size_t candidates, size_t rows, double *adjusted) {
  for (size_t r = 0; r < rows; r++) {
    if (forced[r] < 0) continue;
    size_t only = (size_t)forced[r];
    for (size_t a = 0; a < candidates; a++) {
      double value = a < actions ? values[a * rows + r] : 0.0;
      double known = value == value ? bounded_value(value) : 0.0;
      double worth = a < actions ? weight * known - constants[a] : 0.0;
      adjusted[a * rows + r] = a == only ? worth : NAN;
    }
  }
}

C360_KERNEL void c360_allocate_load(
    const double *restrict values, const int32_t *restrict forced, double weight,
    const double *restrict constants, size_t actions, size_t candidates, size_t rows,
    double *restrict adjusted) {
  for (size_t a = 0; a < actions; a++) {
    double constant = constants[a];
    const double *from = values + a * rows;
    double *to = adjusted + a * rows;
    for (size_t r = 0; r < rows; r++) to[r] = weight * bounded_value(from[r]) - constant;
  }
  for (size_t i = actions * rows; i < candidates * rows; i++) adjusted[i] = 0.0;
  int32_t all = -1;
  for (size_t r = 0; r < rows; r++) all &= forced[r];
  if (all >= 0) load_forced(values, forced, weight, constants, actions, candidates, rows, adjusted);
}

C360_KERNEL void c360_allocate_gather(
    const double *restrict prices, const int32_t *restrict cells, size_t rows,
    double *restrict out) {
  for (size_t r = 0; r < rows; r++) out[r] = cells[r] < 0 ? 0.0 : prices[cells[r]];
}

C360_KERNEL void c360_allocate_charge_pairs(
    const double *restrict quantities, const double *restrict prices, size_t actions, size_t rows,
    double *restrict adjusted) {
  for (size_t a = 0; a < actions; a++) {
    const double *q = quantities + a * rows;
    double *to = adjusted + a * rows;
    for (size_t r = 0; r < rows; r++) to[r] = to[r] - prices[r] * q[r];
  }
}

C360_KERNEL void c360_allocate_charge_all(
    const double *restrict quantities, double price, size_t pairs, double *restrict adjusted) {
  for (size_t i = 0; i < pairs; i++) adjusted[i] = adjusted[i] - price * quantities[i];
}

C360_KERNEL void c360_allocate_charge_actions(
    const double *restrict quantities, const double *restrict prices, size_t actions, size_t rows,
    double *restrict adjusted) {
  for (size_t a = 0; a < actions; a++) {
    double q = quantities[a];
    double *to = adjusted + a * rows;
    for (size_t r = 0; r < rows; r++) to[r] = to[r] - prices[r] * q;
  }
}

C360_KERNEL void c360_allocate_lean(
    const double *restrict prior, double weight, size_t candidates, size_t rows,
    double *restrict logs, double *restrict adjusted) {
  c360_ln_f64(prior, logs, candidates * rows);
  for (size_t i = 0; i < candidates * rows; i++) {
    int possible = prior[i] > 0.0;
    double log = possible ? logs[i] : 0.0;
    adjusted[i] = possible ? adjusted[i] + weight * log : NAN;
    logs[i] = log;
  }
}

C360_KERNEL void c360_allocate_choose(
    const double *restrict adjusted, size_t candidates, size_t rows, double *restrict best,
    int64_t *restrict chosen) {
  for (size_t r = 0; r < rows; r++) {
    best[r] = -INFINITY;
    chosen[r] = -1;
  }
  for (size_t a = 0; a < candidates; a++) {
    const double *from = adjusted + a * rows;
    for (size_t r = 0; r < rows; r++) {
      double value = from[r];
      int better = value > best[r];
      chosen[r] = better ? (int64_t)a : chosen[r];
      best[r] = better ? value : best[r];
    }
  }
}

C360_KERNEL void c360_allocate_margins(
    const double *restrict adjusted, const double *restrict best, const int64_t *restrict chosen,
    size_t candidates, size_t rows, double *restrict margins) {
  for (size_t r = 0; r < rows; r++) margins[r] = INFINITY;
  for (size_t a = 0; a < candidates; a++) {
    const double *from = adjusted + a * rows;
    for (size_t r = 0; r < rows; r++) {
      double margin = best[r] - from[r];
      int nearer = (margin < margins[r]) & (chosen[r] != (int64_t)a);
      margins[r] = nearer ? margin : margins[r];
    }
  }
}

C360_KERNEL void c360_allocate_softmax(
    double *restrict adjusted, const double *restrict best, double temperature, size_t candidates,
    size_t rows, double *restrict exponents, double *restrict sums, double *restrict levels,
    double *restrict entropies) {
  for (size_t a = 0; a < candidates; a++) {
    const double *from = adjusted + a * rows;
    double *to = exponents + a * rows;
    for (size_t r = 0; r < rows; r++) {
      double e = (from[r] - best[r]) / temperature;
      // Also where it is NaN: nothing is left of e^−760.
      to[r] = e > -760.0 ? e : -760.0;
    }
  }
  c360_exp_f64(exponents, adjusted, candidates * rows);
  for (size_t r = 0; r < rows; r++) {
    sums[r] = 0.0;
    entropies[r] = 0.0;
  }
  for (size_t a = 0; a < candidates; a++) {
    const double *p = adjusted + a * rows;
    const double *e = exponents + a * rows;
    for (size_t r = 0; r < rows; r++) {
      sums[r] += p[r];
      entropies[r] += p[r] * e[r];
    }
  }
  c360_ln_f64(sums, levels, rows);
  for (size_t r = 0; r < rows; r++) {
    int any = sums[r] > 0.0;
    double share = any ? 1.0 / sums[r] : 0.0;
    entropies[r] = any ? levels[r] - entropies[r] * share : 0.0;
    levels[r] = any ? best[r] + temperature * levels[r] : 0.0;
    sums[r] = share;
  }
  for (size_t a = 0; a < candidates; a++) {
    double *p = adjusted + a * rows;
    for (size_t r = 0; r < rows; r++) p[r] = p[r] * sums[r];
  }
}

C360_KERNEL void c360_allocate_expect_pairs(
    const double *restrict probabilities, const double *restrict quantities, size_t candidates,
    size_t rows, double *restrict out) {
  for (size_t r = 0; r < rows; r++) out[r] = 0.0;
  for (size_t a = 0; a < candidates; a++) {
    const double *p = probabilities + a * rows;
    const double *q = quantities + a * rows;
    for (size_t r = 0; r < rows; r++) out[r] += p[r] > 0.0 ? p[r] * q[r] : 0.0;
  }
}

C360_KERNEL void c360_allocate_expect_actions(
    const double *restrict probabilities, const double *restrict quantities, size_t candidates,
    size_t rows, double *restrict out) {
  for (size_t r = 0; r < rows; r++) out[r] = 0.0;
  for (size_t a = 0; a < candidates; a++) {
    const double *p = probabilities + a * rows;
    double q = quantities[a];
    for (size_t r = 0; r < rows; r++) out[r] += p[r] * q;
  }
}

void c360_allocate_take_pairs(
    const int64_t *chosen, const double *quantities, size_t actions, size_t rows, double *out) {
  for (size_t r = 0; r < rows; r++) {
    size_t a = (size_t)chosen[r];
    out[r] = a < actions ? quantities[a * rows + r] : 0.0;
  }
}

void c360_allocate_take_actions(
    const int64_t *chosen, const double *quantities, size_t actions, size_t rows, double *out) {
  for (size_t r = 0; r < rows; r++) {
    size_t a = (size_t)chosen[r];
    out[r] = a < actions ? quantities[a] : 0.0;
  }
}

void c360_allocate_scatter(
    const double *amounts, const int32_t *cells, size_t rows, double *totals) {
  for (size_t r = 0; r < rows; r++) {
    if (cells[r] >= 0) totals[cells[r]] += amounts[r];
  }
}

C360_KERNEL double c360_allocate_sum(const double *amounts, size_t rows) {
  double lanes[8] = {0, 0, 0, 0, 0, 0, 0, 0};
  size_t r = 0;
  for (; r + 8 <= rows; r += 8) {
    for (size_t l = 0; l < 8; l++) lanes[l] += amounts[r + l];
  }
  for (size_t l = 0; r + l < rows; l++) lanes[l] += amounts[r + l];
  return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6]))
       + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}
