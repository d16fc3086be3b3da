#include "Status.hpp"

#include <arrow/api.h>
#include <arrow/c/bridge.h>
#include <arrow/io/file.h>
#include <arrow/ipc/api.h>

#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

struct c360_ipc {
  std::vector<std::shared_ptr<arrow::RecordBatch>> batches;
};

namespace {

/// Files start with these bytes; streams do not.
constexpr std::string_view kMagic = "ARROW1";

struct Opened {
  std::shared_ptr<arrow::ipc::RecordBatchFileReader> file;
  std::shared_ptr<arrow::ipc::RecordBatchStreamReader> stream;

  std::shared_ptr<arrow::Schema> schema() const {
    return file != nullptr ? file->schema() : stream->schema();
  }
};

arrow::Result<Opened> open(const char *path, const arrow::ipc::IpcReadOptions &options) {
  ARROW_ASSIGN_OR_RAISE(auto source, arrow::io::ReadableFile::Open(path));
  char head[6] = {};
  ARROW_ASSIGN_OR_RAISE(int64_t count, source->ReadAt(0, sizeof head, head));
  ARROW_RETURN_NOT_OK(source->Seek(0));
  Opened opened;
  if (count == sizeof head && std::string_view(head, sizeof head) == kMagic) {
    ARROW_ASSIGN_OR_RAISE(
        opened.file, arrow::ipc::RecordBatchFileReader::Open(source, options));
  } else if (count >= 4 && std::memcmp(head, "FEA1", 4) == 0) {
    return arrow::Status::NotImplemented("Feather version 1; write it again as version 2");
  } else {
    ARROW_ASSIGN_OR_RAISE(
        opened.stream, arrow::ipc::RecordBatchStreamReader::Open(source, options));
  }
  return opened;
}

}  // namespace

int c360_ipc_schema(const char *path, struct ArrowSchema *schema, char **error) {
  return c360::guarded(error, [&]() -> arrow::Status {
    ARROW_ASSIGN_OR_RAISE(auto opened, open(path, arrow::ipc::IpcReadOptions::Defaults()));
    return arrow::ExportSchema(*opened.schema(), schema);
  });
}

int c360_ipc_open(
    const char *path, const int32_t *columns, int32_t column_count, c360_ipc **file, char **error) {
  return c360::guarded(error, [&]() -> arrow::Status {
    auto options = arrow::ipc::IpcReadOptions::Defaults();
    options.included_fields.assign(columns, columns + column_count);
    ARROW_ASSIGN_OR_RAISE(auto opened, open(path, options));
    auto result = std::make_unique<c360_ipc>();
    if (opened.file != nullptr) {
      for (int index = 0; index < opened.file->num_record_batches(); ++index) {
        ARROW_ASSIGN_OR_RAISE(auto batch, opened.file->ReadRecordBatch(index));
        result->batches.push_back(std::move(batch));
      }
    } else {
      while (true) {
        std::shared_ptr<arrow::RecordBatch> batch;
        ARROW_RETURN_NOT_OK(opened.stream->ReadNext(&batch));
        if (batch == nullptr) break;
        result->batches.push_back(std::move(batch));
      }
    }
    // Nothing in the file is taken on trust: offsets, indices and text are checked here once.
    for (const auto &batch : result->batches) ARROW_RETURN_NOT_OK(batch->ValidateFull());
    *file = result.release();
    return arrow::Status::OK();
  });
}

void c360_ipc_close(c360_ipc *file) { delete file; }

int32_t c360_ipc_batches(const c360_ipc *file) {
  return static_cast<int32_t>(file->batches.size());
}

int64_t c360_ipc_batch_rows(const c360_ipc *file, int32_t batch) {
  return file->batches[batch]->num_rows();
}

int c360_ipc_take(c360_ipc *file, int32_t batch, struct ArrowArray *array, char **error) {
  return c360::guarded(error, [&]() -> arrow::Status {
    auto taken = std::move(file->batches.at(batch));
    if (taken == nullptr) return arrow::Status::Invalid("batch was taken before");
    return arrow::ExportRecordBatch(*taken, array);
  });
}
