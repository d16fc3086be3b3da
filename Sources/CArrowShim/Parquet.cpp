#include "Status.hpp"

#include <arrow/api.h>
#include <arrow/c/bridge.h>
#include <arrow/io/file.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/schema.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>
#include <parquet/statistics.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

struct c360_parquet {
  std::shared_ptr<arrow::io::RandomAccessFile> source;
  std::shared_ptr<parquet::FileMetaData> metadata;
  std::shared_ptr<arrow::Schema> schema;
  /// For each top-level column its leaf in the file, -1 where it has several or none.
  std::vector<int> leaves;
  /// For each top-level column whether it is a list.
  std::vector<bool> is_nested;
};

namespace {

parquet::ArrowReaderProperties reader_properties() {
  parquet::ArrowReaderProperties properties(/*use_threads=*/false);
  properties.set_pre_buffer(false);
  properties.set_coerce_int96_timestamp_unit(arrow::TimeUnit::MICRO);
  return properties;
}

/// A reader of its own for each call, so that calls share nothing that changes.
arrow::Result<std::unique_ptr<parquet::arrow::FileReader>> make_reader(
    const c360_parquet &file, const parquet::ArrowReaderProperties &properties) {
  auto raw = parquet::ParquetFileReader::Open(
      file.source, parquet::default_reader_properties(), file.metadata);
  return parquet::arrow::FileReader::Make(
      arrow::default_memory_pool(), std::move(raw), properties);
}

/// Whether all values of a column chunk are indices into a dictionary page.
bool is_dictionary_encoded(const parquet::ColumnChunkMetaData &chunk) {
  if (chunk.type() != parquet::Type::BYTE_ARRAY || !chunk.has_dictionary_page()) return false;
  const auto &pages = chunk.encoding_stats();
  if (pages.empty()) return false;
  for (const auto &page : pages) {
    bool holds_data = page.page_type == parquet::PageType::DATA_PAGE ||
                      page.page_type == parquet::PageType::DATA_PAGE_V2;
    bool is_index = page.encoding == parquet::Encoding::RLE_DICTIONARY ||
                    page.encoding == parquet::Encoding::PLAIN_DICTIONARY;
    if (holds_data && !is_index) return false;
  }
  return true;
}

/// The leaf below a field; of lists the one of their elements.
int only_leaf(const parquet::arrow::SchemaField &field) {
  const parquet::arrow::SchemaField *at = &field;
  while (!at->is_leaf()) {
    if (at->children.size() != 1) return -1;
    at = &at->children[0];
  }
  return at->column_index;
}

}  // namespace

int c360_parquet_open(const char *path, c360_parquet **file, char **error) {
  return c360::guarded(error, [&]() -> arrow::Status {
    auto opened = std::make_unique<c360_parquet>();
    ARROW_ASSIGN_OR_RAISE(opened->source, arrow::io::ReadableFile::Open(path));
    auto raw = parquet::ParquetFileReader::Open(opened->source);
    opened->metadata = raw->metadata();
    ARROW_ASSIGN_OR_RAISE(
        auto reader, parquet::arrow::FileReader::Make(
                         arrow::default_memory_pool(), std::move(raw), reader_properties()));
    ARROW_RETURN_NOT_OK(reader->GetSchema(&opened->schema));
    for (const auto &field : reader->manifest().schema_fields) {
      opened->leaves.push_back(only_leaf(field));
      opened->is_nested.push_back(!field.is_leaf());
    }
    *file = opened.release();
    return arrow::Status::OK();
  });
}

void c360_parquet_close(c360_parquet *file) { delete file; }

int c360_parquet_schema(c360_parquet *file, struct ArrowSchema *schema, char **error) {
  return c360::guarded(error, [&] { return arrow::ExportSchema(*file->schema, schema); });
}

int32_t c360_parquet_row_groups(const c360_parquet *file) {
  return file->metadata->num_row_groups();
}

int64_t c360_parquet_row_group_rows(const c360_parquet *file, int32_t row_group) {
  try {
    return file->metadata->RowGroup(row_group)->num_rows();
  } catch (...) {
    return -1;
  }
}

int64_t c360_parquet_null_count(const c360_parquet *file, int32_t column) {
  try {
    int leaf = file->leaves.at(column);
    if (leaf < 0) return -1;
    if (file->metadata->schema()->Column(leaf)->max_definition_level() == 0) return 0;
    int64_t nulls = 0;
    for (int group = 0; group < file->metadata->num_row_groups(); ++group) {
      auto statistics = file->metadata->RowGroup(group)->ColumnChunk(leaf)->statistics();
      if (statistics == nullptr || !statistics->HasNullCount()) return -1;
      nulls += statistics->null_count();
    }
    // An empty list counts as a null of its leaf.
    return file->is_nested.at(column) && nulls > 0 ? -1 : nulls;
  } catch (...) {
    return -1;
  }
}

