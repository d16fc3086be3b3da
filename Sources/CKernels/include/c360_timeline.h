#ifndef C360_TIMELINE_H
#define C360_TIMELINE_H
#include <stddef.h>
#include <stdint.h>

// For every row the first event of its group that is not before the row's target. Group g has events
// from[g] ..< to[g], in order of time, and rows rows[g] ..< rows[g + 1].
void c360_timeline_positions(
    const int64_t *times, const int32_t *from, const int32_t *to, const int32_t *rows,
    size_t groups, const int64_t *targets, int32_t *result);

#endif
