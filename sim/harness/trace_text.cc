#include "sim/harness/trace_text.h"

#include "sim/harness/recording.h"
#include "sim/kernel/simulation.h"

namespace harrow::harness {
namespace {

constexpr std::size_t kEntriesShown = 4;

// Of a write, a read or a snapshot.
template <typename Call>
std::string Who(const Call& call) {
  return "L" + std::to_string(call.life + 1) + ".C" + std::to_string(call.client);
}

// The history's clock, by which verdicts name events.
std::string TimeText(models::Time time) { return "   t=" + std::to_string(time); }

std::string KeyText(models::KeyId key) { return "k" + std::to_string(key); }

std::string ResultText(models::Result result, const std::string& error) {
  switch (result) {
    case models::Result::kPending:
      return "no answer";
    case models::Result::kOk:
      return "ok";
    case models::Result::kFailed:
      return error;
  }
  return {};
}

std::string EntryText(const models::Entry& entry) {
  if (entry.deletion) return "delete " + KeyText(entry.key);
  return "put " + KeyText(entry.key) + " (" + std::to_string(entry.value_size) + " bytes)";
}

std::string DescribeRead(const models::Read& read) {
  std::string text = read.move ? "iterator move" : read.scan ? "scan" : "get " + KeyText(read.key);
  if (read.snapshot >= 0) text += " at snapshot " + std::to_string(read.snapshot);
  return text;
}

std::string NameOf(const models::Snapshot& snapshot) {
  return snapshot.iterator ? "iterator at snapshot " : "snapshot ";
}

// Under HostMemory.
void NoteMark(const Recorder& recorder, ClientMark mark, const std::string& text) {
  kernel::Trace& trace = kernel::CurrentTrace();
  if (!trace.recorded()) return;  // the machine was dropped
  trace.Note(kernel::CurrentTask(), text);
  mark.event = trace.events().size() - 1;
  recorder.recorded()->marks.push_back(mark);
}

}  // namespace

std::string DescribeWrite(const models::Write& write) {
  std::string text = "#" + std::to_string(write.id) + " ";
  if (write.flush) return text + (write.compaction ? "compaction" : "flush");
  if (write.entries.size() != 1) text += "batch {";
  const std::size_t shown =
      write.entries.size() > kEntriesShown + 1 ? kEntriesShown : write.entries.size();
  for (std::size_t index = 0; index < shown; ++index) {
    if (index > 0) text += ", ";
    text += EntryText(write.entries[index]);
  }
  if (shown < write.entries.size())
    text += " and " + std::to_string(write.entries.size() - shown) + " more";
  if (write.entries.size() != 1) text += "}";
  return text + (write.sync ? ", sync" : "");
}

std::string DescribeCell(const models::History& history, models::KeyId key,
                         const models::Cell& cell) {
  switch (cell.kind) {
    case models::Cell::Kind::kAbsent:
      return KeyText(key) + " absent";
    case models::Cell::Kind::kGarbage:
      return KeyText(key) + "=garbage";
    case models::Cell::Kind::kValue:
      break;
  }
  std::string text = KeyText(key) + "=#" + std::to_string(cell.write);
  if (cell.write < history.writes.size() && history.writes[cell.write].entries.size() > 1) {
    text += "[" + std::to_string(cell.entry) + "]";
  }
  return text;
}

std::string DescribeState(const models::History& history, std::span<const models::Cell> cells) {
  std::string text;
  for (std::size_t key = 0; key < cells.size(); ++key) {
    if (cells[key].kind == models::Cell::Kind::kAbsent) continue;
    if (!text.empty()) text += " ";
    text += DescribeCell(history, static_cast<models::KeyId>(key), cells[key]);
  }
  return text.empty() ? "empty" : text;
}

std::string DescribeMove(const models::History& history, const models::Read& move) {
  std::string text;
  for (std::size_t at = 0; at < move.cells.size(); ++at) {
    const auto key = static_cast<models::KeyId>(move.key + at);
    text += (at == 0 ? "" : " ") + DescribeCell(history, key, move.cells[at]);
  }
  return text.empty() ? "the end" : text;
}

bool TraceIsRecorded() { return kernel::OnTask() && kernel::CurrentTrace().recorded(); }

void NoteText(const std::string& text) {
  if (!TraceIsRecorded()) return;
  const kernel::HostMemory host;
  kernel::CurrentTrace().Note(kernel::CurrentTask(), text);
}

// The notes make their text in host memory: a recorded run must not allocate otherwise than one that is not.
void NoteInvokedWrite(const Recorder& recorder, models::WriteId write) {
  if (recorder.recorded() == nullptr) return;
  const kernel::HostMemory host;
  const models::Write& record = recorder.history().writes[write];
  NoteMark(recorder, {.client = record.client, .kind = ClientMark::Kind::kWrite, .index = write},
           Who(record) + " calls " + DescribeWrite(record) + TimeText(record.invoked));
}

void NoteRespondedWrite(const Recorder& recorder, models::WriteId write) {
  if (recorder.recorded() == nullptr) return;
  const kernel::HostMemory host;
  const models::Write& record = recorder.history().writes[write];
  NoteMark(
      recorder,
      {.client = record.client, .returned = true, .kind = ClientMark::Kind::kWrite, .index = write},
      Who(record) + " #" + std::to_string(write) + " -> " +
          ResultText(record.result, record.error) + TimeText(record.responded));
}

void NoteInvokedRead(const Recorder& recorder, std::size_t read) {
  if (recorder.recorded() == nullptr) return;
  const kernel::HostMemory host;
  const models::Read& record = recorder.history().reads[read];
  NoteMark(recorder, {.client = record.client, .kind = ClientMark::Kind::kRead, .index = read},
           Who(record) + " calls " + DescribeRead(record) + TimeText(record.invoked));
}

void NoteRespondedRead(const Recorder& recorder, std::size_t read) {
  if (recorder.recorded() == nullptr) return;
  const kernel::HostMemory host;
  const models::History& history = recorder.history();
  const models::Read& record = history.reads[read];
  std::string text = Who(record) + " " + DescribeRead(record) + " -> ";
  if (record.result != models::Result::kOk) {
    text += ResultText(record.result, record.error);
  } else if (record.scan) {
    text += DescribeState(history, record.cells);
  } else if (record.move) {
    text += DescribeMove(history, record);
  } else {
    text += DescribeCell(history, record.key, record.cells[0]);
  }
  NoteMark(
      recorder,
      {.client = record.client, .returned = true, .kind = ClientMark::Kind::kRead, .index = read},
      text + TimeText(record.responded));
}

void NoteInvokedSnapshot(const Recorder& recorder, std::int32_t snapshot) {
  if (recorder.recorded() == nullptr) return;
  const kernel::HostMemory host;
  const auto index = static_cast<std::size_t>(snapshot);
  const models::Snapshot& record = recorder.history().snapshots[index];
  NoteMark(recorder, {.client = record.client, .kind = ClientMark::Kind::kSnapshot, .index = index},
           Who(record) + " calls " + NameOf(record) + std::to_string(snapshot) +
               TimeText(record.invoked));
}

void NoteRespondedSnapshot(const Recorder& recorder, std::int32_t snapshot) {
  if (recorder.recorded() == nullptr) return;
  const kernel::HostMemory host;
  const auto index = static_cast<std::size_t>(snapshot);
  const models::Snapshot& record = recorder.history().snapshots[index];
  NoteMark(recorder,
           {.client = record.client,
            .returned = true,
            .kind = ClientMark::Kind::kSnapshot,
            .index = index},
           Who(record) + " " + NameOf(record) + std::to_string(snapshot) + " -> taken" +
               TimeText(record.responded));
}

}  // namespace harrow::harness
