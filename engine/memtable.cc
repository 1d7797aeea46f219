// An entry is one piece of the arena: varint32 size of the internal key, internal key, varint32 size
// of the value, value. The skip list orders pointers to entries by their internal keys.
#include "engine/memtable.h"

#include <algorithm>
#include <cstring>

#include "engine/check.h"
#include "engine/coding.h"

namespace harrow::engine {
namespace {

// The string behind its size at `from`, in memory this file wrote.
std::string_view SizedString(const char* from) {
  std::uint32_t size = 0;
  const char* start = DecodeVarint32(from, from + kMaxVarint32Size, &size);
  HARROW_CHECK(start != nullptr);
  return {start, size};
}

std::string_view ValueAfter(std::string_view internal_key) {
  return SizedString(internal_key.data() + internal_key.size());
}

char* Copy(char* to, std::string_view bytes) {
  // memcpy must not be given the null pointer of an empty view.
  if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
  return to + bytes.size();
}

class Inserter final : public WriteBatch::Handler {
 public:
  Inserter(SequenceNumber sequence, MemTable* memtable)
      : sequence_(sequence), memtable_(memtable) {}
  void Put(std::string_view key, std::string_view value) override {
    memtable_->Add(sequence_++, ValueType::kValue, key, value);
  }
  void Delete(std::string_view key) override {
    memtable_->Add(sequence_++, ValueType::kDeletion, key, {});
  }

 private:
  SequenceNumber sequence_;
  MemTable* const memtable_;
};

}  // namespace

int MemTable::EntryComparator::operator()(const char* a, const char* b) const {
  return CompareInternalKey(SizedString(a), SizedString(b));
}

MemTable::MemTable() : list_(EntryComparator(), &arena_) {}

void MemTable::Add(SequenceNumber sequence, ValueType type, std::string_view key,
                   std::string_view value) {
  HARROW_CHECK(key.size() <= UINT32_MAX - kTagSize);
  HARROW_CHECK(value.size() <= UINT32_MAX);
  HARROW_CHECK(type == ValueType::kValue || value.empty());
  const std::size_t key_size = key.size() + kTagSize;
  const std::size_t size =
      VarintSize(key_size) + key_size + VarintSize(value.size()) + value.size();
  char* const entry = arena_.Allocate(size);
  char* at = EncodeVarint32(entry, static_cast<std::uint32_t>(key_size));
  at = Copy(at, key);
  EncodeFixed64(at, PackTag(sequence, type));
  at = EncodeVarint32(at + kTagSize, static_cast<std::uint32_t>(value.size()));
  at = Copy(at, value);
  HARROW_CHECK(at == entry + size);
  list_.Insert(entry);
  largest_sequence_ = std::max(largest_sequence_, sequence);
}

bool MemTable::Get(const LookupKey& key, std::string* value, absl::Status* status) const {
  List::Iterator cursor(&list_);
  cursor.Seek(key.memtable_key().data());
  if (!cursor.Valid()) return false;
  const std::string_view found = SizedString(cursor.key());
  if (ExtractUserKey(found) != key.user_key()) return false;
  if (static_cast<ValueType>(ExtractTag(found) & 0xff) == ValueType::kDeletion) {
    *status = absl::NotFoundError("");
  } else {
    *value = ValueAfter(found);
    *status = absl::OkStatus();
  }
  return true;
}

class MemTableIterator final : public Iterator {
 public:
  explicit MemTableIterator(const MemTable::List* list) : cursor_(list) {}

  bool Valid() const override { return cursor_.Valid(); }
  void SeekToFirst() override { cursor_.SeekToFirst(); }
  void SeekToLast() override { cursor_.SeekToLast(); }
  void Seek(std::string_view target) override {
    HARROW_CHECK(target.size() >= kTagSize);
    target_.clear();
    PutLengthPrefixed(&target_, target);
    cursor_.Seek(target_.data());
  }
  void Next() override { cursor_.Next(); }
  void Prev() override { cursor_.Prev(); }
  std::string_view key() const override { return SizedString(cursor_.key()); }
  std::string_view value() const override { return ValueAfter(key()); }
  absl::Status status() const override { return absl::OkStatus(); }

 private:
  MemTable::List::Iterator cursor_;
  std::string target_;  // a search key in the form of an entry
};

std::unique_ptr<Iterator> MemTable::NewIterator() const {
  return std::make_unique<MemTableIterator>(&list_);
}

bool MemTable::empty() const {
  List::Iterator cursor(&list_);
  cursor.SeekToFirst();
  return !cursor.Valid();
}

void InsertInto(const BatchGroup& group, MemTable* memtable) {
  Inserter inserter(group.Sequence(), memtable);
  for (const WriteBatch* batch : group.batches()) HARROW_CHECK(batch->Iterate(&inserter).ok());
}

absl::Status InsertContentsInto(std::string_view contents, MemTable* memtable) {
  if (contents.size() < WriteBatch::kHeaderSize) return WriteBatch::CheckContents(contents);
  Inserter inserter(DecodeFixed64(contents.data()), memtable);
  return WriteBatch::IterateContents(contents, &inserter);
}

}  // namespace harrow::engine
