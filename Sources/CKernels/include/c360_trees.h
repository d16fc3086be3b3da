#ifndef C360_TREES_H
#define C360_TREES_H
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Sums of the leaves of decision trees. Inputs become keys, unsigned integers in the order of the
// numbers, so that a comparison is one of integers and a missing value is the least or greatest key.
//
// A block has C360_TREE_ROWS rows, key column behind key column. A tree is nodes in one array: a row
// at node i of which the key in column `columns[i]` is less than `keys[i]` goes to `lefts[i]`, else to
// the node behind. A leaf leads to itself.

enum { C360_TREE_ROWS = 64 };

/// Columns of keys of categories: a code, C360_NO_MEMBER, which no set has, or C360_MEMBER, which every
/// set has.
enum { C360_NO_MEMBER = 1 << 24, C360_MEMBER = (1 << 24) + 1 };

typedef struct {
  /// Of the first key column of a block: column × C360_TREE_ROWS.
  const uint32_t *columns;
  const uint32_t *lefts;
  /// One of the two, by precision. Of nodes with a set: its first word in `words`.
  const uint32_t *keys32;
  const uint64_t *keys64;
  /// By node, 0 but for leaves; one of the two.
  const float *leaves32;
  const double *leaves64;
  /// By node: words of its set of categories; 0 for none. NULL without categories.
  const uint32_t *set_sizes;
  const uint32_t *words;
  /// By tree: its root, its greatest number of steps, and whether a node of it has a set.
  const uint32_t *roots;
  const uint32_t *depths;
  const uint8_t *has_sets;
  size_t trees;
} c360_forest;

/// Adds to each of C360_TREE_ROWS sums its leaf of each tree, tree by tree, in float32.
void c360_forest_f32(const c360_forest *forest, const uint32_t *block, float *sums);
/// The same in float64.
void c360_forest_f64(const c360_forest *forest, const uint64_t *block, double *sums);

/// Keys of numbers in float32, rounded first. What is not valid (`valid` may be NULL) or NaN, or in size
/// at most `bound` (below 0: nothing), has the key `missing`.
void c360_keys_f32(
    const double *values, const uint8_t *valid, float bound, uint32_t missing, uint32_t *out,
    size_t n);
void c360_keys_f64(
    const double *values, const uint8_t *valid, double bound, uint64_t missing, uint64_t *out,
    size_t n);
/// Codes of categories: numbers towards 0; no code is C360_NO_MEMBER; not valid or NaN is `missing`. With
/// `rounds` a number is rounded to float32 first, and none above −1 and below 0 is 0.
void c360_codes_u32(
    const double *values, const uint8_t *valid, uint32_t missing, int rounds, uint32_t *out,
    size_t n);
void c360_codes_u64(
    const double *values, const uint8_t *valid, uint64_t missing, int rounds, uint64_t *out,
    size_t n);

#ifdef __cplusplus
}
#endif

#endif
