// Going forward, the internal cursor stands at the entry shown; the entries of a user key come
// newest first, so the first visible one decides and the rest are skipped. Going backward, it
// stands before all entries of the user key shown, whose pair is kept aside: they come oldest
// first, and the last visible one decides.
#include "engine/db_iterator.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "engine/check.h"
#include "engine/merging_iterator.h"

namespace harrow::engine {
namespace {

class DbIterator final : public Iterator {
 public:
  DbIterator(PinnedView view, std::unique_ptr<Iterator> entries, SequenceNumber sequence,
             ReadSampler* sampler)
      : view_(std::move(view)),
        entries_(std::move(entries)),
        sequence_(sequence),
        sampler_(sampler) {}

  bool Valid() const override { return valid_; }

  void SeekToFirst() override {
    Start(Direction::kForward);
    entries_->SeekToFirst();
    FindForward(/*skip=*/false);
  }

  void SeekToLast() override {
    Start(Direction::kBackward);
    entries_->SeekToLast();
    FindBackward();
  }

  void Seek(std::string_view target) override {
    Start(Direction::kForward);
    std::string from;
    AppendInternalKey(&from, {target, sequence_, kValueTypeForSeek});
    entries_->Seek(from);
    FindForward(/*skip=*/false);
  }

  void Next() override {
    HARROW_CHECK(valid_);
    if (direction_ == Direction::kForward) {
      skipped_key_ = key_;
      entries_->Next();
    } else {
      // From before the entries of the key shown to the first of them.
      direction_ = Direction::kForward;
      skipped_key_ = std::move(saved_key_);
      entries_->Valid() ? entries_->Next() : entries_->SeekToFirst();
    }
    FindForward(/*skip=*/true);
  }

  void Prev() override {
    HARROW_CHECK(valid_);
    if (direction_ == Direction::kForward) {
      direction_ = Direction::kBackward;
      saved_key_ = key_;
      while (entries_->Valid() && ExtractUserKey(entries_->key()) == saved_key_) entries_->Prev();
    }
    FindBackward();
  }

  std::string_view key() const override {
    HARROW_CHECK(valid_);
    return key_;
  }

  std::string_view value() const override {
    HARROW_CHECK(valid_);
    return value_;
  }

  absl::Status status() const override { return status_.ok() ? entries_->status() : status_; }

 private:
  enum class Direction : std::uint8_t { kForward, kBackward };

  void Start(Direction direction) {
    direction_ = direction;
    status_ = absl::OkStatus();
    valid_ = false;
  }

  // The entry at hand, its value in value_; false, with a failure, where it is none.
  bool Parse(ParsedInternalKey* entry) {
    const std::string_view key = entries_->key();
    value_ = entries_->value();
    const std::size_t bytes = key.size() + value_.size();
    if (bytes < bytes_until_sample_) {
      bytes_until_sample_ -= bytes;
    } else {
      bytes_until_sample_ = SeekTrigger::kSamplePeriod;
      if (key.size() >= kTagSize) sampler_->Sample(*view_->version, key);
    }
    if (ParseInternalKey(key, entry)) return true;
    status_ = absl::DataLossError("iterator: an entry's key is damaged");
    return false;
  }

  // Goes to the first entry to be shown, from the one at hand on; if asked, past all entries of
  // skipped_key_.
  void FindForward(bool skip) {
    valid_ = false;
    for (; entries_->Valid(); entries_->Next()) {
      ParsedInternalKey entry;
      if (!Parse(&entry)) return;
      if (entry.sequence > sequence_) continue;
      if (skip && CompareUserKey(entry.user_key, skipped_key_) <= 0) continue;
      if (entry.type == ValueType::kValue) {
        key_ = entry.user_key;
        valid_ = true;
        return;
      }
      skip = true;
      skipped_key_ = entry.user_key;
    }
  }

  // Takes the entry to be shown aside, from the one at hand backward, and goes before all entries
  // of its user key.
  void FindBackward() {
    valid_ = false;
    bool found = false;  // saved_key_ and saved_value_ hold the newest visible put so far
    for (; entries_->Valid(); entries_->Prev()) {
      ParsedInternalKey entry;
      if (!Parse(&entry)) return;
      if (entry.sequence > sequence_) continue;
      if (found && entry.user_key != saved_key_) break;
      found = entry.type == ValueType::kValue;
      if (found) {
        saved_key_ = entry.user_key;
        saved_value_ = value_;
      }
    }
    key_ = saved_key_;
    value_ = saved_value_;
    valid_ = found && entries_->status().ok();
  }

  const PinnedView view_;
  const std::unique_ptr<Iterator> entries_;
  const SequenceNumber sequence_;
  ReadSampler* const sampler_;
  std::size_t bytes_until_sample_ = SeekTrigger::kSamplePeriod;
  Direction direction_ = Direction::kForward;
  bool valid_ = false;
  absl::Status status_;
  std::string_view key_;    // of the pair shown: in the entry at hand, or saved
  std::string_view value_;  // the same
  std::string skipped_key_;
  std::string saved_key_;
  std::string saved_value_;
};

class FailedIterator final : public Iterator {
 public:
  explicit FailedIterator(absl::Status failure) : failure_(std::move(failure)) {}

  bool Valid() const override { return false; }
  void SeekToFirst() override {}
  void SeekToLast() override {}
  void Seek(std::string_view /*target*/) override {}
  void Next() override { HARROW_CHECK(Valid()); }
  void Prev() override { HARROW_CHECK(Valid()); }
  std::string_view key() const override { return {}; }
  std::string_view value() const override { return {}; }
  absl::Status status() const override { return failure_; }

 private:
  const absl::Status failure_;
};

}  // namespace

std::unique_ptr<Iterator> NewDbIterator(const ReadOptions& options, PinnedView view,
                                        TableCache* tables, SequenceNumber sequence,
                                        ReadSampler* sampler) {
  std::vector<std::unique_ptr<Iterator>> children;
  children.push_back(view->memtable->NewIterator());
  if (view->immutable != nullptr) children.push_back(view->immutable->NewIterator());
  absl::Status status = view->version->AddIterators(options, tables, &children);
  if (!status.ok()) return NewFailedIterator(status);
  std::unique_ptr<Iterator> entries = NewMergingIterator(std::move(children));
  return std::make_unique<DbIterator>(std::move(view), std::move(entries), sequence, sampler);
}

std::unique_ptr<Iterator> NewFailedIterator(const absl::Status& failure) {
  return std::make_unique<FailedIterator>(failure);
}

}  // namespace harrow::engine
