#include "Status.hpp"

#include <arrow/api.h>
#include <arrow/c/bridge.h>
#include <arrow/io/interfaces.h>
#include <arrow/ipc/api.h>
#include <arrow/util/key_value_metadata.h>
#include <arrow/util/thread_pool.h>
#include <parquet/arrow/writer.h>
#include <parquet/properties.h>

#include <cerrno>
#include <memory>
#include <unistd.h>

namespace {

/// Writes to a descriptor that belongs to somebody else.
class DescriptorStream final : public arrow::io::OutputStream {
 public:
  explicit DescriptorStream(int descriptor) : descriptor_(descriptor) {}

  arrow::Status Write(const void *data, int64_t count) override {
    auto bytes = static_cast<const char *>(data);
    position_ += count;
    while (count > 0) {
      ssize_t written = ::write(descriptor_, bytes, static_cast<size_t>(count));
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) {
        failure_ = written < 0 ? errno : ENOSPC;
        return arrow::Status::IOError(std::strerror(failure_));
      }
      bytes += written;
      count -= written;
    }
    return arrow::Status::OK();
  }
  using arrow::io::OutputStream::Write;

  arrow::Status Close() override {
    closed_ = true;
    return arrow::Status::OK();
  }
  arrow::Result<int64_t> Tell() const override { return position_; }
  bool closed() const override { return closed_; }

  /// Writes nothing any more. Arrow's destructors try to finish a file that was given up, when its
  /// descriptor may already belong to another file.
  void Abandon() { descriptor_ = -1; }

  /// The errno of the write that failed, or 0.
  int failure() const { return failure_; }

 private:
  int descriptor_;
  int64_t position_ = 0;
  int failure_ = 0;
  bool closed_ = false;
};

}  // namespace

struct c360_arrow_writer {
  std::shared_ptr<DescriptorStream> sink;
  std::shared_ptr<arrow::Schema> schema;
  std::unique_ptr<parquet::arrow::FileWriter> parquet;
  std::shared_ptr<arrow::ipc::RecordBatchWriter> ipc;
};

namespace {

/// Runs a body; a failure of the sink is told as such, whatever Arrow made of it.
template <typename Body>
int writing(const DescriptorStream &sink, char **error, Body body) {
  char *message = nullptr;
  int code = c360::guarded(&message, body);
  if (code != C360_ARROW_OK && sink.failure() != 0) {
    free(message);
    return c360::fail(C360_ARROW_IO, std::strerror(sink.failure()), error);
  }
  if (code != C360_ARROW_OK) *error = message;
  return code;
}

std::shared_ptr<parquet::WriterProperties> parquet_properties(
    const arrow::Schema &schema, int64_t row_group_rows) {
  parquet::WriterProperties::Builder builder;
  builder.compression(parquet::Compression::ZSTD);
  builder.compression_level(1);
  builder.created_by("c360");
  builder.max_row_group_length(row_group_rows);
  for (const auto &field : schema.fields()) {
    // Texts repeat and deserve a dictionary. Numbers mostly do not: plain floats and differences
    // of integers are as small and faster both ways.
    switch (field->type()->id()) {
      case arrow::Type::DOUBLE:
        builder.disable_dictionary(field->name());
        break;
      case arrow::Type::INT64:
      case arrow::Type::TIMESTAMP:
      case arrow::Type::DURATION:
        builder.disable_dictionary(field->name());
        builder.encoding(field->name(), parquet::Encoding::DELTA_BINARY_PACKED);
        break;
      default:
        break;
    }
  }
  return builder.build();
}

}  // namespace

int c360_writer_open(
    c360_write_format format, int descriptor, struct ArrowSchema *schema, int32_t threads,
    int64_t row_group_rows, const char *const *keys, const char *const *values,
    int32_t metadata_count, c360_arrow_writer **writer, char **error) {
  auto opened = std::make_unique<c360_arrow_writer>();
  opened->sink = std::make_shared<DescriptorStream>(descriptor);
  int code = writing(*opened->sink, error, [&]() -> arrow::Status {
    ARROW_ASSIGN_OR_RAISE(opened->schema, arrow::ImportSchema(schema));
    auto metadata = std::make_shared<arrow::KeyValueMetadata>();
    for (int32_t index = 0; index < metadata_count; ++index) {
      metadata->Append(keys[index], values[index]);
    }
    if (format == C360_WRITE_IPC_FILE) {
      ARROW_ASSIGN_OR_RAISE(
          opened->ipc,
          arrow::ipc::MakeFileWriter(
              opened->sink, opened->schema, arrow::ipc::IpcWriteOptions::Defaults(), metadata));
      return arrow::Status::OK();
    }
    // Arrow's own pool encodes the columns; it is never larger than asked for.
    if (threads > 1) ARROW_RETURN_NOT_OK(arrow::SetCpuThreadPoolCapacity(threads));
    auto arrow_properties = parquet::ArrowWriterProperties::Builder()
                                .set_use_threads(threads > 1)
                                ->store_schema()
                                ->build();
    ARROW_ASSIGN_OR_RAISE(
        opened->parquet,
        parquet::arrow::FileWriter::Open(
            *opened->schema, arrow::default_memory_pool(), opened->sink,
            parquet_properties(*opened->schema, row_group_rows), arrow_properties));
    return metadata_count > 0 ? opened->parquet->AddKeyValueMetadata(metadata)
                              : arrow::Status::OK();
  });
  if (code == C360_ARROW_OK) *writer = opened.release();
  return code;
}

int c360_writer_write(c360_arrow_writer *writer, struct ArrowArray *batch, char **error) {
  return writing(*writer->sink, error, [&]() -> arrow::Status {
    ARROW_ASSIGN_OR_RAISE(auto imported, arrow::ImportRecordBatch(batch, writer->schema));
    if (writer->ipc != nullptr) return writer->ipc->WriteRecordBatch(*imported);
    return writer->parquet->WriteRecordBatch(*imported);
  });
}

int c360_writer_finish(c360_arrow_writer *writer, char **error) {
  return writing(*writer->sink, error, [&]() -> arrow::Status {
    return writer->ipc != nullptr ? writer->ipc->Close() : writer->parquet->Close();
  });
}

void c360_writer_free(c360_arrow_writer *writer) {
  try {
    writer->sink->Abandon();
    delete writer;
  } catch (...) {
    // A writer that is given up has nothing left to say.
  }
}
