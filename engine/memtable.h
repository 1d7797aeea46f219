// The changes since the last flush, in memory, in the order of internal keys.
//
// Threading: one thread at a time adds; any number get and iterate beside it without locks.
// Invariants:
//  1. Every (sequence, user key) is added at most once (checked).
//  2. An entry, once added, stays in place and unchanged as long as the memtable: strings that an
//     iterator returned are valid until then.
// Ownership: shared by std::shared_ptr where it must be; iterators do not keep it alive.
#ifndef HARROW_ENGINE_MEMTABLE_H_
#define HARROW_ENGINE_MEMTABLE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "engine/arena.h"
#include "engine/batch_group.h"
#include "engine/internal_key.h"
#include "engine/iterator.h"
#include "engine/skiplist.h"
#include "engine/write_batch.h"

namespace harrow::engine {

class MemTable {
 public:
  MemTable();
  MemTable(const MemTable&) = delete;
  MemTable& operator=(const MemTable&) = delete;

  // For a deletion `value` is empty.
  void Add(SequenceNumber sequence, ValueType type, std::string_view key, std::string_view value);

  // Whether the memtable decides the lookup: true with *value and an OK *status when the newest
  // change at or before the lookup's sequence is a put; true with NotFound when it is a deletion;
  // false, changing nothing, when there is none.
  bool Get(const LookupKey& key, std::string* value, absl::Status* status) const;

  // Over internal keys. The memtable outlives it.
  std::unique_ptr<Iterator> NewIterator() const;

  // Bytes on the heap; 0 while empty. Safe from any thread.
  std::size_t ApproximateMemoryUsage() const { return arena_.MemoryUsage(); }
  bool empty() const;
  // The last that was added; 0 while empty. For the thread that adds, or once nobody adds any more.
  SequenceNumber largest_sequence() const { return largest_sequence_; }

 private:
  friend class MemTableIterator;
  // Orders entries, each a varint32 size and an internal key (and then a value).
  struct EntryComparator {
    int operator()(const char* a, const char* b) const;
  };
  using List = SkipList<const char*, EntryComparator>;

  Arena arena_;
  List list_;
  SequenceNumber largest_sequence_ = 0;
};

// Adds the records of a group's batches, numbered from its sequence.
void InsertInto(const BatchGroup& group, MemTable* memtable);
// The same of the contents of a batch; all of them or, when the batch is damaged (DataLoss), none.
absl::Status InsertContentsInto(std::string_view contents, MemTable* memtable);

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_MEMTABLE_H_
