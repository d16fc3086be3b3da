#include "CArrowShim.h"

#include <arrow/config.h>

const char *c360_arrow_version(void) {
  return arrow::GetBuildInfo().version_string.c_str();
}
