// The rows, from the first part that settles the matter to the last. A row that says kAny of a part
// decides without looking at it.
#include "engine/recovery_table.h"

#include "engine/check.h"

namespace harrow::engine {
namespace {

using enum Look;
constexpr LookSet kAny = LookSet::Any();
constexpr Answer kEither = Answer::kEither;
constexpr Answer kNo = Answer::kNo;
constexpr Answer kYes = Answer::kYes;
using enum RecoveryAction;
constexpr absl::StatusCode kOwn = absl::StatusCode::kOk;
constexpr absl::StatusCode kDataLoss = absl::StatusCode::kDataLoss;
constexpr absl::StatusCode kNotFound = absl::StatusCode::kNotFound;
constexpr absl::StatusCode kFailed = absl::StatusCode::kFailedPrecondition;

// A manifest that gives a state: an edit that is cut was never relied on.
constexpr LookSet kState = {kWhole, kTornTail, kZeroTail};
constexpr LookSet kNoState = {kAbsent, kMissing, kEmpty, kDamaged, kWrong};
constexpr LookSet kNoName = {kEmpty, kTornTail, kZeroTail, kWrong};
constexpr LookSet kData = {kWhole, kMissing};
constexpr LookSet kThere = {kAbsent, kWhole};
// A log that a crash may have left, and one that ends where a record ends.
constexpr LookSet kPlain = {kAbsent, kEmpty, kWhole};
constexpr LookSet kBad = {kTornTail, kZeroTail, kDamaged};
constexpr LookSet kBadOrShort = {kTornTail, kZeroTail, kDamaged, kShort};
constexpr LookSet kCrashed = {kAbsent, kEmpty, kWhole, kTornTail, kZeroTail, kDamaged};
constexpr LookSet kNotWrong = {kAbsent, kEmpty, kWhole, kTornTail, kZeroTail, kDamaged, kShort};
constexpr LookSet kSane = {kAbsent, kEmpty, kWhole, kTornTail, kZeroTail, kDamaged, kShort, kWrong};
constexpr LookSet kReadable = {kAbsent,  kEmpty, kWhole,   kTornTail, kZeroTail,
                               kDamaged, kShort, kMissing, kWrong};

// clang-format off
constexpr RecoveryRow kRows[] = {
    // CURRENT, MANIFEST, tables, earlier logs, last log;
    // a later marker, may create, may exist; action, blame, code; reason
    {'A', {{{kUnreadable}, kAny,          kAny,          kAny,          kAny}},
     kEither, kEither, kEither, kRefuse, Part::kCurrent, kOwn,
     "a failed look is never taken for absence"},
    {'B', {{{kAbsent},     kAny,          {kUnreadable}, kAny,          kAny}},
     kEither, kEither, kEither, kRefuse, Part::kTables, kOwn,
     "whether there is data cannot be told"},
    {'C', {{{kAbsent},     kAny,          kData,         kAny,          kAny}},
     kEither, kEither, kEither, kRefuse, Part::kTables, kDataLoss,
     "a database that lost its CURRENT is not a new one"},
    {'D', {{{kAbsent},     kAny,          {kAbsent},     kAny,          kAny}},
     kEither, kNo, kEither, kRefuse, Part::kCurrent, kNotFound,
     "there is no database"},
    {'E', {{{kAbsent},     kAny,          {kAbsent},     kAny,          kAny}},
     kEither, kYes, kEither, kCreate, Part::kCurrent, kOwn,
     "nothing is there, or what an unfinished creation left"},
    {'F', {{kNoName,       kAny,          kAny,          kAny,          kAny}},
     kEither, kEither, kEither, kRefuse, Part::kCurrent, kDataLoss,
     "CURRENT is replaced as a whole: a crash leaves no such one"},
    {'G', {{{kWhole},      kAny,          kAny,          kAny,          kAny}},
     kEither, kEither, kNo, kRefuse, Part::kCurrent, kFailed,
     "there is a database"},
    {'H', {{{kWhole},      {kUnreadable}, kAny,          kAny,          kAny}},
     kEither, kEither, kYes, kRefuse, Part::kManifest, kOwn,
     "a failed read is no end of a file"},
    {'I', {{{kWhole},      {kForeign},    kAny,          kAny,          kAny}},
     kEither, kEither, kYes, kRefuse, Part::kManifest, kFailed,
     "its keys have another order"},
    {'J', {{{kWhole},      kNoState,      kAny,          kAny,          kAny}},
     kEither, kEither, kYes, kRefuse, Part::kManifest, kDataLoss,
     "every edit but the last was durable before anything relied on it"},
    {'K', {{{kWhole},      kState,        {kUnreadable}, kAny,          kAny}},
     kEither, kEither, kYes, kRefuse, Part::kTables, kOwn,
     "what is there cannot be told"},
    {'L', {{{kWhole},      kState,        {kMissing},    kAny,          kAny}},
     kEither, kEither, kYes, kRefuse, Part::kTables, kDataLoss,
     "a table is durable before an edit names it"},
    {'M', {{{kWhole},      kState,        kThere,        {kUnreadable}, kAny}},
     kEither, kEither, kYes, kRefuse, Part::kEarlierLogs, kOwn,
     "a failed read is no end of a log"},
    {'N', {{{kWhole},      kState,        kThere,        kReadable,     {kUnreadable}}},
     kEither, kEither, kYes, kRefuse, Part::kLastLog, kOwn,
     "a failed read is no end of a log"},
    {'O', {{{kWhole},      kState,        kThere,        {kMissing},    kReadable}},
     kEither, kEither, kYes, kRefuse, Part::kEarlierLogs, kDataLoss,
     "a log's name is durable before an edit names it"},
    {'P', {{{kWhole},      kState,        kThere,        kSane,         {kMissing}}},
     kEither, kEither, kYes, kRefuse, Part::kLastLog, kDataLoss,
     "a log's name is durable before an edit names it"},
    {'Q', {{{kWhole},      kState,        kThere,        {kWrong},      kSane}},
     kEither, kEither, kYes, kRefuse, Part::kEarlierLogs, kDataLoss,
     "no crash makes a good checksum"},
    {'R', {{{kWhole},      kState,        kThere,        kNotWrong,     {kWrong}}},
     kEither, kEither, kYes, kRefuse, Part::kLastLog, kDataLoss,
     "no crash makes a good checksum"},
    {'S', {{{kWhole},      kState,        kThere,        kBadOrShort,   kCrashed}},
     kYes, kEither, kYes, kRefuse, Part::kEarlierLogs, kDataLoss,
     "what was synced is damaged"},
    {'T', {{{kWhole},      kState,        kThere,        kBadOrShort,   kCrashed}},
     kNo, kEither, kYes, kReplayUpToBadPlace, Part::kEarlierLogs, kOwn,
     "unsynced writes are gone; later ones would leave a hole"},
    {'U', {{{kWhole},      kState,        kThere,        kPlain,        kBad}},
     kEither, kEither, kYes, kReplayUpToBadPlace, Part::kLastLog, kOwn,
     "unsynced writes are gone, as after any power loss"},
    {'V', {{{kWhole},      kState,        kThere,        kPlain,        kPlain}},
     kEither, kEither, kYes, kReplay, Part::kLastLog, kOwn,
     "all is there"},
};
// clang-format on

bool Agrees(Answer answer, bool fact) {
  return answer == Answer::kEither || (answer == Answer::kYes) == fact;
}

// The part's looks that are in the set: "torn tail, zero tail"; "any", where all are.
std::string SetText(Part part, LookSet set) {
  std::string text;
  bool all = true;
  for (std::size_t i = 0; i < kLookCount; ++i) {
    const Look look = static_cast<Look>(i);
    if (!LooksOf(part).Contains(look)) continue;
    if (!set.Contains(look)) {
      all = false;
      continue;
    }
    if (!text.empty()) text += ", ";
    text += LookName(look);
  }
  return all ? "any" : text;
}

void AppendCondition(const char* what, Answer answer, std::string* text) {
  if (answer == Answer::kEither) return;
  if (!text->empty()) *text += ", ";
  if (answer == Answer::kNo) *text += "not ";
  *text += what;
}

std::string ActionText(const RecoveryRow& row) {
  switch (row.action) {
    case RecoveryAction::kRefuse:
      return "refuse: " + (row.code == absl::StatusCode::kOk ? std::string("the call's own error")
                                                             : absl::StatusCodeToString(row.code));
    case RecoveryAction::kCreate:
      return "new database";
    case RecoveryAction::kReplay:
      return "replay";
    case RecoveryAction::kReplayUpToBadPlace:
      return "replay up to the bad place";
  }
  return "";
}

}  // namespace

std::span<const RecoveryRow> RecoveryTable() { return kRows; }

LookSet LooksOf(Part part) {
  switch (part) {
    case Part::kCurrent:
      return {kAbsent, kUnreadable, kEmpty, kTornTail, kZeroTail, kWrong, kWhole};
    case Part::kManifest:
      return {kAbsent,   kMissing, kUnreadable, kEmpty,   kTornTail,
              kZeroTail, kDamaged, kWrong,      kForeign, kWhole};
    case Part::kTables:
      return {kAbsent, kMissing, kUnreadable, kWhole};
    case Part::kEarlierLogs:
      return {kAbsent,   kMissing, kUnreadable, kEmpty, kTornTail,
              kZeroTail, kDamaged, kWrong,      kShort, kWhole};
    case Part::kLastLog:
      return {kAbsent,   kMissing, kUnreadable, kEmpty, kTornTail,
              kZeroTail, kDamaged, kWrong,      kWhole};
  }
  return {};
}

bool Matches(const RecoveryRow& row, const Looks& looks) {
  for (std::size_t part = 0; part < kPartCount; ++part) {
    if (!row.parts[part].Contains(looks.parts[part])) return false;
  }
  return Agrees(row.marker, looks.marker) && Agrees(row.may_create, looks.may_create) &&
         Agrees(row.may_exist, looks.may_exist);
}

const RecoveryRow& Decide(const Looks& looks) {
  const RecoveryRow* found = nullptr;
  for (const RecoveryRow& row : kRows) {
    if (Matches(row, looks)) {
      found = &row;
      break;
    }
  }
  HARROW_CHECK(found != nullptr);
  return *found;
}

std::string RecoveryTableText() {
  std::string text =
      "| row | CURRENT | MANIFEST | tables | earlier logs | last log | only if | decision | why |\n"
      "|---|---|---|---|---|---|---|---|---|\n";
  for (const RecoveryRow& row : kRows) {
    text += std::string("| ") + row.letter;
    for (std::size_t part = 0; part < kPartCount; ++part) {
      text += " | " + SetText(static_cast<Part>(part), row.parts[part]);
    }
    std::string condition;
    AppendCondition("a later marker", row.marker, &condition);
    AppendCondition("create_if_missing", row.may_create, &condition);
    AppendCondition("allowed to exist", row.may_exist, &condition);
    text += " | " + condition + " | " + ActionText(row) + " | " + row.reason + " |\n";
  }
  return text;
}

}  // namespace harrow::engine
