#include "sim/harness/log_inspector.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "engine/log_format.h"
#include "engine/log_reader.h"
#include "engine/write_batch.h"
#include "sim/harness/payload.h"

namespace harrow::harness {
namespace {

// Tells whether a batch holds values of more than one write.
class WriterCounter : public engine::WriteBatch::Handler {
 public:
  void Put(std::string_view, std::string_view value) override {
    if (value.size() < kMinValueSize) return;
    models::WriteId write = 0;
    std::memcpy(&write, value.data(), sizeof(write));
    if (first_.has_value() && *first_ != write) several_ = true;
    first_ = write;
  }
  void Delete(std::string_view) override {}
  bool several() const { return several_; }

 private:
  std::optional<models::WriteId> first_;
  bool several_ = false;
};

// The number in "db/000012.log", or nothing for any other path.
std::optional<std::uint64_t> LogNumber(std::string_view path) {
  constexpr std::string_view kFolder = "db/";
  constexpr std::string_view kSuffix = ".log";
  if (!path.starts_with(kFolder) || !path.ends_with(kSuffix)) return std::nullopt;
  const std::string_view digits =
      path.substr(kFolder.size(), path.size() - kFolder.size() - kSuffix.size());
  std::uint64_t number = 0;
  for (const char digit : digits) {
    if (digit < '0' || digit > '9') return std::nullopt;
    number = number * 10 + static_cast<std::uint64_t>(digit - '0');
  }
  return number;
}

void InspectLog(std::uint64_t number, std::string_view bytes, std::uint64_t counted,
                LogContents* contents) {
  engine::LogReader reader(bytes);
  std::string_view record;
  std::string scratch;
  std::uint64_t before = 0;
  while (reader.ReadRecord(&record, &scratch) == engine::LogRead::kRecord) {
    // A record of one fragment adds its header, and at most a trailer shorter than one.
    const bool fragmented =
        reader.good_size() - before >= record.size() + 2 * engine::kLogHeaderSize;
    before = reader.good_size();
    const absl::StatusOr<engine::WriteBatch> batch = engine::WriteBatch::FromContents(record);
    if (!batch.ok()) return;
    contents->batches.push_back({number, batch->Sequence(), batch->Count()});
    if (batch->Sequence() <= counted || batch->Count() == 0) continue;
    contents->last_sequence = std::max(contents->last_sequence, batch->Sequence());
    WriterCounter writers;
    if (batch->Iterate(&writers).ok() && writers.several()) ++contents->shared;
    if (fragmented) ++contents->fragmented;
  }
}

}  // namespace

LogContents InspectLogs(const disk::Image& image, std::uint64_t counted) {
  LogContents contents;
  contents.last_sequence = counted;
  for (const disk::Image::Listed& file : image.List()) {
    const std::optional<std::uint64_t> number = LogNumber(file.path);
    if (number.has_value() && file.size > 0)
      InspectLog(*number, image.Contents(file.path), counted, &contents);
  }
  return contents;
}

models::Verdict CheckLogs(const LogContents& contents) {
  return models::CheckSequence(contents.batches, 0);
}

}  // namespace harrow::harness
