// What opening a directory does about each way it can look: one row of a table for each case. The
// rows are in recovery_table.cc, RECOVERY.md shows them; recovery (recovery.h) looks, asks Decide,
// and does what the row says, so there is no other place where one of these decisions is made.
//
// Threading: pure functions over constants.
// Invariants:
//  1. For each Looks exactly one row matches.
//  2. A row that refuses writes nothing and removes nothing.
#ifndef HARROW_ENGINE_RECOVERY_TABLE_H_
#define HARROW_ENGINE_RECOVERY_TABLE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>

#include "absl/status/status.h"
#include "engine/look.h"

namespace harrow::engine {

class LookSet {
 public:
  constexpr LookSet(std::initializer_list<Look> looks) {
    for (const Look look : looks) bits_ |= Bit(look);
  }
  static constexpr LookSet Any() { return LookSet((1U << kLookCount) - 1); }
  constexpr bool Contains(Look look) const { return (bits_ & Bit(look)) != 0; }

 private:
  explicit constexpr LookSet(std::uint32_t bits) : bits_(bits) {}
  static constexpr std::uint32_t Bit(Look look) { return 1U << static_cast<unsigned>(look); }
  std::uint32_t bits_ = 0;
};

// What is looked at, in this order. What a row decides without is not looked at any more.
enum class Part : std::uint8_t {
  kCurrent,
  // The one that CURRENT names. A bad place in its last edit alone, after the whole state, is a tail;
  // any other is kDamaged, and so is one before the whole state was given.
  kManifest,
  // With CURRENT: the tables that the manifest names. Without: whatever data is lying there, tables
  // and logs that have bytes.
  kTables,
  // The logs that the manifest needs, but for the last: how the first looks that is not whole; before
  // that, whether any is missing, unreadable or wrong. kAbsent: there is one log at most.
  kEarlierLogs,
  kLastLog,
};
inline constexpr std::size_t kPartCount = 5;

// The looks that a part may have.
LookSet LooksOf(Part part);

struct Looks {
  std::array<Look, kPartCount> parts{};  // by Part
  // A log after the bad place of the earlier logs says that those before it were synced (log_file.h).
  bool marker = false;
  bool may_create = true;  // Options::create_if_missing
  bool may_exist = true;   // not Options::error_if_exists

  Look& operator[](Part part) { return parts[static_cast<std::size_t>(part)]; }
  Look operator[](Part part) const { return parts[static_cast<std::size_t>(part)]; }
};

enum class RecoveryAction : std::uint8_t {
  kRefuse,             // with the row's code, or the failed call's own error
  kCreate,             // a new database
  kReplay,             // every record of every log
  kReplayUpToBadPlace  // every record before the first bad place; what follows is left out
};

enum class Answer : std::uint8_t { kEither, kNo, kYes };

struct RecoveryRow {
  char letter;
  std::array<LookSet, kPartCount> parts;  // by Part
  Answer marker;
  Answer may_create;
  Answer may_exist;
  RecoveryAction action;
  Part blame;             // kRefuse: whose look the error is about
  absl::StatusCode code;  // kRefuse: of the error; kOk: the failed call's own
  const char* reason;     // one line, for the page
};

std::span<const RecoveryRow> RecoveryTable();
bool Matches(const RecoveryRow& row, const Looks& looks);
// The row that matches (checked that there is one).
const RecoveryRow& Decide(const Looks& looks);

// The table as it stands in RECOVERY.md.
std::string RecoveryTableText();

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_RECOVERY_TABLE_H_
