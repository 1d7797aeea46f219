#include "sim/harness/shrink/fingerprint.h"

#include <algorithm>
#include <set>
#include <vector>

namespace harrow::harness {
namespace {

constexpr std::uint32_t kLargeValue = 512;

std::string FaultNeed(const faults::Rule& rule) {
  std::string need(faults::ToText(rule.file));
  need += " " + std::string(faults::ToText(rule.operation));
  switch (rule.effect.kind) {
    case faults::EffectKind::kError:
    case faults::EffectKind::kFailedSync:
      return need + " error";
    case faults::EffectKind::kShortWrite:
      return need + (rule.effect.error != 0 ? " short, then error" : " short");
    case faults::EffectKind::kShortRead:
      return need + " short";
    case faults::EffectKind::kInterrupt:
      return need + " interrupted";
    case faults::EffectKind::kAppliedError:
      return need + " applied, then error";
    case faults::EffectKind::kFailedWriteback:
      return need + " lost by writeback";
    case faults::EffectKind::kMissedName:
      return need + " without a name";
    case faults::EffectKind::kFlippedBit:
    case faults::EffectKind::kRot:
      return need + " with a flipped bit";
    case faults::EffectKind::kDelay:
      return need + " delayed";
  }
  return need;
}

bool IsLarge(const PlannedEntry& entry) { return entry.value_size >= kLargeValue; }

// The rules about what was promised to last.
bool IsAboutSync(const FailureClass& failure) {
  if (failure.kind != FailureClass::Kind::kRule) return false;
  switch (failure.rule) {
    case models::Rule::kDurable:
    case models::Rule::kDurableBefore:
    case models::Rule::kFlush:
    case models::Rule::kPoisoned:
      return true;
    default:
      return false;
  }
}

std::vector<std::string> OperationNeeds(const Scenario& scenario, const FailureClass& failure) {
  bool clients = false;
  bool sync = false;
  bool batch = false;
  bool deletion = false;
  bool snapshot = false;
  bool iterator = false;
  bool compaction = false;
  bool full = false;
  for (const LifePlan& life : scenario.lives) {
    clients = clients || life.clients.size() > 1;
    for (const ClientPlan& client : life.clients) {
      for (const Operation& one : client.operations) {
        sync = sync || one.sync;
        batch = batch || one.entries.size() > 1;
        snapshot = snapshot || one.kind == Operation::Kind::kSnapshot;
        iterator = iterator || one.kind == Operation::Kind::kIterator;
        compaction = compaction || one.kind == Operation::Kind::kCompact;
        full = full || one.kind == Operation::Kind::kFlush ||
               std::any_of(one.entries.begin(), one.entries.end(), &IsLarge);
        deletion =
            deletion || std::any_of(one.entries.begin(), one.entries.end(),
                                    [](const PlannedEntry& entry) { return entry.deletion; });
      }
    }
  }
  std::vector<std::string> needs;
  if (clients) needs.emplace_back("clients");
  if (sync && IsAboutSync(failure)) needs.emplace_back("sync");
  if (batch) needs.emplace_back("batch");
  if (deletion) needs.emplace_back("delete");
  if (snapshot) needs.emplace_back("snapshot");
  if (iterator) needs.emplace_back("iterator");
  if (compaction) needs.emplace_back("compaction");
  // Where clients meet, the rest is mostly there to make them.
  if (full && !clients) needs.emplace_back("full memtable");
  if (scenario.lives.size() > 1 && !clients) needs.emplace_back("reopen");
  return needs;
}

// Rules that a running life can break do not depend on how it ends.
bool NeedsCrash(const FailureClass& failure) {
  if (failure.kind != FailureClass::Kind::kRule) return false;
  switch (failure.rule) {
    case models::Rule::kPoisoned:
    case models::Rule::kLinearizable:
    case models::Rule::kLive:
    case models::Rule::kSequence:
      return false;
    default:
      return true;
  }
}

std::string CrashNeed(const Scenario& scenario) {
  for (auto life = scenario.lives.rbegin(); life != scenario.lives.rend(); ++life) {
    if (life->end.kind != EndPlan::Kind::kCrash) continue;
    faults::CrashImageChoice choice;
    choice.survivors = life->end.image.survivors;
    const std::string text = faults::ToText(choice);
    return "crash keep " + text.substr(0, text.find(' '));
  }
  return "close";
}

bool IsCodeLetter(char letter) { return (letter >= 'A' && letter <= 'Z') || letter == '_'; }

// "DATA_LOSS: …" up to the end of the line or the quotes around it; empty when there is none.
std::string_view ErrorIn(std::string_view text) {
  constexpr std::size_t kShortestCode = 5;
  for (std::size_t colon = text.find(": "); colon != std::string_view::npos;
       colon = text.find(": ", colon + 1)) {
    std::size_t begin = colon;
    while (begin > 0 && IsCodeLetter(text[begin - 1])) --begin;
    if (colon - begin < kShortestCode) continue;
    return text.substr(begin, std::min(text.find_first_of("\n\"", begin), text.size()) - begin);
  }
  return {};
}

std::string WithoutNumbers(std::string_view text) {
  std::string plain;
  for (const char letter : text) {
    const bool digit = letter >= '0' && letter <= '9';
    if (!digit) plain += letter;
    if (digit && (plain.empty() || plain.back() != '#')) plain += '#';
  }
  return plain;
}

// Of one client whose writes are in order: whether the first state or a later one is lost.
std::string LossIn(std::string_view text) {
  if (text.find(" is absent after recovery") != std::string_view::npos) return "absent";
  if (text.find(" after recovery, which was in effect") != std::string_view::npos) return "older";
  return {};
}

}  // namespace

std::string Fingerprint(const Scenario& smallest, const FailureClass& failure,
                        std::string_view text) {
  const std::string error = WithoutNumbers(ErrorIn(text));
  std::set<std::string> faults;
  for (const LifePlan& life : smallest.lives) {
    for (const faults::Rule& rule : life.faults.rules) faults.insert(FaultNeed(rule));
  }
  std::vector<std::string> needs(faults.begin(), faults.end());
  if (error.empty()) {
    for (std::string& need : OperationNeeds(smallest, failure)) needs.push_back(std::move(need));
    if (NeedsCrash(failure)) needs.push_back(CrashNeed(smallest));
  }
  std::string line;
  for (const std::string& need : needs) line += (line.empty() ? "" : "; ") + need;
  line += line.empty() ? "-> " : " -> ";
  line += failure.kind == FailureClass::Kind::kRule ? std::string(models::ToText(failure.rule))
                                                    : ToText(failure);
  if (!error.empty()) return line + ": " + error;
  const bool one_client = std::find(needs.begin(), needs.end(), "clients") == needs.end();
  if (const std::string loss = LossIn(text); one_client && !loss.empty()) line += ": " + loss;
  return line;
}

}  // namespace harrow::harness
