#include <math.h>
#include <string.h>

#include "CKernels.h"
#include "Clones.h"

// MARK: pairs

C360_KERNEL size_t c360_decide_forbid(
    const uint8_t *restrict condition, const uint8_t *restrict valid, uint8_t *restrict forbidden,
    size_t pairs) {
  size_t count = 0;
  if (valid) {
    for (size_t i = 0; i < pairs; i++) {
      uint8_t holds = condition[i] & valid[i];
      forbidden[i] |= holds;
      count += holds;
    }
  } else {
    for (size_t i = 0; i < pairs; i++) {
      forbidden[i] |= condition[i];
      count += condition[i];
    }
  }
  return count;
}

C360_INLINE void add_term(
    const double *restrict term, const uint8_t *restrict valid, double weight, bool first,
    double *restrict values, size_t pairs) {
  for (size_t i = 0; i < pairs; i++) {
    double part = weight * (!valid || valid[i] ? term[i] : NAN);
    values[i] = first ? part : values[i] + part;
  }
}

C360_KERNEL void c360_decide_add_term(
    const double *term, const uint8_t *valid, double weight, bool first, double *values,
    size_t pairs) {
  if (valid && first) add_term(term, valid, weight, true, values, pairs);
  else if (valid) add_term(term, valid, weight, false, values, pairs);
  else if (first) add_term(term, NULL, weight, true, values, pairs);
  else add_term(term, NULL, weight, false, values, pairs);
}

C360_KERNEL size_t c360_decide_seal(
    const uint8_t *restrict forbidden, double *restrict values, size_t pairs) {
  size_t missing = 0;
  for (size_t i = 0; i < pairs; i++) {
    double value = values[i];
    missing += (forbidden[i] == 0) & (value != value);
    values[i] = forbidden[i] ? NAN : value;
  }
  return missing;
}

C360_KERNEL void c360_decide_pass(
    const uint8_t *restrict condition, const uint8_t *restrict valid, double *restrict values,
    size_t pairs) {
  if (valid) {
    for (size_t i = 0; i < pairs; i++) values[i] = condition[i] & valid[i] ? values[i] : NAN;
  } else {
    for (size_t i = 0; i < pairs; i++) values[i] = condition[i] ? values[i] : NAN;
  }
}

#define SPREAD(NAME, TYPE)                                                                     \
  C360_KERNEL void NAME(                                                                       \
      const TYPE *restrict from, size_t columns, size_t rows, TYPE *restrict to) {             \
    for (size_t r = 0; r < rows; r++) {                                                        \
      for (size_t c = 0; c < columns; c++) to[r * columns + c] = from[r];                      \
    }                                                                                          \
  }

SPREAD(c360_spread_64, uint64_t)
SPREAD(c360_spread_32, uint32_t)
SPREAD(c360_spread_8, uint8_t)

/// The lowest bits of eight bytes.
C360_INLINE uint64_t eight_bits(const uint8_t *bytes) {
  uint64_t lanes;
  memcpy(&lanes, bytes, 8);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  lanes = __builtin_bswap64(lanes);
#endif
  lanes &= 0x0101010101010101u;
  return (lanes * 0x0102040810204080u) >> 56;
}

void c360_decide_pattern(
    const uint8_t *condition, const uint8_t *valid, size_t actions, size_t rows, size_t stride,
    uint64_t *words) {
  for (size_t r = 0; r < rows; r++) {
    for (size_t w = 0; w * 64 < actions; w++) {
      size_t first = r * actions + w * 64;
      size_t count = actions - w * 64 < 64 ? actions - w * 64 : 64;
      uint64_t word = 0;
      if (valid) {
        for (size_t a = 0; a < count; a++) {
          word |= (uint64_t)(condition[first + a] & valid[first + a]) << a;
        }
      } else {
        for (size_t a = 0; a < count; a += 8) word |= eight_bits(condition + first + a) << a;
        if (count < 64) word &= ((uint64_t)1 << count) - 1;
      }
      words[r * stride + w] = word;
    }
  }
}

C360_KERNEL void c360_decide_missing(
    const uint8_t *restrict forbidden, const double *restrict values, uint8_t *restrict missing,
    size_t pairs) {
  for (size_t i = 0; i < pairs; i++) {
    missing[i] = (forbidden[i] == 0) & (values[i] != values[i]);
  }
}

// MARK: the base choice

// Eight rows at a time: each line of memory that is written is written whole.
#define TURN(NAME, TYPE)                                                                       \
  void NAME(const TYPE *restrict from, size_t columns, size_t rows, TYPE *restrict to) {       \
    size_t whole = rows & ~(size_t)7;                                                          \
    for (size_t r = 0; r < whole; r += 8) {                                                    \
      const TYPE *block = from + r * columns;                                                  \
      for (size_t c = 0; c < columns; c++) {                                                   \
        for (size_t k = 0; k < 8; k++) to[c * rows + r + k] = block[k * columns + c];          \
      }                                                                                        \
    }                                                                                          \
    for (size_t r = whole; r < rows; r++) {                                                    \
      for (size_t c = 0; c < columns; c++) to[c * rows + r] = from[r * columns + c];           \
    }                                                                                          \
  }

TURN(c360_turn_64, uint64_t)
TURN(c360_turn_32, uint32_t)
TURN(c360_turn_8, uint8_t)

