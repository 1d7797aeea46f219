#include "sim/harness/recover_image.h"

#include <utility>

#include "sim/disk/disk.h"
#include "sim/disk/posix.h"
#include "sim/harness/client.h"
#include "sim/harness/crash_view.h"
#include "sim/harness/file_call_recorder.h"
#include "sim/harness/machine_setup.h"
#include "sim/harness/trace_text.h"
#include "sim/kernel/random.h"
#include "sim/targets/target.h"

namespace harrow::harness {
namespace {

class Recovery : public disk::Observer {
 public:
  Recovery(const Scenario& scenario, const disk::Image& image, const models::History& history,
           const RecoveryPlan& plan)
      : scenario_(scenario),
        history_(history),
        plan_(plan),
        kind_(TargetOf(scenario)),
        disk_(DiskOptionsOf(scenario), image),
        content_(image.ContentHash()) {}

  Recovered Run() {
    kernel::Trace unrecorded;
    kernel::Trace& trace = plan_.recorded != nullptr ? plan_.recorded->trace : unrecorded;
    if (plan_.recorded != nullptr) trace = kernel::Trace(true);
    const bool observed = plan_.recorded != nullptr || plan_.explore != nullptr;
    const disk::Mount mount(&disk_, observed ? this : nullptr);
    kernel::SimulationOptions options;
    options.step_limit = scenario_.step_limit;
    options.entropy_seed = content_;
    result_.outcome = kernel::RunSimulation(options, trace, [this] { Root(); });
    result_.trace_hash = trace.hash();
    if (plan_.explore != nullptr) result_.medium = disk_.cells();
    if (plan_.recorded != nullptr) {
      plan_.recorded->outcome = result_.outcome;
      plan_.recorded->end = disk_.Everything();
    }
    return std::move(result_);
  }

  void BeforeMutation(const disk::Disk&, const disk::MutationEvent& event) override {
    if (plan_.explore != nullptr && event.mutation % plan_.explore->nested_every == 0)
      Capture(event.mutation);
  }
  void Faulted(const faults::Fired&) override {}
  void Called(const disk::Disk& disk, const disk::CallRecord& call) override {
    RecordCall(disk, call, {kind_.describe, &history_}, plan_.recorded);
  }

 private:
  void Root() {
    std::unique_ptr<targets::Target> target;
    absl::Status status = kind_.open(kDatabasePath, scenario_.options, nullptr, &target);
    result_.opened = status.ok();
    std::vector<models::Cell> cells;
    if (status.ok()) {
      status = ScanCells(target.get(), nullptr, targets::ScanPath::kForward, history_, &cells);
      result_.read = status.ok();
    }
    const kernel::HostMemory host;
    result_.cells.assign(cells.begin(), cells.end());
    if (!status.ok()) result_.error = status.ToString();
    if (TraceIsRecorded()) {
      NoteText(result_.read
                   ? "read back: " + DescribeState(history_, cells)
                   : (result_.opened ? "read-back failed: " : "open failed: ") + status.ToString());
    }
    if (plan_.explore != nullptr) Capture(0);
    kernel::Stop();
  }

  void Capture(std::uint64_t before_mutation) {
    const kernel::HostMemory host;
    for (const faults::CrashImageChoice& planned : plan_.explore->images) {
      NestedImage nested;
      nested.choice = planned;
      // It stands for many, and here each would be followed by as many again.
      if (planned.survivors == faults::Survivors::kEverySubset)
        nested.choice = {faults::Survivors::kRandom, 0, 0};
      nested.choice.seed = kernel::Mix(planned.seed, disk_.stats().mutations);
      nested.image = disk_.Crash(nested.choice);
      nested.before_mutation = before_mutation;
      const std::uint64_t content = nested.image.ContentHash();
      if (content == last_content_) continue;
      last_content_ = content;
      if (plan_.recorded != nullptr) {
        nested.view =
            std::make_unique<CrashView>(FindAtCrash(disk_, *plan_.recorded, {before_mutation, 0}));
        LeaveAtCrash(disk_, nested.choice, nested.view.get());
      }
      result_.nested.push_back(std::move(nested));
    }
  }

  const Scenario& scenario_;
  const models::History& history_;
  const RecoveryPlan plan_;
  const targets::TargetKind& kind_;
  disk::Disk disk_;
  const std::uint64_t content_;  // of the image, as a hash
  std::uint64_t last_content_ = 0;
  Recovered result_;
};

}  // namespace

Recovered RecoverImage(const Scenario& scenario, const disk::Image& image,
                       const models::History& history, const RecoveryPlan& plan) {
  return Recovery(scenario, image, history, plan).Run();
}

}  // namespace harrow::harness
