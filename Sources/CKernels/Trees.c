#include <string.h>

#include "CKernels.h"
#include "Clones.h"

// Rows walk down a tree side by side, so that the loads of one hide the latency of another, and without
// a branch that hangs on data. No clones: gathers of wider registers were slower than single loads.

enum { LANES = 16, STRIDE = 4 };

#define FOREST(NAME, KEY, KEYS, LEAF, LEAVES)                                                      \
  C360_INLINE void NAME##_walk(                                                                    \
      const c360_forest *forest, size_t tree, const KEY *block, LEAF *sums) {                      \
    const uint32_t *columns = forest->columns, *lefts = forest->lefts;                             \
    const KEY *keys = forest->KEYS;                                                                \
    const LEAF *leaves = forest->LEAVES;                                                           \
    uint32_t root = forest->roots[tree], depth = forest->depths[tree];                             \
    for (size_t first = 0; first < C360_TREE_ROWS; first += LANES) {                               \
      const KEY *rows = block + first;                                                             \
      uint32_t at[LANES];                                                                          \
      for (int lane = 0; lane < LANES; lane++) at[lane] = root;                                    \
      for (uint32_t step = 0; step < depth;) {                                                     \
        uint32_t end = depth - step < STRIDE ? depth : step + STRIDE, moved = 0;                   \
        for (; step < end; step++) {                                                               \
          moved = 0;                                                                               \
          _Pragma("clang loop unroll(full) vectorize(disable)")                                    \
          for (int lane = 0; lane < LANES; lane++) {                                               \
            uint32_t node = at[lane];                                                              \
            uint32_t next = lefts[node] + (rows[columns[node] + lane] >= keys[node]);              \
            moved |= next ^ node;                                                                  \
            at[lane] = next;                                                                       \
          }                                                                                        \
        }                                                                                          \
        if (!moved) break;                                                                         \
      }                                                                                            \
      for (int lane = 0; lane < LANES; lane++) sums[first + lane] += leaves[at[lane]];             \
    }                                                                                              \
  }                                                                                                \
                                                                                                   \
  /* With sets of categories: row by row. */                                                       \
  C360_INLINE void NAME##_sets(                                                                    \
      const c360_forest *forest, size_t tree, const KEY *block, LEAF *sums) {                      \
    for (size_t row = 0; row < C360_TREE_ROWS; row++) {                                            \
      uint32_t node = forest->roots[tree];                                                         \
      for (uint32_t step = forest->depths[tree]; step > 0; step--) {                               \
        KEY key = block[forest->columns[node] + row];                                              \
        uint32_t size = forest->set_sizes[node];                                                   \
        uint32_t goes_left;                                                                        \
        if (size != 0) {                                                                           \
          const uint32_t *words = forest->words + forest->KEYS[node];                              \
          goes_left = key == C360_MEMBER ||                                                        \
                      ((key >> 5) < size && (words[key >> 5] >> (key & 31) & 1));                  \
        } else {                                                                                   \
          goes_left = key < forest->KEYS[node];                                                    \
        }                                                                                          \
        uint32_t next = forest->lefts[node] + !goes_left;                                          \
        if (next == node) break;                                                                   \
        node = next;                                                                               \
      }                                                                                            \
      sums[row] += forest->LEAVES[node];                                                           \
    }                                                                                              \
  }                                                                                                \
                                                                                                   \
  void NAME(const c360_forest *forest, const KEY *block, LEAF *sums) {                             \
    for (size_t tree = 0; tree < forest->trees; tree++) {                                          \
      if (forest->has_sets[tree]) {                                                                \
        NAME##_sets(forest, tree, block, sums);                                                    \
      } else {                                                                                     \
        NAME##_walk(forest, tree, block, sums);                                                    \
      }                                                                                            \
    }                                                                                              \
  }

FOREST(c360_forest_f32, uint32_t, keys32, float, leaves32)
FOREST(c360_forest_f64, uint64_t, keys64, double, leaves64)

#define KEYS(NAME, NUMBER, KEY, TOP)                                                               \
  C360_KERNEL void NAME(                                                                           \
      const double *values, const uint8_t *valid, NUMBER bound, KEY missing, KEY *out, size_t n) { \
    for (size_t i = 0; i < n; i++) {                                                               \
      /* −0 becomes 0. */                                                                          \
      NUMBER value = (NUMBER)values[i] + (NUMBER)0;                                                \
      NUMBER size = value < 0 ? -value : value;                                                    \
      KEY bits;                                                                                    \
      memcpy(&bits, &value, sizeof bits);                                                          \
      KEY key = bits ^ ((bits & TOP) ? ~(KEY)0 : TOP);                                             \
      /* Holds for NaN too. */                                                                     \
      out[i] = !(size > bound) ? missing : key;                                                    \
    }                                                                                              \
    if (valid)                                                                                     \
      for (size_t i = 0; i < n; i++) out[i] = valid[i] ? out[i] : missing;                         \
  }

KEYS(c360_keys_f32, float, uint32_t, 0x80000000u)
KEYS(c360_keys_f64, double, uint64_t, 0x8000000000000000u)

#define CODES(NAME, KEY)                                                                           \
  void NAME(                                                                                       \
      const double *values, const uint8_t *valid, KEY missing, int rounds, KEY *out, size_t n) {   \
    for (size_t i = 0; i < n; i++) {                                                               \
      double value = rounds ? (double)(float)values[i] : values[i];                                \
      if (value != value || (valid && !valid[i])) {                                                \
        out[i] = missing;                                                                          \
      } else if (value >= C360_NO_MEMBER || (rounds ? value < 0 : value <= -1)) {                  \
        out[i] = C360_NO_MEMBER;                                                                   \
      } else {                                                                                     \
        out[i] = (KEY)(int32_t)value;                                                              \
      }                                                                                            \
    }                                                                                              \
  }

CODES(c360_codes_u32, uint32_t)
CODES(c360_codes_u64, uint64_t)
