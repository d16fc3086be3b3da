// Stands for libarrow and libparquet: include path and link flags come from
// .deps/pkgconfig/c360-arrow.pc, which scripts/bootstrap writes. C++ headers are included by
// CArrowShim alone.
#ifndef C360_ARROW_LIBRARIES_H
#define C360_ARROW_LIBRARIES_H
#endif
