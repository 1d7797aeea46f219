#include "sim/harness/report/life_json.h"

#include <algorithm>
#include <map>
#include <utility>

#include "faults/errno_names.h"
#include "faults/plan.h"
#include "sim/harness/file_text.h"
#include "sim/harness/report/timeline.h"
#include "sim/harness/trace_text.h"

namespace harrow::harness {
namespace {

using kernel::OpKind;

const char* KindName(OpKind kind) {
  switch (kind) {
    case OpKind::kStart:
      return "start";
    case OpKind::kLock:
      return "lock";
    case OpKind::kUnlock:
      return "unlock";
    case OpKind::kWait:
      return "wait";
    case OpKind::kSignal:
      return "signal";
    case OpKind::kBroadcast:
      return "broadcast";
    case OpKind::kSpawn:
      return "spawn";
    case OpKind::kJoin:
      return "join";
    case OpKind::kYield:
      return "yield";
    case OpKind::kSleep:
      return "sleep";
    case OpKind::kFutexWait:
      return "futex-wait";
    case OpKind::kFutexWake:
      return "futex-wake";
    case OpKind::kReadLock:
      return "read-lock";
    case OpKind::kOnce:
      return "once";
    case OpKind::kFile:
      return "file";
    case OpKind::kExit:
      return "exit";
  }
  return "";
}

const char* KindName(Bar::Kind kind) {
  switch (kind) {
    case Bar::Kind::kHolds:
      return "holds";
    case Bar::Kind::kWaitsForMutex:
      return "waits-mutex";
    case Bar::Kind::kWaitsOnCondition:
      return "waits-condition";
    case Bar::Kind::kJoins:
      return "joins";
    case Bar::Kind::kSleeps:
      return "sleeps";
  }
  return "";
}

std::string EndText(const kernel::Outcome& outcome) {
  switch (outcome.end) {
    case kernel::End::kFinished:
      return "closed";
    case kernel::End::kStopped:
      return "crash";
    case kernel::End::kDeadlock:
      return "deadlock: " + outcome.detail;
    case kernel::End::kStepLimit:
      return "step limit: " + outcome.detail;
    default:
      return "ended: " + outcome.detail;
  }
}

std::string ResultText(models::Result result, const std::string& error) {
  if (result == models::Result::kOk) return "ok";
  return result == models::Result::kFailed ? error : "no answer";
}

Json CallJson(const ClientCall& call, const models::History& history) {
  Json json = {{"task", call.task},
               {"client", call.mark.client},
               {"begin", call.begin},
               {"end", call.end},
               {"returned", call.returned}};
  switch (call.mark.kind) {
    case ClientMark::Kind::kWrite: {
      if (call.mark.index >= history.writes.size()) break;
      const models::Write& write = history.writes[call.mark.index];
      json["kind"] = "write";
      json["write"] = write.id;
      json["sync"] = write.sync || write.flush;
      json["label"] = DescribeWrite(write);
      json["result"] = call.returned ? ResultText(write.result, write.error) : "no answer";
      break;
    }
    case ClientMark::Kind::kRead: {
      if (call.mark.index >= history.reads.size()) break;
      const models::Read& read = history.reads[call.mark.index];
      json["kind"] = "read";
      json["label"] = (read.move   ? "iterator move"
                       : read.scan ? "scan"
                                   : "get k" + std::to_string(read.key)) +
                      (read.snapshot < 0 ? "" : " at snapshot " + std::to_string(read.snapshot));
      if (!call.returned || read.result != models::Result::kOk) {
        json["result"] = ResultText(read.result, read.error);
      } else {
        json["result"] = read.scan   ? DescribeState(history, read.cells)
                         : read.move ? DescribeMove(history, read)
                                     : DescribeCell(history, read.key, read.cells[0]);
      }
      break;
    }
    case ClientMark::Kind::kSnapshot:
      json["kind"] = "snapshot";
      json["label"] = "snapshot " + std::to_string(call.mark.index);
      json["result"] = call.returned ? "ok" : "no answer";
      break;
  }
  return json;
}

Json FileJson(const FileCall& file) {
  Json json = {{"event", file.event},
               {"op", std::string(faults::ToText(file.operation))},
               {"call", file.call},
               {"file", std::string(faults::ToText(file.file))},
               {"path", file.path}};
  json["text"] = DescribeCall(file);
  if (!file.from.empty()) json["from"] = file.from;
  if (file.offset != 0) json["offset"] = file.offset;
  if (file.size != 0) json["size"] = file.size;
  json["result"] = file.result;
  if (file.result < 0) json["error"] = faults::ErrnoText(static_cast<int>(-file.result));
  if (file.mutation != 0) json["mutation"] = file.mutation;
  if (!file.meaning.empty()) json["meaning"] = file.meaning;
  if (!file.fault.empty()) json["fault"] = file.fault;
  if (!file.detail.empty()) json["detail"] = file.detail;
  if (!file.consequence.empty()) json["consequence"] = file.consequence;
  return json;
}

Json NamesJson(const RecordedLife& life) {
  std::map<std::string, std::pair<Json, Json>> sizes;  // at the start, at the end
  for (const disk::Image::Listed& listed : life.start.List()) {
    if (!listed.directory) sizes[listed.path].first = listed.size;
  }
  for (const disk::Image::Listed& listed : life.end.List()) {
    if (!listed.directory) sizes[listed.path].second = listed.size;
  }
  Json json = Json::array();
  for (const auto& [path, both] : sizes)
    json.push_back({{"path", path}, {"start", both.first}, {"end", both.second}});
  return json;
}

}  // namespace

Json LifeJson(const RecordedLife& life, const models::History& history, const LifeNames& names,
              std::size_t steps_max) {
  const std::vector<kernel::TraceEvent>& events = life.trace.events();
  const std::size_t first = events.size() > steps_max ? events.size() - steps_max : 0;
  const Timeline timeline = MakeTimeline(life, names.name);
  Json json = {{"name", names.name},
               {"title", names.title},
               {"end", EndText(life.outcome)},
               {"first", first},
               {"total", events.size()}};
  json["fired"] = life.fired;
  for (const char* list : {"lanes", "steps", "calls", "bars", "files", "captures"})
    json[list] = Json::array();
  for (const Lane& lane : timeline.lanes)
    json["lanes"].push_back({{"task", lane.task}, {"name", lane.name}});
  for (std::size_t at = first; at < events.size(); ++at) {
    const kernel::TraceEvent& event = events[at];
    json["steps"].push_back({event.step, event.task, event.note ? "note" : KindName(event.kind),
                             event.object, event.text});
  }
  for (const ClientCall& call : timeline.calls) {
    if (call.end >= first) json["calls"].push_back(CallJson(call, history));
  }
  for (const Bar& bar : timeline.bars) {
    if (bar.end < first || bar.begin == bar.end) continue;
    json["bars"].push_back({{"kind", KindName(bar.kind)},
                            {"task", bar.task},
                            {"object", bar.object},
                            {"begin", bar.begin},
                            {"end", bar.end}});
  }
  for (const FileCall& file : life.files) {
    if (file.event >= first) json["files"].push_back(FileJson(file));
  }
  json["names"] = NamesJson(life);
  for (const CaptureMark& capture : life.captures)
    json["captures"].push_back({capture.event, capture.before_mutation});
  return json;
}

}  // namespace harrow::harness
