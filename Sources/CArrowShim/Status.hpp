// How Arrow's statuses and exceptions become the codes of CArrowShim.h.
#pragma once

#include "CArrowShim.h"

#include <arrow/c/abi.h>
#include <arrow/result.h>
#include <arrow/status.h>

#include <cstdlib>
#include <cstring>
#include <new>
#include <string>

namespace c360 {

inline int fail(int code, const std::string &message, char **error) {
  if (error != nullptr) *error = strdup(message.c_str());
  return code;
}

inline int fail(const arrow::Status &status, char **error) {
  int code = C360_ARROW_DAMAGED;
  if (status.IsOutOfMemory()) {
    code = C360_ARROW_MEMORY;
  } else if (status.IsNotImplemented()) {
    code = C360_ARROW_UNSUPPORTED;
  } else if (status.IsIOError() && status.detail() != nullptr) {
    // Only errors of the operating system carry their errno as a detail.
    code = C360_ARROW_IO;
  }
  return fail(code, status.message(), error);
}

/// Runs a body that returns a status.
template <typename Body>
int guarded(char **error, Body body) noexcept {
  try {
    arrow::Status status = body();
    return status.ok() ? C360_ARROW_OK : fail(status, error);
  } catch (const std::bad_alloc &) {
    return fail(C360_ARROW_MEMORY, "out of memory", error);
  } catch (const std::exception &exception) {
    return fail(C360_ARROW_DAMAGED, exception.what(), error);
  } catch (...) {
    return fail(C360_ARROW_DAMAGED, "unknown failure", error);
  }
}

}  // namespace c360
