// A field of the call is a field of the record; the faults become text, and so does what a failed sync did.
#include "sim/harness/file_call_recorder.h"

#include <span>
#include <vector>

#include "faults/plan.h"
#include "sim/harness/payload.h"
#include "sim/kernel/simulation.h"

namespace harrow::harness {
namespace {

using faults::OpKind;

// "pages 0..2, 5"; "17 pages" when there are many gaps.
std::string PagesText(std::span<const std::uint64_t> pages) {
  constexpr std::size_t kRangesShown = 4;
  std::size_t ranges = 0;
  std::string text = pages.size() == 1 ? "page " : "pages ";
  for (std::size_t at = 0; at < pages.size();) {
    std::size_t end = at + 1;
    while (end < pages.size() && pages[end] == pages[end - 1] + 1) ++end;
    if (++ranges > kRangesShown) return std::to_string(pages.size()) + " pages";
    text += (ranges == 1 ? "" : ", ") + std::to_string(pages[at]);
    if (end - at > 1) text += ".." + std::to_string(pages[end - 1]);
    at = end;
  }
  return text;
}

std::string ConsequenceText(const disk::FailedSync& sync) {
  if (sync.written.empty() && sync.lost.empty()) return "nothing of the file was dirty";
  std::string text;
  if (!sync.lost.empty()) {
    text = PagesText(sync.lost) + (sync.lost.size() == 1 ? " is" : " are") +
           " marked clean and not on the medium";
  }
  if (!sync.written.empty()) {
    text += (text.empty() ? "" : ", ") + PagesText(sync.written) +
            (sync.written.size() == 1 ? " is" : " are") + " written";
  }
  return text + ", the size on the medium " +
         (sync.size_after == sync.size_before ? "stays " + std::to_string(sync.size_before)
                                              : "becomes " + std::to_string(sync.size_after));
}

std::string FaultText(std::span<const faults::Fired> fired) {
  std::string text;
  for (const faults::Fired& one : fired) {
    faults::Rule rule;
    rule.file = one.file;
    rule.operation = one.operation;
    rule.first = one.number;
    rule.effect = one.effect;
    text += (text.empty() ? "" : "; ") + faults::ToText(rule);
  }
  return text;
}

bool IsFailedSync(const faults::Fired& fired) {
  return fired.effect.kind == faults::EffectKind::kFailedSync && fired.operation == OpKind::kSync;
}

}  // namespace

void RecordCall(const disk::Disk& disk, const disk::CallRecord& call, const CallContext& context,
                RecordedLife* life) {
  FileCall record;
  record.event = kernel::CurrentTrace().events().size() - 1;
  record.call = call.name;
  record.operation = call.operation;
  record.file = call.file;
  record.path = call.path;
  record.from = call.from;
  record.detail = call.detail;
  record.offset = call.offset;
  record.size = call.size;
  record.result = call.result;
  record.file_size = call.file_size;
  record.inode = call.inode;
  record.mutation = call.mutation;
  record.writes = FindWrites(*context.history, call.bytes);
  if (context.describe != nullptr && !call.bytes.empty()) {
    const bool read = call.operation == OpKind::kRead;
    record.meaning = context.describe({.path = call.path,
                                       .way = read ? targets::TransferredBytes::Way::kRead
                                                   : targets::TransferredBytes::Way::kWritten,
                                       .offset = call.offset,
                                       .bytes = call.bytes});
  }
  record.fault = FaultText(call.fired);
  if (!call.fired.empty() && IsFailedSync(call.fired.back()))
    record.consequence = ConsequenceText(disk.last_failed_sync());
  life->files.push_back(std::move(record));
}

}  // namespace harrow::harness
