#ifndef C360_ARROW_SHIM_H
#define C360_ARROW_SHIM_H

#ifdef __cplusplus
extern "C" {
#endif

/// Version of the linked Arrow C++, such as "26.0.1"; lives as long as the process.
const char *c360_arrow_version(void);

#ifdef __cplusplus
}
#endif

#endif
