// A cursor over key-value pairs in key order.
//
// Threading: one thread at a time for each iterator.
// Invariants:
//  1. key() and value() are valid until the cursor moves or is destroyed; both need Valid().
//  2. After an error Valid() is false and status() says what it was; end of data is not an error.
#ifndef HARROW_ENGINE_ITERATOR_H_
#define HARROW_ENGINE_ITERATOR_H_

#include <string_view>

#include "absl/status/status.h"

namespace harrow::engine {

class Iterator {
 public:
  Iterator() = default;
  Iterator(const Iterator&) = delete;
  Iterator& operator=(const Iterator&) = delete;
  virtual ~Iterator() = default;

  virtual bool Valid() const = 0;
  virtual void SeekToFirst() = 0;
  virtual void SeekToLast() = 0;
  // The first pair at or after target.
  virtual void Seek(std::string_view target) = 0;
  virtual void Next() = 0;
  virtual void Prev() = 0;
  virtual std::string_view key() const = 0;
  virtual std::string_view value() const = 0;
  virtual absl::Status status() const = 0;
};

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_ITERATOR_H_