namespace {

/// The unit of a column's integers; -1 where they are not what they look like.
int32_t integer_unit(const parquet::ColumnDescriptor &column) {
  const auto &logical = column.logical_type();
  if (logical == nullptr || logical->is_none()) return C360_UNIT_NONE;
  if (logical->is_date()) return C360_UNIT_DAYS;
  if (logical->is_int()) {
    const auto &type = static_cast<const parquet::IntLogicalType &>(*logical);
    return type.is_signed() ? C360_UNIT_NONE : -1;
  }
  if (!logical->is_timestamp()) return -1;
  switch (static_cast<const parquet::TimestampLogicalType &>(*logical).time_unit()) {
    case parquet::LogicalType::TimeUnit::MILLIS: return C360_UNIT_MILLISECONDS;
    case parquet::LogicalType::TimeUnit::MICROS: return C360_UNIT_MICROSECONDS;
    case parquet::LogicalType::TimeUnit::NANOS: return C360_UNIT_NANOSECONDS;
    default: return -1;
  }
}

char *copy(const parquet::ByteArray &text, int64_t *size) {
  auto bytes = static_cast<char *>(std::malloc(text.len + 1));
  if (bytes == nullptr) return nullptr;
  if (text.len > 0) std::memcpy(bytes, text.ptr, text.len);
  *size = text.len;
  return bytes;
}

void fill(
    const parquet::ColumnDescriptor &column, const parquet::Statistics &statistics,
    c360_column_bounds *bounds) {
  switch (column.physical_type()) {
    case parquet::Type::INT32: {
      const auto &typed = static_cast<const parquet::Int32Statistics &>(statistics);
      bounds->least = typed.min();
      bounds->greatest = typed.max();
      break;
    }
    case parquet::Type::INT64: {
      const auto &typed = static_cast<const parquet::Int64Statistics &>(statistics);
      bounds->least = typed.min();
      bounds->greatest = typed.max();
      break;
    }
    case parquet::Type::BYTE_ARRAY: {
      const auto &logical = column.logical_type();
      if (logical == nullptr || !logical->is_string()) return;
      const auto &typed = static_cast<const parquet::ByteArrayStatistics &>(statistics);
      bounds->least_text = copy(typed.min(), &bounds->least_size);
      bounds->greatest_text = copy(typed.max(), &bounds->greatest_size);
      bounds->has_texts = bounds->least_text != nullptr && bounds->greatest_text != nullptr;
      return;
    }
    default: return;
  }
  bounds->unit = integer_unit(column);
  bounds->has_integers = bounds->unit >= 0;
}

}  // namespace

void c360_parquet_bounds(
    const c360_parquet *file, int32_t row_group, int32_t column, c360_column_bounds *bounds) {
  *bounds = c360_column_bounds{};
  bounds->nulls = -1;
  try {
    int leaf = file->leaves.at(column);
    if (leaf < 0) return;
    const auto *descriptor = file->metadata->schema()->Column(leaf);
    if (descriptor->max_definition_level() == 0) bounds->nulls = 0;
    auto statistics = file->metadata->RowGroup(row_group)->ColumnChunk(leaf)->statistics();
    if (statistics == nullptr) return;
    if (statistics->HasNullCount()) bounds->nulls = statistics->null_count();
    if (file->is_nested.at(column)) return;
    if (statistics->HasMinMax()) fill(*descriptor, *statistics, bounds);
  } catch (...) {
    c360_parquet_bounds_free(bounds);
    *bounds = c360_column_bounds{};
    bounds->nulls = -1;
  }
}

void c360_parquet_bounds_free(c360_column_bounds *bounds) {
  std::free(bounds->least_text);
  std::free(bounds->greatest_text);
  bounds->least_text = nullptr;
  bounds->greatest_text = nullptr;
}

int c360_parquet_read(
    c360_parquet *file, int32_t row_group, int32_t column, struct ArrowArrayStream *chunks,
    char **error) {
  return c360::guarded(error, [&]() -> arrow::Status {
    int leaf = file->leaves.at(column);
    if (leaf < 0) return arrow::Status::NotImplemented("nested column");
    auto properties = reader_properties();
    if (!file->is_nested.at(column) &&
        is_dictionary_encoded(*file->metadata->RowGroup(row_group)->ColumnChunk(leaf))) {
      properties.set_read_dictionary(leaf, true);
    }
    ARROW_ASSIGN_OR_RAISE(auto reader, make_reader(*file, properties));
    ARROW_ASSIGN_OR_RAISE(auto table, reader->ReadRowGroup(row_group, std::vector<int>{leaf}));
    if (table->num_columns() != 1) return arrow::Status::Invalid("column is missing");
    return arrow::ExportChunkedArray(table->column(0), chunks);
  });
}
