// A batch is the list of one call of First. Answers are kept until all before them are in; those of a batch that is over are
// dropped as they come.
#include "sim/harness/shrink/trial_pool.h"

#include <poll.h>

#include <algorithm>
#include <utility>

#include "sim/harness/run_digest.h"
#include "sim/harness/scenario_text.h"

namespace harrow::harness {
namespace {

constexpr int kPollMs = 20;

std::uint64_t HashOf(const std::string& text) {
  RunDigest digest;
  digest.Add(text);
  return digest.hash();
}

}  // namespace

struct TrialPool::Batch {
  struct Entry {
    Scenario scenario;  // while it may be the one
    std::uint64_t text_hash = 0;
    bool answered = false;
    bool wanted = false;
    Trial trial;
  };
  std::uint64_t number = 0;
  std::size_t count = 0;
  const CandidateAt* candidate = nullptr;
  std::size_t next = 0;      // to be begun
  std::size_t consumed = 0;  // all before it are in vain
  bool found = false;        // somewhere among those begun
  std::map<std::size_t, Entry> entries;
  std::set<std::uint64_t> begun;  // texts
};

TrialPool::TrialPool(TrialPoolOptions options) : options_(std::move(options)) {
  hang_ = options_.hang;
  for (std::uint32_t index = 0; index < options_.jobs; ++index)
    seats_.push_back(std::make_unique<Seat>(&options_.known));
}

void TrialPool::Want(const FailureClass& failure, TrialMode mode) {
  wanted_ = failure;
  any_failure_ = false;
  mode_ = mode;
  in_vain_.clear();
}

void TrialPool::WantAnyFailure(TrialMode mode) {
  any_failure_ = true;
  mode_ = mode;
  in_vain_.clear();
}

bool TrialPool::IsWanted(const Trial& trial) const {
  if (any_failure_) return trial.failure.kind != FailureClass::Kind::kNone;
  return trial.failure == wanted_;
}

std::optional<Found> TrialPool::First(std::size_t count, const CandidateAt& candidate) {
  Batch batch;
  batch.number = ++batches_;
  batch.count = count;
  batch.candidate = &candidate;
  undecided_.reset();
  while (batch.consumed < count && !Stopped()) {
    Feed(&batch);
    if (std::optional<Found> found = Consume(&batch)) return found;
    if (batch.consumed == count) break;
    WaitForAnswers();
    Collect(&batch);
    options_.tick();
  }
  return std::nullopt;
}

void TrialPool::Feed(Batch* batch) {
  for (const std::unique_ptr<Seat>& seat : seats_) {
    while (!seat->worker.busy() && !batch->found && batch->next < batch->count) {
      const std::size_t index = batch->next++;
      Batch::Entry& entry = batch->entries[index];
      entry.scenario = (*batch->candidate)(index);
      const std::string text = ToText(entry.scenario);
      entry.text_hash = HashOf(text);
      if (in_vain_.contains(entry.text_hash) || !batch->begun.insert(entry.text_hash).second) {
        entry.answered = true;
        // Thousands of these in a row must not keep an interrupt waiting.
        if (index % 256 == 0 && Stopped()) return;
        continue;
      }
      seat->index = index;
      seat->batch = batch->number;
      seat->worker.Send(text, mode_);
      ++tried_;
    }
  }
}

std::optional<Found> TrialPool::Consume(Batch* batch) {
  for (auto first = batch->entries.begin(); first != batch->entries.end() && first->second.answered;
       first = batch->entries.begin()) {
    Batch::Entry& entry = first->second;
    // Also what fails as it should: either it is taken now, or it is no smaller than the best.
    in_vain_.insert(entry.text_hash);
    if (entry.wanted) return Found{first->first, std::move(entry.scenario), std::move(entry.trial)};
    batch->entries.erase(first);
    ++batch->consumed;
  }
  return std::nullopt;
}

void TrialPool::WaitForAnswers() {
  std::vector<pollfd> polled;
  for (const std::unique_ptr<Seat>& seat : seats_) {
    if (seat->worker.busy()) polled.push_back({seat->worker.answers(), POLLIN, 0});
  }
  if (!polled.empty()) poll(polled.data(), polled.size(), kPollMs);
}

void TrialPool::Collect(Batch* batch) {
  for (const std::unique_ptr<Seat>& seat : seats_) {
    if (!seat->worker.busy()) continue;
    std::optional<Answer> answer = seat->worker.Poll(hang_);
    if (!answer.has_value()) continue;
    Learn(*answer);
    if (seat->batch != batch->number) continue;
    Batch::Entry& entry = batch->entries.at(seat->index);
    entry.answered = true;
    entry.wanted = answer->understood && IsWanted(answer->trial);
    if (!entry.wanted && (!answer->understood || answer->unknown != 0))
      undecided_ = std::min(undecided_.value_or(seat->index), seat->index);
    entry.trial = std::move(answer->trial);
    batch->found = batch->found || entry.wanted;
  }
}

// One that takes many times as long as the longest run that ended is taken to hang. Before any has ended, and after one that did
// hang, nothing is known but that runs take milliseconds.
void TrialPool::Learn(const Answer& answer) {
  constexpr HangBound kLeast = {250, 2000};
  constexpr HangBound kAfterHang = {1000, 4000};
  constexpr std::uint64_t kTimes = 20;
  if (options_.bounds == HangBounds::kAsGiven) return;
  const FailureClass::Kind kind = answer.trial.failure.kind;
  if (kind == FailureClass::Kind::kDied) return;
  HangBound bound = kAfterHang;
  if (kind != FailureClass::Kind::kHung) {
    longest_ms_ = std::max(longest_ms_, answer.wall_ms);
    bound = kLeast;
  } else if (longest_ms_ != 0) {
    return;
  }
  hang_.cpu_ms = std::min(options_.hang.cpu_ms, std::max(bound.cpu_ms, kTimes * longest_ms_));
  hang_.wall_ms = std::min(options_.hang.wall_ms, std::max(bound.wall_ms, kTimes * longest_ms_));
}

void TrialPool::Idle(Seat* seat) {
  while (seat->worker.busy()) {
    if (Stopped()) return seat->worker.Kill();
    pollfd polled{seat->worker.answers(), POLLIN, 0};
    poll(&polled, 1, kPollMs);
    if (const std::optional<Answer> answer = seat->worker.Poll(hang_)) Learn(*answer);
    options_.tick();
  }
}

Answer TrialPool::RunOn(Seat* seat, const Scenario& scenario, TrialMode mode,
                        const HangBound& hang) {
  Idle(seat);
  seat->batch = 0;
  seat->worker.Send(ToText(scenario), mode);
  ++tried_;
  for (;;) {
    pollfd polled{seat->worker.answers(), POLLIN, 0};
    poll(&polled, 1, kPollMs);
    if (std::optional<Answer> answer = seat->worker.Poll(hang)) {
      Learn(*answer);
      return *std::move(answer);
    }
    if (Stopped()) {
      seat->worker.Kill();
      return {};
    }
    options_.tick();
  }
}

Answer TrialPool::RunFresh(const Scenario& scenario, TrialMode mode) {
  seats_[0]->worker.Kill();
  constexpr std::uint64_t kTimes = 4;
  return RunOn(seats_[0].get(), scenario, mode,
               {std::min(options_.hang.cpu_ms, kTimes * hang_.cpu_ms),
                std::min(options_.hang.wall_ms, kTimes * hang_.wall_ms)});
}

Deviations TrialPool::Record(const Scenario& scenario) {
  return RunOn(seats_[0].get(), scenario, TrialMode::kRecorded, hang_).deviations;
}

}  // namespace harrow::harness
