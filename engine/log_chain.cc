// Each log is read and scanned when it is added; what it means depends only on those before it.
#include "engine/log_chain.h"

#include <algorithm>
#include <utility>

#include "engine/check.h"
#include "engine/coverage_mark.h"

namespace harrow::engine {
namespace {

bool IsBadPlace(Look look) {
  return look == Look::kTornTail || look == Look::kZeroTail || look == Look::kDamaged;
}

}  // namespace

void LogChain::Add(std::string path, absl::StatusOr<std::string> contents) {
  Log log;
  log.path = std::move(path);
  if (contents.ok()) {
    log.contents = *std::move(contents);
    const LogScan scan = ScanLog(log.path, log.contents);
    log.look = scan.look;
    log.why = scan.why;
    Follow(scan, &log);
  } else if (absl::IsNotFound(contents.status())) {
    log.look = Look::kMissing;
    log.why = absl::DataLossError("a log is missing: " + log.path);
  } else {
    log.look = Look::kUnreadable;
    log.why = contents.status();
  }
  logs_.push_back(std::move(log));
}

void LogChain::Follow(const LogScan& scan, Log* log) {
  const std::size_t index = logs_.size();
  if (scan.first.has_value()) {
    if (index == 0) next_ = *scan.first;
    if (!has_records_) next_ = std::min(next_, *scan.first);
    if (has_records_) Reached(Mark::kSeveralLogs);
    has_records_ = true;
    if (!bad_.has_value() && *scan.first > next_) {
      short_before_ = bad_ = index;
    } else if (!bad_.has_value() && *scan.first < next_) {
      log->look = Look::kWrong;
      log->why = absl::DataLossError(log->path + ": a record's sequence number was used before");
    }
    // A marker speaks of the logs before its own.
    marker_ = marker_ || (bad_.has_value() && scan.marker);
    next_ = scan.next;
    if (scan.next > 0) last_sequence_ = std::max(last_sequence_, scan.next - 1);
  }
  if (!bad_.has_value() && IsBadPlace(scan.look)) bad_ = index;
  // Numbers that lost bytes may hold are never given out again.
  last_sequence_ += scan.lost_numbers;
  if (last_sequence_ > kMaxSequenceNumber) {
    log->look = Look::kWrong;
    log->why = absl::DataLossError(log->path + ": no sequence number is left");
  }
}

// The one that the look of the earlier logs is about, if it is about one.
const LogChain::Log* LogChain::WorstEarlier() const {
  for (const Look worst : {Look::kMissing, Look::kUnreadable, Look::kWrong}) {
    for (std::size_t i = 0; i + 1 < logs_.size(); ++i) {
      if (logs_[i].look == worst) return &logs_[i];
    }
  }
  const bool earlier = bad_.has_value() && bad_ != short_before_ && *bad_ + 1 < logs_.size();
  return earlier ? &logs_[*bad_] : nullptr;
}

Look LogChain::earlier_look() const {
  if (logs_.size() < 2) return Look::kAbsent;
  if (const Log* worst = WorstEarlier()) return worst->look;
  if (short_before_.has_value()) return Look::kShort;
  const bool empty = std::all_of(logs_.begin(), logs_.end() - 1,
                                 [](const Log& log) { return log.look == Look::kEmpty; });
  return empty ? Look::kEmpty : Look::kWhole;
}

absl::Status LogChain::earlier_why() const {
  if (const Log* worst = WorstEarlier()) return worst->why;
  if (!short_before_.has_value()) return absl::OkStatus();
  return absl::DataLossError(logs_[*short_before_].path +
                             ": the writes before this log are missing");
}

Look LogChain::last_look() const { return logs_.empty() ? Look::kAbsent : logs_.back().look; }

absl::Status LogChain::last_why() const {
  return logs_.empty() ? absl::OkStatus() : logs_.back().why;
}

absl::Status LogChain::Replay(LogReplay* replay) {
  for (std::size_t i = 0; i < logs_.size(); ++i) {
    if (short_before_ == i) break;
    absl::Status status = replay->AddLog(logs_[i].path, logs_[i].contents);
    if (!status.ok()) return status;
    std::string().swap(logs_[i].contents);
    if (bad_ == i) break;
  }
  return replay->Finish();
}

}  // namespace harrow::engine
