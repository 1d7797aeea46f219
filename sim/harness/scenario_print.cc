// Prints each part in the order of the grammar in scenario_text.h; defaults are printed too, so that a file says all it means.
#include "sim/harness/option_list.h"
#include "sim/harness/scenario_text.h"
#include "sim/harness/seed_text.h"

namespace harrow::harness {
namespace {

std::string Key(models::KeyId key) { return "k" + std::to_string(key); }

std::string EntryText(const PlannedEntry& entry) {
  if (entry.deletion) return "delete " + Key(entry.key);
  return "put " + Key(entry.key) + " " + std::to_string(entry.value_size);
}

std::string WriteText(const Operation& operation) {
  const std::string sync = operation.sync ? " sync" : "";
  if (operation.entries.size() == 1) return EntryText(operation.entries[0]) + sync;
  std::string text = "batch" + sync + " {";
  for (std::size_t index = 0; index < operation.entries.size(); ++index) {
    text += (index == 0 ? " " : ", ") + EntryText(operation.entries[index]);
  }
  return text + " }";
}

std::string PathText(targets::ScanPath path) {
  switch (path) {
    case targets::ScanPath::kForward:
      return "";
    case targets::ScanPath::kBackward:
      return " backward";
    case targets::ScanPath::kWinding:
      return " winding";
  }
  return "";
}

std::string RangeText(const Operation& operation) {
  std::string text;
  if (operation.from.has_value()) text += " from " + Key(*operation.from);
  if (operation.to.has_value()) text += " to " + Key(*operation.to);
  return text;
}

std::string OptionText(const OptionName& option, const targets::TargetOptions& options) {
  const std::uint64_t value = options.*option.member;
  return std::string(option.name) + " " +
         (option.Words().empty() ? std::to_string(value) : std::string(option.Words()[value])) +
         "\n";
}

std::string OperationText(const Operation& operation) {
  switch (operation.kind) {
    case Operation::Kind::kWrite:
      return WriteText(operation);
    case Operation::Kind::kGet:
      return "get " + Key(operation.key);
    case Operation::Kind::kScan:
      return "scan" + PathText(operation.path);
    case Operation::Kind::kSnapshot:
      return "snapshot";
    case Operation::Kind::kSnapshotGet:
      return "snapshot-get " + Key(operation.key);
    case Operation::Kind::kSnapshotScan:
      return "snapshot-scan" + PathText(operation.path);
    case Operation::Kind::kRelease:
      return "release";
    case Operation::Kind::kFlush:
      return "flush";
    case Operation::Kind::kYield:
      return "yield";
    case Operation::Kind::kSleep:
      return "sleep " + std::to_string(operation.sleep_us);
    case Operation::Kind::kCompact:
      return "compact" + RangeText(operation);
    case Operation::Kind::kIterator:
      return "iterator";
    case Operation::Kind::kSnapshotIterator:
      return "snapshot-iterator";
    case Operation::Kind::kSeek:
      return "seek " + Key(operation.key);
    case Operation::Kind::kSeekFirst:
      return "seek-first";
    case Operation::Kind::kSeekLast:
      return "seek-last";
    case Operation::Kind::kNext:
      return "next " + std::to_string(operation.count);
    case Operation::Kind::kPrev:
      return "prev " + std::to_string(operation.count);
    case Operation::Kind::kDrop:
      return "drop";
    case Operation::Kind::kInspect:
      return "inspect" + RangeText(operation);
    case Operation::Kind::kOpenAgain:
      return "open-again";
  }
  return {};
}

std::string ScheduleText(const SchedulePlan& schedule) {
  std::string text = "  schedule " + std::string(ToText(schedule.strategy.kind)) + " seed " +
                     SeedText(schedule.strategy.seed) + " depth " +
                     std::to_string(schedule.strategy.depth) + " steps " +
                     std::to_string(schedule.strategy.expected_steps);
  if (schedule.spurious_wakeup_one_in != 0) {
    text += " spurious " + std::to_string(schedule.spurious_wakeup_one_in);
  }
  text += "\n";
  if (schedule.replay) text += "  replay\n";
  for (const kernel::Deviation& deviation : schedule.deviations) {
    if (deviation.kind == kernel::Deviation::Kind::kSwitch) {
      text += "  switch " + SeedText(deviation.task) + " " + std::to_string(deviation.step) + " " +
              SeedText(deviation.to) + "\n";
    } else {
      text +=
          "  spurious " + SeedText(deviation.task) + " " + std::to_string(deviation.step) + "\n";
    }
  }
  return text;
}

std::string EndText(const EndPlan& end) {
  if (end.kind == EndPlan::Kind::kClose) return end.idle ? "  end close idle\n" : "  end close\n";
  std::string text = "  end crash";
  if (end.before_mutation != 0) text += " before " + std::to_string(end.before_mutation);
  return text + " keep " + faults::ToText(end.image) + "\n";
}

std::string LifeText(const LifePlan& life) {
  std::string text = "life\n" + ScheduleText(life.schedule);
  if (life.faults.seed != 0) text += "  fault-seed " + SeedText(life.faults.seed) + "\n";
  for (const faults::Rule& rule : life.faults.rules)
    text += "  fault " + faults::ToText(rule) + "\n";
  const std::uint64_t every = life.explore.images.empty() ? 0 : life.explore.every;
  text += "  explore " + std::to_string(every) + "\n";
  for (const faults::CrashImageChoice& image : life.explore.images)
    text += "  image " + faults::ToText(image) + "\n";
  if (every != 0 && life.explore.nested_depth != 0) {
    text += "  nested " + std::to_string(life.explore.nested_depth) + " every " +
            std::to_string(life.explore.nested_every) + "\n";
  }
  text += EndText(life.end);
  for (const ClientPlan& client : life.clients) {
    text += "  client\n";
    for (const Operation& operation : client.operations)
      text += "    " + OperationText(operation) + "\n";
  }
  return text;
}

}  // namespace

std::string ToText(const Scenario& scenario) {
  std::string text = "harrow scenario 3\n";
  text += "seed " + SeedText(scenario.seed) + "\n";
  text += "target " + scenario.target + "\n";
  text += "profile " + std::string(disk::ToText(scenario.profile)) + "\n";
  const targets::TargetKind* const kind = targets::FindTarget(scenario.target);
  for (const OptionName& option : kOptionNames) {
    if (kind == nullptr || kind->Takes(option.member)) text += OptionText(option, scenario.options);
  }
  text += "keys " + std::to_string(scenario.key_count) +
          (scenario.key_style == KeyStyle::kVaried ? " varied" : "") + "\n";
  text += "step-limit " + std::to_string(scenario.step_limit) + "\n";
  if (scenario.expect.has_value())
    text += "expect " + std::string(models::ToText(*scenario.expect)) + "\n";
  for (const LifePlan& life : scenario.lives) text += LifeText(life);
  return text;
}

}  // namespace harrow::harness
