// The index block stays in memory. A search goes through it to one data block, which is checked and
// searched in turn; a cursor holds a place in the index and one in the data block found there.
#include "engine/table.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/block.h"
#include "engine/check.h"
#include "engine/compression.h"

namespace harrow::engine {

absl::StatusOr<std::shared_ptr<Table>> Table::Open(RandomAccessFile file,
                                                   const TableOptions& options) {
  std::shared_ptr<Table> table(new Table(std::move(file), options.filter_policy));
  const absl::Status status = table->Load(options);
  if (!status.ok()) return status;
  return table;
}

absl::Status Table::Annotate(const absl::Status& status) const {
  return absl::Status(status.code(), absl::StrCat(path(), ": ", status.message()));
}

absl::Status Table::Load(const TableOptions& options) {
  if (file_size() < Footer::kEncodedSize) {
    return Annotate(absl::DataLossError("table too short for a footer"));
  }
  absl::Status status;
  if (file_size() <= options.read_whole_size_max) {
    BlockBytes whole;
    status = ReadBytes(0, file_size(), &whole);
    if (!status.ok()) return status;
    whole_ = std::move(whole);
  }
  BlockBytes footer_bytes;
  status = ReadBytes(file_size() - Footer::kEncodedSize, Footer::kEncodedSize, &footer_bytes);
  if (!status.ok()) return status;
  Footer footer;
  status = footer.DecodeFrom(footer_bytes.block);
  if (!status.ok()) return Annotate(status);
  status = ReadBlock(footer.index, &index_);
  if (!status.ok()) return status;
  const BlockCursor cursor(index_.block);
  if (!cursor.status().ok()) return Annotate(cursor.status());
  if (filter_policy_ == nullptr) return absl::OkStatus();
  status = LoadFilters(footer.metaindex);
  return absl::IsDataLoss(status) ? absl::OkStatus() : status;
}

absl::Status Table::LoadFilters(const BlockHandle& metaindex) {
  BlockBytes names;
  absl::Status status = ReadBlock(metaindex, &names);
  if (!status.ok()) return status;
  const std::string name = FilterBlockName(*filter_policy_);
  BlockCursor cursor(names.block);
  // One by one: these are no internal keys, and few.
  for (cursor.SeekToFirst(); cursor.Valid(); cursor.Next()) {
    if (cursor.key() != name) continue;
    status = ReadDataBlock(cursor.value(), &filter_bytes_);
    if (!status.ok()) return status;
    filters_ = FilterBlockReader(filter_policy_.get(), filter_bytes_.block);
    break;
  }
  return cursor.status();
}

absl::Status Table::ReadBytes(std::uint64_t offset, std::uint64_t size, BlockBytes* bytes) const {
  HARROW_CHECK(offset <= file_size() && size <= file_size() - offset);
  if (whole_.owned != nullptr) {
    bytes->block = whole_.block.substr(offset, size);
    return absl::OkStatus();
  }
  bytes->owned = std::make_unique_for_overwrite<char[]>(size);
  bytes->block = {bytes->owned.get(), size};
  return file_.Read(offset, size, bytes->owned.get());
}

absl::Status Table::ReadBlock(const BlockHandle& handle, BlockBytes* bytes) const {
  const std::uint64_t end = file_size() - Footer::kEncodedSize;
  if (handle.offset > end || end - handle.offset < kBlockTrailerSize ||
      handle.size > end - handle.offset - kBlockTrailerSize) {
    return Annotate(absl::DataLossError("block handle beyond the file"));
  }
  absl::Status status = ReadBytes(handle.offset, handle.size + kBlockTrailerSize, bytes);
  if (!status.ok()) return status;
  const absl::StatusOr<StoredBlock> stored = CheckStoredBlock(bytes->block);
  if (!stored.ok()) return Annotate(stored.status());
  bytes->block = stored->bytes;
  if (stored->compression == CompressionType::kNoCompression) return absl::OkStatus();
  const absl::StatusOr<std::size_t> size = SnappyUncompressedSize(stored->bytes);
  if (!size.ok()) return Annotate(size.status());
  auto uncompressed = std::make_unique_for_overwrite<char[]>(*size);
  status = UncompressSnappy(stored->bytes, uncompressed.get());
  if (!status.ok()) return Annotate(status);
  bytes->block = {uncompressed.get(), *size};
  bytes->owned = std::move(uncompressed);
  return absl::OkStatus();
}

absl::Status Table::ReadDataBlock(std::string_view encoded_handle, BlockBytes* bytes) const {
  BlockHandle handle;
  if (!handle.DecodeFrom(&encoded_handle)) {
    return Annotate(absl::DataLossError("bad block handle in the index"));
  }
  return ReadBlock(handle, bytes);
}

absl::StatusOr<LookupResult> Table::Get(const LookupKey& key, std::string* value) const {
  BlockCursor cursor(index_.block);
  cursor.Seek(key.internal_key());
  if (!cursor.status().ok()) return Annotate(cursor.status());
  if (!cursor.Valid()) return LookupResult::kAbsent;
  BlockHandle handle;
  std::string_view encoded = cursor.value();
  if (handle.DecodeFrom(&encoded) && !filters_.KeyMayMatch(handle.offset, key.user_key())) {
    return LookupResult::kAbsent;
  }
  BlockBytes bytes;
  const absl::Status status = ReadDataBlock(cursor.value(), &bytes);
  if (!status.ok()) return status;

  cursor.Reset(bytes.block);
  cursor.Seek(key.internal_key());
  if (!cursor.status().ok()) return Annotate(cursor.status());
  // Past the block's last key is before the next block's first one, by more than the sequence: the
  // index key between them belongs to the user key of one of the two or to none.
  if (!cursor.Valid()) return LookupResult::kAbsent;
  ParsedInternalKey found;
  if (!ParseInternalKey(cursor.key(), &found)) {
    return Annotate(absl::DataLossError("bad internal key"));
  }
  if (found.user_key != key.user_key()) return LookupResult::kAbsent;
  if (found.type == ValueType::kDeletion) return LookupResult::kDeleted;
  value->assign(cursor.value());
  return LookupResult::kFound;
}

std::uint64_t Table::ApproximateOffsetOf(std::string_view internal_key) const {
  BlockCursor cursor(index_.block);
  cursor.Seek(internal_key);
  if (!cursor.Valid()) return file_size();
  std::string_view encoded = cursor.value();
  BlockHandle handle;
  return handle.DecodeFrom(&encoded) ? std::min(handle.offset, file_size()) : file_size();
}

class TableIterator final : public Iterator {
 public:
  explicit TableIterator(std::shared_ptr<const Table> table)
      : table_(std::move(table)), index_(table_->index_.block) {}

