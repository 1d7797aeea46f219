#include "sim/harness/sweep/sweep_record.h"

#include <time.h>

#include <cstdio>
#include <cstring>
#include <utility>

#include "sim/harness/scenario_text.h"
#include "sim/harness/sweep/result_lines.h"
#include "sim/kernel/check.h"
#include "sim/kernel/random.h"

namespace harrow::harness {
namespace {

std::uint64_t NowUs() {
  timespec now{};
  // real clock: when a session began, for people
  clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 +
         static_cast<std::uint64_t>(now.tv_nsec) / 1000;
}

absl::Status OtherSweep(const std::string& path, const std::string& what) {
  return absl::FailedPreconditionError(Printable(path) + ": expected a sweep with the same " +
                                       what + "; give another --out, or the options it has");
}

absl::Status CheckSame(const std::string& path, const SweepHeader& file,
                       const SweepHeader& wanted) {
  if (const std::string name = FirstDifference(file, wanted); !name.empty())
    return OtherSweep(path, "--" + name);
  if (file.shards != wanted.shards) return OtherSweep(path, "--shard_index");
  if (file.build != wanted.build)
    return absl::FailedPreconditionError(
        Printable(path) +
        ": expected results of this build; another build of the program wrote it, and a seed gives "
        "the same run only on the same one");
  return absl::OkStatus();
}

}  // namespace

std::uint64_t BuildOfThisProgram() {
  const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen("/proc/self/exe", "rb"),
                                                   &std::fclose);
  if (file == nullptr) return 0;
  std::uint64_t hash = 0;
  static std::uint64_t words[8192];
  while (const std::size_t size = std::fread(words, 1, sizeof(words), file.get())) {
    std::memset(reinterpret_cast<char*>(words) + size, 0, sizeof(words) - size);
    for (std::size_t at = 0; at * sizeof(words[0]) < size; ++at)
      hash = kernel::Mix(hash, words[at]);
  }
  return hash;
}

SweepRecord::SweepRecord(const SweepHeader& header) { results_.header = header; }

absl::StatusOr<std::unique_ptr<SweepRecord>> SweepRecord::Open(const std::string& path, Mode mode,
                                                               const SweepHeader& header) {
  auto record = std::make_unique<SweepRecord>(header);
  absl::StatusOr<std::unique_ptr<Journal>> journal = Journal::Open(path, Journal::Mode::kNew);
  if (absl::IsAlreadyExists(journal.status()) && mode == Mode::kResume) {
    journal = Journal::Open(path, Journal::Mode::kContinue);
    if (!journal.ok()) return journal.status();
    absl::StatusOr<ReadResults> read = ReadResultFile(path);
    if (!read.ok() && !absl::IsOutOfRange(read.status())) return read.status();
    if (read.ok()) {
      if (absl::Status status = CheckSame(path, read->results.header, header); !status.ok())
        return status;
      record->results_ = std::move(read->results);
      record->done_before_ = record->results_.total.done;
    }
    (*journal)->CutTo(read.ok() ? read->whole_bytes : 0);
  }
  if (!journal.ok()) return journal.status();
  record->journal_ = *std::move(journal);
  if (record->results_.sessions.empty() && record->results_.total.done == 0) {
    record->journal_->CutTo(0);
    record->journal_->Append(HeaderLine(header));
    record->journal_->Sync();
  }
  if (!record->status().ok()) return record->status();
  return record;
}

void SweepRecord::Begin(std::uint32_t jobs) {
  KERNEL_CHECK(results_.header.shards.size() == 1);
  Session session;
  session.number = this->session() + 1;
  session.shard = results_.header.shards[0];
  session.started_us = NowUs();
  session.jobs = jobs;
  results_.sessions.push_back(session);
  pending_ = std::make_unique<PendingDone>(results_.header.space, session.shard, session.number);
  if (journal_ != nullptr) journal_->Append(SessionLine(session));
}

void SweepRecord::Done(const DoneSeed& seed) {
  if (journal_ != nullptr) pending_->Add(seed);
}

void SweepRecord::Failed(const Failure& failure) {
  if (journal_ == nullptr) return;
  const auto known = results_.by_cause.find(failure.cause);
  if (known == results_.by_cause.end() || known->second < kFullFailuresOfACause)
    return journal_->Append(FailureLine(failure));
  Failure shorter = failure;
  shorter.output.clear();
  journal_->Append(FailureLine(shorter));
}

void SweepRecord::Shrunk(ShrunkCause shrunk) {
  shrunk.session = session();
  if (journal_ != nullptr) journal_->Append(CauseLine(shrunk));
  results_.shrunk.push_back(std::move(shrunk));
}

void SweepRecord::Tick(std::uint64_t elapsed_ms) {
  if (journal_ == nullptr) return;
  Append(pending_->TakeDue(elapsed_ms));
  journal_->SyncWhenDue(elapsed_ms);
}

void SweepRecord::Append(const std::vector<DoneBlock>& blocks) {
  std::string lines;
  for (const DoneBlock& block : blocks) lines += DoneLine(block);
  journal_->Append(lines);
}

void SweepRecord::End(const SessionEnd& end) {
  results_.sessions.back().end = end;
  if (journal_ == nullptr) return;
  Append(pending_->TakeAll(end.elapsed_ms));
  journal_->Append(EndLine(session(), end));
  journal_->Sync();
}

absl::Status SweepRecord::status() const {
  return journal_ == nullptr ? absl::OkStatus() : journal_->status();
}

}  // namespace harrow::harness
