// The lives that bear on the verdict are found first: the one in which it fell, and for a verdict on a recovered state the one
// whose crash that state comes from. They get windows on their last steps before it; the others a few lines.
#include "sim/harness/replay_text.h"

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <utility>
#include <vector>

#include "sim/disk/profile.h"
#include "sim/harness/replay_tasks.h"
#include "sim/harness/run_text.h"
#include "sim/harness/scenario_text.h"
#include "sim/harness/seed_text.h"
#include "sim/harness/write_story.h"

namespace harrow::harness {
namespace {

constexpr std::size_t kColumns = 140;
constexpr std::size_t kLinesBeforeCrash = 24;
constexpr std::size_t kLinesOfRecovery = 40;
constexpr std::size_t kDecisionsShown = 16;
constexpr std::size_t kStoriesTold = 3;

std::string Counted(std::size_t count, const char* what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

// The parts with ", " between them, in lines that begin with `title` or as much space.
std::string Wrapped(const std::string& title, const std::vector<std::string>& parts) {
  std::string text;
  std::string line = title;
  for (std::size_t at = 0; at < parts.size(); ++at) {
    const std::string part = parts[at] + (at + 1 < parts.size() ? ", " : "");
    if (line.size() + part.size() > kColumns && line.size() > title.size()) {
      text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
      line.assign(title.size(), ' ');
    }
    line += part;
  }
  return text + line + "\n";
}

std::string FilesLine(const std::string& title, const disk::Image& image) {
  std::vector<std::string> files;
  for (const disk::Image::Listed& file : image.List()) {
    if (file.directory) continue;
    const bool inside = file.path.starts_with("db/");
    files.push_back(file.path.substr(inside ? 3 : 0) + " " + std::to_string(file.size));
  }
  if (files.empty()) files.emplace_back("none");
  return Wrapped("   " + title + ": ", files);
}

std::string PlanText(const Scenario& scenario, std::size_t index, Detail detail) {
  const LifePlan& plan = scenario.lives[index];
  std::size_t operations = 0;
  for (const ClientPlan& client : plan.clients) operations += client.operations.size();
  std::string text = "== life " + std::to_string(index + 1) + " of " +
                     std::to_string(scenario.lives.size()) + ": " +
                     Counted(plan.clients.size(), "client") + ", " +
                     Counted(operations, "operation") + ", schedule ";
  text += plan.schedule.replay
              ? "replayed, " + Counted(plan.schedule.deviations.size(), "deviation")
              : std::string(ToText(plan.schedule.strategy.kind)) + " " +
                    SeedText(plan.schedule.strategy.seed);
  text += "\n";
  for (const faults::Rule& rule : plan.faults.rules)
    text += "   fault planned: " + faults::ToText(rule) + "\n";
  if (detail != Detail::kQuiet && plan.explore.every != 0) {
    std::vector<std::string> images;
    for (const faults::CrashImageChoice& image : plan.explore.images)
      images.push_back(faults::ToText(image));
    text += Wrapped("   crash images before every mutation number divisible by " +
                        std::to_string(plan.explore.every) + ": ",
                    images);
  }
  return text;
}

std::string CrashText(const CrashView& crash) {
  return "the power goes " +
         (crash.before_mutation == 0 ? std::string("at the end of the life")
                                     : "before mutation " + std::to_string(crash.before_mutation)) +
         ", t=" + std::to_string(crash.at) + "; the medium keeps: " + faults::ToText(crash.choice);
}

// What was pending, and what became of it.
std::string DecisionsText(const CrashView& crash, Detail detail) {
  if (crash.decisions.empty()) return "   nothing was pending\n";
  std::string text = "   what was pending on the medium:\n";
  const std::size_t count = crash.decisions.size();
  const std::size_t shown =
      detail == Detail::kQuiet && count > kDecisionsShown + 1 ? kDecisionsShown : count;
  for (std::size_t at = 0; at < shown; ++at) text += "     " + crash.decisions[at] + "\n";
  if (shown < count) text += "     and " + std::to_string(count - shown) + " more\n";
  return text;
}

std::string EndText(const RecordedLife& life) {
  switch (life.outcome.end) {
    case kernel::End::kFinished:
      return "closed";
    case kernel::End::kStopped:
      return life.crash.has_value() ? CrashText(*life.crash) : "stopped";
    case kernel::End::kDeadlock:
      return "deadlock: " + life.outcome.detail;
    case kernel::End::kStepLimit:
      return "step limit: " + life.outcome.detail;
    case kernel::End::kAborted:
      return "aborted: " + life.outcome.detail;
    case kernel::End::kUnserved:
      return "a call that is not served: " + life.outcome.detail;
    case kernel::End::kOutOfMemory:
      return "out of memory: " + life.outcome.detail;
  }
  return {};
}

// How a life bears on the verdict.
struct LifeView {
  bool folded = false;
  bool shows_end = true;
  StepWindow window;
};

std::size_t ReadBackEvent(const RecordedLife& life) {
  const std::vector<kernel::TraceEvent>& events = life.trace.events();
  std::size_t mark = 0;
  for (std::size_t at = 0; at < events.size(); ++at) {
    while (mark < life.marks.size() && life.marks[mark].event < at) ++mark;
    const bool is_mark = mark < life.marks.size() && life.marks[mark].event == at;
    if (events[at].note && !is_mark) return at;
  }
  return events.size();
}

std::vector<WriteStory> StoriesOf(const RunResult& result, const Recording& recording) {
  std::vector<models::WriteId> writes =
      WritesNamedIn(result.verdict.violation.promised, recording.history);
  if (writes.empty()) writes = WritesNamedIn(result.verdict.violation.found, recording.history);
  if (writes.size() > kStoriesTold) writes.resize(kStoriesTold);
  std::vector<WriteStory> stories;
  stories.reserve(writes.size());
  for (const models::WriteId write : writes) stories.push_back(TellWrite(recording, write));
  return stories;
}

class ReplayWriter {
 public:
  ReplayWriter(const Scenario& scenario, const RunResult& result, const Recording& recording,
               Detail detail)
      : scenario_(scenario), result_(result), recording_(recording), detail_(detail) {
    if (result.failed()) stories_ = StoriesOf(result, recording);
  }

  std::string Write() {
    std::string text = "seed " + SeedText(scenario_.seed) + ", target " + scenario_.target +
                       ", profile " + std::string(disk::ToText(scenario_.profile)) + ", hash " +
                       SeedText(result_.hash) + "\n";
    if (detail_ != Detail::kQuiet)
      text += disk::Describe(disk::GetProfile(scenario_.profile)) + "\n";
    for (std::size_t index = 0; index < recording_.lives.size(); ++index) text += LifeText(index);
    if (recording_.failing_recovery.has_value()) text += RecoveryText();
    if (!result_.failed()) return text + "ok: every rule held\n";
    text += DescribeFailure(scenario_, result_);
    for (const WriteStory& story : stories_) text += Indented(ToText(recording_, story));
    return text;
  }

 private:
  static std::string Indented(const std::string& text) {
    std::string out = "  ";
    for (std::size_t at = 0; at + 1 < text.size(); ++at) {
      out += text[at];
      if (text[at] == '\n') out += "  ";
    }
    return out + "\n";
  }

  bool IsAboutOpening(std::size_t index) const {
    return !recording_.judged.empty() ||
           recording_.history.lives[index].read_back_responded == models::kNever;
  }

  // The life in which the verdict fell; past the end for one on what the last life left.
  LifeView ViewOf(std::size_t index) const {
    LifeView view;
    if (!result_.failed() || detail_ != Detail::kQuiet) {
      if (CrashIsIn(index)) AddCrash(&view.window);
      return view;
    }
    const std::size_t place = result_.place.life;
    const bool chained = !recording_.failing_recovery.has_value() && place < scenario_.lives.size();
    if (chained && index == place) {
      view.window.lines_max = kLinesOfRecovery;
      if (IsAboutOpening(index) && recording_.history.lives[index].read_back) {
        view.window.to = ReadBackEvent(recording_.lives[index]) + 1;
        view.shows_end = false;
      } else {
        view.window.show_last_of_tasks =
            recording_.lives[index].outcome.end != kernel::End::kFinished;
      }
    } else if (index + 1 == recording_.lives.size() ||
               (chained && index + 1 == place && IsAboutOpening(place))) {
      view.window.lines_max = kLinesBeforeCrash;
      if (CrashIsIn(index)) {
        AddCrash(&view.window);
        view.window.to = recording_.failing_crash->event;
        view.shows_end = false;
        // Where it opened is of no interest, unless the crash lies there.
        const std::size_t opened = ReadBackEvent(recording_.lives[index]);
        if (opened < view.window.to) view.window.from = opened;
      }
    } else {
      view.folded = true;
    }
    for (const WriteStory& story : stories_) {
      for (const WriteStory::Step& step : story.steps) {
        const std::size_t events = recording_.lives[index].trace.events().size();
        if (step.life == index && step.event < events) view.window.always.push_back(step.event);
      }
    }
    return view;
  }

  bool CrashIsIn(std::size_t index) const {
    return result_.failed() && recording_.failing_crash.has_value() &&
           index + 1 == recording_.lives.size();
  }

  void AddCrash(StepWindow* window) const {
    window->crash = recording_.failing_crash->event;
    window->crash_text = CrashText(*recording_.failing_crash);
  }

  std::string LifeText(std::size_t index) const {
    const RecordedLife& life = recording_.lives[index];
    const LifeView view = ViewOf(index);
    std::string text = PlanText(scenario_, index, detail_);
    if (view.folded) return text + FoldedText(index);
    text += FilesLine("files at the start", life.start);
    if (detail_ != Detail::kQuiet)
      text += "   tasks: " + TaskNames(life, index + 1).Legend() + "\n";
    text += StepsText(life, index + 1, detail_, view.window);
    if (!view.shows_end) return text;
    if (!CrashIsIn(index)) text += "   " + EndText(life) + "\n";
    for (const std::string& rule : life.fired) text += "   fault that hit: " + rule + "\n";
    if (CrashIsIn(index)) return text;
    if (life.crash.has_value()) text += DecisionsText(*life.crash, detail_);
    return text + FilesLine("files that survive", life.end);
  }

  std::string FoldedText(std::size_t index) const {
    const RecordedLife& life = recording_.lives[index];
    std::size_t ok = 0;
    std::size_t failed = 0;
    std::size_t pending = 0;
    for (const models::Write& write : recording_.history.writes) {
      if (write.life != index) continue;
      ++(write.result == models::Result::kOk        ? ok
         : write.result == models::Result::kPending ? pending
                                                    : failed);
    }
    std::string text =
        "   " + Counted(life.outcome.steps, "step") + "; " + Counted(ok, "write") + " acknowledged";
    if (failed != 0) text += ", " + std::to_string(failed) + " failed";
    if (pending != 0) text += ", " + std::to_string(pending) + " without an answer";
    text += "\n   " + EndText(life) + "\n";
    for (const std::string& rule : life.fired) text += "   fault that hit: " + rule + "\n";
    return text;
  }

  std::string RecoveryText() const {
    const RecordedLife& recovery = *recording_.failing_recovery;
    std::string text;
    if (recording_.failing_crash.has_value())
      text += DecisionsText(*recording_.failing_crash, detail_);
    text += CrashedRecoveriesText();
    text += "== " + DescribePlace(scenario_, result_.place) + "\n";
    text += FilesLine("files that survived", recovery.start);
    StepWindow window;
    if (detail_ == Detail::kQuiet) window.lines_max = kLinesOfRecovery;
    return text + StepsText(recovery, recording_.lives.size() + 1, detail_, window);
  }

  std::string CrashedRecoveriesText() const {
    std::string text;
    for (const RecordedLife& recovery : recording_.crashed_recoveries) {
      text += "== a recovery that crashes in its turn\n";
      text += FilesLine("files at the start", recovery.start);
      StepWindow window;
      if (detail_ == Detail::kQuiet) window.lines_max = kLinesOfRecovery;
      if (recovery.crash.has_value()) window.to = recovery.crash->event;
      text += StepsText(recovery, recording_.lives.size() + 1, detail_, window);
      if (recovery.crash.has_value()) text += "   " + NestedCrashText(*recovery.crash) + "\n";
      if (recovery.crash.has_value()) text += DecisionsText(*recovery.crash, detail_);
    }
    return text;
  }

  static std::string NestedCrashText(const CrashView& crash) {
    return "the power goes " +
           (crash.before_mutation == 0
                ? std::string("once all is read back")
                : "before mutation " + std::to_string(crash.before_mutation)) +
           "; the medium keeps: " + faults::ToText(crash.choice);
  }

  const Scenario& scenario_;
  const RunResult& result_;
  const Recording& recording_;
  const Detail detail_;
  std::vector<WriteStory> stories_;
};

}  // namespace

std::optional<Detail> ParseDetail(std::string_view text) {
  if (text == "quiet") return Detail::kQuiet;
  if (text == "normal") return Detail::kNormal;
  if (text == "all") return Detail::kAll;
  return std::nullopt;
}

std::string EventLine(const RecordedLife& life, std::size_t event) {
  const kernel::TraceEvent& step = life.trace.events()[event];
  char head[48];
  std::snprintf(head, sizeof(head), "%7" PRIu64 "  T%-2u ", step.step, step.task);
  return head + StepText(life, event);
}

std::string ReplayText(const Scenario& scenario, const RunResult& result,
                       const Recording& recording, Detail detail) {
  return ReplayWriter(scenario, result, recording, detail).Write();
}

void UnfinishedReplayText(const Scenario& scenario, const Recording& recording, Detail detail,
                          const std::function<void(std::string_view)>& print) {
  print("seed " + SeedText(scenario.seed) + ", target " + scenario.target + ", profile " +
        std::string(disk::ToText(scenario.profile)) + ", not ended\n");
  for (std::size_t index = 0; index < recording.lives.size(); ++index) {
    const RecordedLife& life = recording.lives[index];
    const bool last = index + 1 == recording.lives.size();
    const bool ended = !last || recording.failing_recovery.has_value();
    print(PlanText(scenario, index, detail));
    if (ended && detail == Detail::kQuiet) {
      print("   " + Counted(life.outcome.steps, "step") + "; " + EndText(life) + "\n");
      continue;
    }
    print(FilesLine("files at the start", life.start));
    StepWindow window;
    window.show_last_of_tasks = !ended;
    print(StepsText(life, index + 1, detail, window));
    if (ended) print("   " + EndText(life) + "\n");
  }
  if (!recording.failing_recovery.has_value()) return;
  const RecordedLife& recovery = *recording.failing_recovery;
  print("== recovering from an image taken in the last of these lives\n");
  if (recording.failing_crash.has_value())
    print("   " + CrashText(*recording.failing_crash) + "\n");
  print(FilesLine("files that survived", recovery.start));
  StepWindow window;
  window.show_last_of_tasks = true;
  print(StepsText(recovery, recording.lives.size() + 1, detail, window));
}

}  // namespace harrow::harness
