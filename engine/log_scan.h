// What a log looks like to recovery: how far it can be trusted, and which sequence numbers are in it.
//
// Threading: a pure function.
#ifndef HARROW_ENGINE_LOG_SCAN_H_
#define HARROW_ENGINE_LOG_SCAN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "engine/internal_key.h"
#include "engine/look.h"

namespace harrow::engine {

struct LogScan {
  // kEmpty, kWhole, kTornTail, kZeroTail, kDamaged or kWrong. A crash leaves each but the last.
  Look look = Look::kEmpty;
  absl::Status why;  // OK for the first two; otherwise DataLoss that names the log and the offset
  // Of the records before the bad place. A record without entries is a marker, and has the number of
  // the one after it.
  bool marker = false;
  std::optional<SequenceNumber> first;  // nothing: there is no record
  SequenceNumber next = 0;              // after the last one
  // Of what cannot be read: so many numbers it may hold at the most.
  std::uint64_t lost_numbers = 0;
};

// `name` is for messages.
LogScan ScanLog(std::string_view name, std::string_view contents);

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_LOG_SCAN_H_
