// Arrow C++ behind plain C: what C360Arrow needs, in the structs of the Arrow C data interface.
//
// Functions return 0, or one of the codes below with a message in `*error` that the caller frees.
// No exception leaves them.
#ifndef C360_ARROW_SHIM_H
#define C360_ARROW_SHIM_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Defined by CArrowABI.h for Swift and by <arrow/c/abi.h> for the C++ here.
struct ArrowSchema;
struct ArrowArray;
struct ArrowArrayStream;

enum {
  C360_ARROW_OK = 0,
  /// The operating system refused: reading, writing, space.
  C360_ARROW_IO = 1,
  /// The bytes are not what they should be.
  C360_ARROW_DAMAGED = 2,
  C360_ARROW_UNSUPPORTED = 3,
  C360_ARROW_MEMORY = 4,
};

/// Version of the linked Arrow C++, such as "26.0.1"; lives as long as the process.
const char *c360_arrow_version(void);

// --- Parquet ---------------------------------------------------------------------------------

/// An open Parquet file. Its functions may be called from several threads at once.
typedef struct c360_parquet c360_parquet;

int c360_parquet_open(const char *path, c360_parquet **file, char **error);
void c360_parquet_close(c360_parquet *file);
int c360_parquet_schema(c360_parquet *file, struct ArrowSchema *schema, char **error);
int32_t c360_parquet_row_groups(const c360_parquet *file);
int64_t c360_parquet_row_group_rows(const c360_parquet *file, int32_t row_group);
/// Nulls of a top-level column by the file's statistics; -1 when they do not tell.
int64_t c360_parquet_null_count(const c360_parquet *file, int32_t column);
/// In what the integers of `c360_column_bounds` count.
enum {
  C360_UNIT_NONE = 0,
  C360_UNIT_DAYS = 1,
  C360_UNIT_MILLISECONDS = 2,
  C360_UNIT_MICROSECONDS = 3,
  C360_UNIT_NANOSECONDS = 4,
};

/// What the statistics of one row group say of a column. No value is outside the bounds; they need
/// not be values.
typedef struct {
  /// -1: not told.
  int64_t nulls;
  int32_t has_integers;
  int32_t unit;
  int64_t least, greatest;
  int32_t has_texts;
  /// Bytes that `c360_parquet_bounds_free` frees.
  char *least_text, *greatest_text;
  int64_t least_size, greatest_size;
} c360_column_bounds;

/// Of a top-level column of one row group. What is not told, damaged or of another type is left out.
void c360_parquet_bounds(
    const c360_parquet *file, int32_t row_group, int32_t column, c360_column_bounds *bounds);
void c360_parquet_bounds_free(c360_column_bounds *bounds);
/// Reads a top-level column of one row group. Texts come as dictionaries where the file has them so.
int c360_parquet_read(
    c360_parquet *file, int32_t row_group, int32_t column, struct ArrowArrayStream *chunks,
    char **error);

// --- Arrow IPC -------------------------------------------------------------------------------

/// The record batches of an Arrow IPC file or stream, in memory.
typedef struct c360_ipc c360_ipc;

/// Only the schema.
int c360_ipc_schema(const char *path, struct ArrowSchema *schema, char **error);
/// Reads the top-level columns of these positions, ascending.
int c360_ipc_open(
    const char *path, const int32_t *columns, int32_t column_count, c360_ipc **file, char **error);
void c360_ipc_close(c360_ipc *file);
int32_t c360_ipc_batches(const c360_ipc *file);
int64_t c360_ipc_batch_rows(const c360_ipc *file, int32_t batch);
/// Hands over one batch: a struct array of the columns in file order. Once for each batch.
int c360_ipc_take(c360_ipc *file, int32_t batch, struct ArrowArray *array, char **error);

// --- Writing ---------------------------------------------------------------------------------

typedef struct c360_arrow_writer c360_arrow_writer;

typedef enum { C360_WRITE_PARQUET = 0, C360_WRITE_IPC_FILE = 1 } c360_write_format;

/// Writes to a file descriptor, which stays the caller's and must stay open until `free`.
/// `schema` is released. `threads` > 1 encodes columns in parallel.
int c360_writer_open(
    c360_write_format format, int descriptor, struct ArrowSchema *schema, int32_t threads,
    int64_t row_group_rows, const char *const *keys, const char *const *values,
    int32_t metadata_count, c360_arrow_writer **writer, char **error);
/// `batch` is a struct array and is released.
int c360_writer_write(c360_arrow_writer *writer, struct ArrowArray *batch, char **error);
/// Writes the footer.
int c360_writer_finish(c360_arrow_writer *writer, char **error);
void c360_writer_free(c360_arrow_writer *writer);

#ifdef __cplusplus
}
#endif

#endif
