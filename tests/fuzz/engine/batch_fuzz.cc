// A write batch: any bytes are refused whole, or applied whole; what is applied, written again, is the same batch.
#include <string>

#include "engine/memtable.h"
#include "engine/write_batch.h"
#include "tests/fuzz/engine/log_bytes.h"
#include "tests/fuzz/fuzz.h"

namespace harrow {
namespace {

class Rewriter final : public engine::WriteBatch::Handler {
 public:
  void Put(std::string_view key, std::string_view value) override {
    batch.Put(key, value);
    bytes += key.size() + value.size();
  }
  void Delete(std::string_view key) override {
    batch.Delete(key);
    bytes += key.size();
  }

  engine::WriteBatch batch;
  std::size_t bytes = 0;
};

void CheckMemTable(std::string_view contents, const engine::WriteBatch& batch) {
  engine::MemTable memtable;
  fuzz::Require(engine::InsertContentsInto(contents, &memtable).ok(), "a batch can be applied");
  std::size_t count = 0;
  const std::unique_ptr<engine::Iterator> it = memtable.NewIterator();
  for (it->SeekToFirst(); it->Valid(); it->Next()) ++count;
  fuzz::Require(count == batch.Count(), "each record of a batch is an entry");
  if (count > 0) {
    fuzz::Require(memtable.largest_sequence() == batch.Sequence() + batch.Count() - 1,
                  "the last record has the last sequence number");
  }
}

}  // namespace
}  // namespace harrow

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace fuzz = harrow::fuzz;
  namespace engine = harrow::engine;
  const std::string_view contents = fuzz::Input(data, size);
  harrow::Rewriter rewriter;
  const absl::Status status = engine::WriteBatch::IterateContents(contents, &rewriter);
  const absl::StatusOr<engine::WriteBatch> batch = engine::WriteBatch::FromContents(contents);
  fuzz::Require(batch.status() == status, "a batch is one for every reader");
  if (!status.ok()) {
    fuzz::Require(absl::IsDataLoss(status), "what is no batch is DataLoss");
    fuzz::Require(rewriter.batch.Count() == 0, "a bad batch is not applied in part");
    return 0;
  }
  fuzz::Require(batch->Contents() == contents, "a batch keeps its bytes");
  fuzz::Require(rewriter.bytes <= size, "no more is read than there is");
  rewriter.batch.SetSequence(batch->Sequence());
  harrow::Rewriter again;
  fuzz::Require(rewriter.batch.Iterate(&again).ok(), "what is written is a batch");
  again.batch.SetSequence(batch->Sequence());
  // Not equal to the input: a size may be written in more bytes than it needs.
  fuzz::Require(again.batch.Contents() == rewriter.batch.Contents(), "writing is stable");
  fuzz::Require(rewriter.batch.Count() == batch->Count(), "each record is written again");
  harrow::CheckMemTable(contents, rewriter.batch);
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t size_max, unsigned int seed) {
  harrow::fuzz::Draw draw(seed);
  std::string batch(harrow::fuzz::Input(data, size));
  harrow::fuzz::MutateBatch(&batch, &draw);
  return harrow::fuzz::Deliver(batch, data, size, size_max);
}
