#ifndef C360_ZLIB_SHIM_H
#define C360_ZLIB_SHIM_H
#include <zlib.h>
#endif
