#include <string.h>

#include "Clones.h"
#include "c360_timeline.h"

typedef int64_t lanes __attribute__((vector_size(64)));
enum { LANES = 8 };
// Up to so many events all are compared: cheaper than a search whose end no processor can foresee.
enum { SMALL = 96 };

C360_INLINE int32_t count_before(const int64_t *times, int32_t n, int64_t target) {
  if (n < LANES) {
    int32_t count = 0;
    for (int32_t i = 0; i < n; i++) count += times[i] < target;
    return count;
  }
  const lanes index = {0, 1, 2, 3, 4, 5, 6, 7};
  lanes bound = {target, target, target, target, target, target, target, target};
  lanes sum = {0, 0, 0, 0, 0, 0, 0, 0};
  lanes block;
  int32_t i = 0;
  for (; i + LANES <= n; i += LANES) {
    memcpy(&block, times + i, sizeof block);
    sum -= block < bound;
  }
  if (i < n) {
    // The last eight once more, less those that were counted.
    memcpy(&block, times + n - LANES, sizeof block);
    int64_t seen = i - (n - LANES);
    lanes first = {seen, seen, seen, seen, seen, seen, seen, seen};
    sum -= (block < bound) & (index >= first);
  }
  int64_t count = 0;
  for (int lane = 0; lane < LANES; lane++) count += sum[lane];
  return (int32_t)count;
}

C360_INLINE int32_t search(const int64_t *times, int32_t low, int32_t high, int64_t target) {
  while (low < high) {
    int32_t middle = low + (high - low) / 2;
    if (times[middle] < target) low = middle + 1; else high = middle;
  }
  return low;
}

C360_INLINE int32_t gallop(const int64_t *times, int32_t from, int32_t to, int64_t target) {
  int32_t step = 8;
  while (from < to) {
    int32_t next = to - from < step ? to : from + step;
    if (times[next - 1] >= target) return search(times, from, next, target);
    from = next;
    step *= 2;
  }
  return to;
}

C360_KERNEL void c360_timeline_positions(
    const int64_t *times, const int32_t *from, const int32_t *to, const int32_t *rows,
    size_t groups, const int64_t *targets, int32_t *result) {
  for (size_t group = 0; group < groups; group++) {
    int32_t start = from[group];
    int32_t n = to[group] - start;
    if (n <= SMALL) {
      for (int32_t row = rows[group]; row < rows[group + 1]; row++)
        result[row] = start + count_before(times + start, n, targets[row]);
      continue;
    }
    int32_t position = start;
    int64_t previous = INT64_MIN;
    for (int32_t row = rows[group]; row < rows[group + 1]; row++) {
      int64_t target = targets[row];
      // Months differ in length: a later decision may look further back.
      position = target >= previous ? gallop(times, position, to[group], target)
                                    : search(times, start, position, target);
      previous = target;
      result[row] = position;
    }
  }
}
