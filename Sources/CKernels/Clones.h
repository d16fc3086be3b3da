#ifndef C360_CLONES_H
#define C360_CLONES_H

#if defined(__clang__) && defined(__x86_64__) && defined(__linux__)
// Clones are chosen while the program is loaded, before the thread sanitizer can run.
#if __has_attribute(target_clones) && !__has_feature(thread_sanitizer)
#define C360_KERNEL __attribute__((target_clones("avx512f", "avx2", "default")))
#endif
#endif
#ifndef C360_KERNEL
#define C360_KERNEL
#endif

#define C360_INLINE static inline __attribute__((always_inline))

#if defined(__clang__)
#pragma clang fp contract(off)
#elif defined(__GNUC__)
#pragma GCC optimize("fp-contract=off")
#endif

#endif
