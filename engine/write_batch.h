// A sequence of puts and deletes that is applied as one: the payload of a log record.
//
//   batch  := fixed64 sequence, fixed32 count, record*     (exactly count records)
//   record := byte 1, key, value | byte 0, key             (1 put, 0 delete)
//   key, value := varint32 size, bytes
//
// The record at index i has sequence number sequence + i.
//
// Threading: a value; one thread at a time, or many that only read.
// Invariants:
//  1. Contents() is always well-formed: it comes from Put, Delete and Append, or SetContents
//  checked
//     it.
//  2. IterateContents calls the handler for all records or for none: it checks structure and count
//     first.
// Errors: DataLoss for contents that are no batch. Keys and values are below 4 GiB (checked), and
// so is the number of records.
#ifndef HARROW_ENGINE_WRITE_BATCH_H_
#define HARROW_ENGINE_WRITE_BATCH_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/internal_key.h"

namespace harrow::engine {

class WriteBatch {
 public:
  static constexpr std::size_t kHeaderSize = 12;

  // Called in the order of the records. The strings are valid during the call.
  class Handler {
   public:
    virtual ~Handler() = default;
    virtual void Put(std::string_view key, std::string_view value) = 0;
    virtual void Delete(std::string_view key) = 0;
  };

  WriteBatch();

  void Put(std::string_view key, std::string_view value);
  void Delete(std::string_view key);
  void Clear();
  // Adds the records of `other`, which may be this batch; the sequence of `other` is ignored.
  void Append(const WriteBatch& other);

  std::size_t ApproximateSize() const { return rep_.size(); }  // bytes of Contents()
  std::uint32_t Count() const { return DecodeFixed32(rep_.data() + 8); }
  SequenceNumber Sequence() const { return DecodeFixed64(rep_.data()); }
  void SetSequence(SequenceNumber sequence);

  std::string_view Contents() const { return rep_; }
  static absl::StatusOr<WriteBatch> FromContents(std::string_view contents);
  // On failure this batch is unchanged.
  absl::Status SetContents(std::string_view contents);

  // Always OK, since the contents are well-formed.
  absl::Status Iterate(Handler* handler) const;

  // The same on bytes that are not in a batch: recovery applies a log record where it lies.
  static absl::Status IterateContents(std::string_view contents, Handler* handler);
  // OK exactly when `contents` is a batch whose sequence numbers all fit.
  static absl::Status CheckContents(std::string_view contents);

 private:
  void SetCount(std::uint32_t count);
  // Makes room for as many bytes more.
  void Grow(std::size_t size);
  std::string rep_;
};

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_WRITE_BATCH_H_
