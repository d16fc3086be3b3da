#include "CArrowABI.h"

_Static_assert(sizeof(struct ArrowSchema) == 9 * 8, "layout of ArrowSchema");
_Static_assert(sizeof(struct ArrowArray) == 10 * 8, "layout of ArrowArray");
_Static_assert(sizeof(struct ArrowArrayStream) == 5 * 8, "layout of ArrowArrayStream");