  bool Valid() const override { return data_.Valid(); }
  std::string_view key() const override {
    HARROW_CHECK(Valid());
    return data_.key();
  }
  std::string_view value() const override {
    HARROW_CHECK(Valid());
    return data_.value();
  }
  absl::Status status() const override { return status_; }

  void SeekToFirst() override {
    Restart();
    index_.SeekToFirst();
    if (LoadBlock()) data_.SeekToFirst();
    SkipForward();
  }
  void SeekToLast() override {
    Restart();
    index_.SeekToLast();
    if (LoadBlock()) data_.SeekToLast();
    SkipBackward();
  }
  void Seek(std::string_view target) override {
    HARROW_CHECK(target.size() >= kTagSize);
    Restart();
    index_.Seek(target);
    if (LoadBlock()) data_.Seek(target);
    SkipForward();
  }
  void Next() override {
    HARROW_CHECK(Valid());
    data_.Next();
    SkipForward();
  }
  void Prev() override {
    HARROW_CHECK(Valid());
    data_.Prev();
    SkipBackward();
  }

 private:
  void Restart() {
    status_ = absl::OkStatus();
    if (!index_.status().ok()) index_.Reset(table_->index_.block);
  }

  void Fail(const absl::Status& status) {
    status_ = status;
    data_.Clear();
    loaded_ = nullptr;
  }

  // Aims data_ at the block of the current index entry; false when there is none or it is bad.
  bool LoadBlock() {
    if (!index_.status().ok()) Fail(table_->Annotate(index_.status()));
    if (!index_.Valid()) {
      data_.Clear();
      loaded_ = nullptr;
      return false;
    }
    // Index values lie in the index block, each in its place.
    if (loaded_ == index_.value().data() && data_.status().ok()) return true;
    data_.Clear();
    const absl::Status status = table_->ReadDataBlock(index_.value(), &bytes_);
    if (!status.ok()) {
      Fail(status);
      return false;
    }
    data_.Reset(bytes_.block);
    loaded_ = index_.value().data();
    return true;
  }

  // To the next block that has a pair, unless the current one has.
  void SkipForward() {
    while (!data_.Valid()) {
      if (!data_.status().ok()) return Fail(table_->Annotate(data_.status()));
      if (!status_.ok() || !index_.Valid()) return;
      index_.Next();
      if (LoadBlock()) data_.SeekToFirst();
    }
  }
  void SkipBackward() {
    while (!data_.Valid()) {
      if (!data_.status().ok()) return Fail(table_->Annotate(data_.status()));
      if (!status_.ok() || !index_.Valid()) return;
      index_.Prev();
      if (LoadBlock()) data_.SeekToLast();
    }
  }

  const std::shared_ptr<const Table> table_;
  BlockCursor index_;
  BlockCursor data_;
  Table::BlockBytes bytes_;       // what data_ walks over
  const char* loaded_ = nullptr;  // the index value that bytes_ was read for
  absl::Status status_;
};

std::unique_ptr<Iterator> Table::NewIterator() const {
  return std::make_unique<TableIterator>(shared_from_this());
}

}  // namespace harrow::engine