C360_KERNEL void c360_decide_count(
    const double *restrict values, size_t candidates, size_t rows, int64_t *restrict eligible) {
  for (size_t r = 0; r < rows; r++) eligible[r] = 0;
  for (size_t a = 0; a < candidates; a++) {
    const double *v = values + a * rows;
    for (size_t r = 0; r < rows; r++) eligible[r] += v[r] == v[r];
  }
}

C360_KERNEL void c360_decide_best(
    const double *restrict values, size_t candidates, size_t rows, double *restrict greatest,
    int64_t *restrict best) {
  for (size_t r = 0; r < rows; r++) {
    greatest[r] = -INFINITY;
    best[r] = -1;
  }
  for (size_t a = 0; a < candidates; a++) {
    const double *v = values + a * rows;
    for (size_t r = 0; r < rows; r++) {
      bool takes = (v[r] > greatest[r]) | ((best[r] < 0) & (v[r] == v[r]));
      greatest[r] = takes ? v[r] : greatest[r];
      best[r] = takes ? (int64_t)a : best[r];
    }
  }
}

C360_KERNEL void c360_decide_exponents(
    const double *restrict values, const double *restrict greatest, double temperature,
    size_t candidates, size_t rows, double *restrict exponents) {
  for (size_t a = 0; a < candidates; a++) {
    const double *v = values + a * rows;
    double *out = exponents + a * rows;
    for (size_t r = 0; r < rows; r++) {
      double below = (v[r] - greatest[r]) / temperature;
      double exponent = v[r] == greatest[r] ? 0.0 : below;
      out[r] = v[r] == v[r] ? exponent : 0.0;
    }
  }
}

C360_KERNEL void c360_decide_normalise(
    const double *restrict values, double *restrict weights, size_t candidates, size_t rows,
    double *restrict sums) {
  for (size_t r = 0; r < rows; r++) sums[r] = 0;
  for (size_t a = 0; a < candidates; a++) {
    for (size_t r = 0; r < rows; r++) {
      double v = values[a * rows + r];
      double weight = v == v ? weights[a * rows + r] : 0;
      weights[a * rows + r] = weight;
      sums[r] += weight;
    }
  }
  for (size_t a = 0; a < candidates; a++) {
    for (size_t r = 0; r < rows; r++) {
      double share = weights[a * rows + r] / sums[r];
      weights[a * rows + r] = sums[r] > 0 ? share : 0;
    }
  }
}

C360_KERNEL void c360_decide_point(
    const int64_t *restrict best, size_t candidates, size_t rows, double *restrict base) {
  for (size_t a = 0; a < candidates; a++) {
    for (size_t r = 0; r < rows; r++) base[a * rows + r] = best[r] == (int64_t)a ? 1.0 : 0.0;
  }
}

// MARK: mixture, draw, what the log says of it

C360_KERNEL void c360_decide_explore(
    const double *restrict base, const double *restrict values, const int64_t *restrict eligible,
    double share, size_t candidates, size_t rows, double *restrict even, double *restrict mixed) {
  double kept = 1.0 - share;
  for (size_t r = 0; r < rows; r++) even[r] = share / (double)eligible[r];
  for (size_t a = 0; a < candidates; a++) {
    for (size_t r = 0; r < rows; r++) {
      double v = values[a * rows + r];
      double p = kept * base[a * rows + r] + even[r];
      mixed[a * rows + r] = v == v ? p : 0;
    }
  }
}

C360_KERNEL void c360_decide_draw(
    const double *restrict probabilities, const double *restrict draws, size_t candidates,
    size_t rows, double *restrict sums, int64_t *restrict chosen) {
  for (size_t r = 0; r < rows; r++) {
    sums[r] = 0;
    chosen[r] = 0;
  }
  // Running sums never fall, so those that do not exceed the draw come first: their number is the
  // place of the first that does.
  for (size_t a = 0; a < candidates; a++) {
    for (size_t r = 0; r < rows; r++) {
      sums[r] += probabilities[a * rows + r];
      chosen[r] += sums[r] <= draws[r];
    }
  }
  for (size_t r = 0; r < rows; r++) {
    if (chosen[r] < (int64_t)candidates) continue;
    size_t a = candidates;
    while (a > 0 && !(probabilities[(a - 1) * rows + r] > 0)) a--;
    chosen[r] = (int64_t)a - 1;
  }
}

C360_KERNEL void c360_decide_expect(
    const double *restrict probabilities, const double *restrict values, size_t candidates,
    size_t rows, double *restrict expected) {
  for (size_t r = 0; r < rows; r++) expected[r] = 0;
  for (size_t a = 0; a < candidates; a++) {
    for (size_t r = 0; r < rows; r++) {
      double p = probabilities[a * rows + r];
      double sum = expected[r] + p * values[a * rows + r];
      expected[r] = p > 0 ? sum : expected[r];
    }
  }
}

C360_KERNEL void c360_decide_rank(
    const double *restrict values, const int64_t *restrict chosen, size_t candidates, size_t rows,
    double *restrict at, int64_t *restrict ranks) {
  for (size_t r = 0; r < rows; r++) {
    at[r] = chosen[r] < 0 ? NAN : values[chosen[r] * (int64_t)rows + r];
    ranks[r] = 1;
  }
  for (size_t a = 0; a < candidates; a++) {
    for (size_t r = 0; r < rows; r++) {
      double v = values[a * rows + r];
      ranks[r] += (v > at[r]) | ((v == at[r]) & ((int64_t)a < chosen[r]));
    }
  }
}
