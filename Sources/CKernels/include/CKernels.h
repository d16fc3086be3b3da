#ifndef C360_KERNELS_H
#define C360_KERNELS_H
#include <stdint.h>
#endif
