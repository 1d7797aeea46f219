// The subject is the first operation that the promise names. Each fact is looked up by itself: its calls in the marks, its
// record in the map of the logs, the write and the sync of that record in the file calls; then all are put in order of events.
#include "sim/harness/report/story.h"

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <utility>

#include "faults/errno_names.h"
#include "sim/harness/file_text.h"
#include "sim/harness/trace_text.h"
#include "sim/harness/write_story.h"

namespace harrow::harness {
namespace {

constexpr std::size_t kFaultsMax = 3;
constexpr std::size_t kTablesMax = 3;
constexpr std::size_t kOthersMax = 2;  // operations besides the subject

std::string NameOf(const models::Write& write) {
  return "L" + std::to_string(write.life + 1) + ".C" + std::to_string(write.client) + " #" +
         std::to_string(write.id);
}

std::string Bytes(std::uint64_t count) {
  return std::to_string(count) + (count == 1 ? " byte" : " bytes");
}

std::string Kept(const faults::CrashImageChoice& choice) {
  const std::string kept = "Of what was not durable the medium keeps " + faults::ToText(choice);
  switch (choice.survivors) {
    case faults::Survivors::kNone:
      return "The medium keeps only what was durable.";
    case faults::Survivors::kAll:
      return "The medium keeps everything, as when only the process dies.";
    case faults::Survivors::kNamesOnly:
      return kept + ": names and sizes, but no data.";
    case faults::Survivors::kTornLast:
      return kept + ": all but the end of the last write.";
    case faults::Survivors::kLeaveOneOut:
      return kept + ": all but one pending operation or file.";
    case faults::Survivors::kZeroTail:
      return kept + ": names and sizes, but the last pages of each file are zeros.";
    case faults::Survivors::kRandom:
      return kept + ": some of it.";
    case faults::Survivors::kSubset:
      return kept + ": the pending operations and files with these numbers.";
    case faults::Survivors::kEverySubset:
      break;
  }
  return kept + ".";
}

class Teller {
 public:
  Teller(const RunResult& result, const Recording& recording, const RecoveredCrash* judged,
         const std::vector<LogMap>& logs)
      : result_(result), recording_(recording), judged_(judged), logs_(logs) {
    crash_life_ = std::min<std::size_t>(result.place.life, recording.lives.size() - 1);
    if (judged == nullptr) return;
    crash_life_ = judged->life;
    crash_ = judged->crash;
  }

  std::vector<Fact> Tell() {
    const std::vector<models::WriteId> named =
        NamedWrites(result_.verdict.violation, recording_.history);
    std::size_t told = 0;
    for (const models::WriteId id : named) {
      if (told > kOthersMax) continue;
      if (told++ == 0) {
        Logged(id);
        Calls(recording_.history.writes[id]);
      } else {
        Other(recording_.history.writes[id]);
      }
    }
    Faults();
    if (crash_ != nullptr) Crash();
    const Fact found = Found();
    if (told > 0 && log_path_.empty() && found.life < recording_.lives.size())
      Tables(named.front(), found.life, found.event.value_or(~std::size_t{0}));
    std::stable_sort(facts_.begin(), facts_.end(), [](const Fact& a, const Fact& b) {
      return std::pair(a.life, a.event.value_or(0)) < std::pair(b.life, b.event.value_or(0));
    });
    if (!found.text.starts_with('.')) facts_.push_back(found);
    return std::move(facts_);
  }

 private:
  void Add(Fact::Kind kind, std::size_t life, std::optional<std::size_t> event, std::string title,
           std::string text) {
    facts_.push_back({kind, life, event, std::move(title), std::move(text)});
  }

  void Calls(const models::Write& write) {
    if (write.life >= recording_.lives.size()) return;
    for (const ClientMark& mark : recording_.lives[write.life].marks) {
      if (mark.kind != ClientMark::Kind::kWrite || mark.index != write.id) continue;
      if (!mark.returned) {
        Add(Fact::Kind::kCall, write.life, mark.event, NameOf(write) + " called",
            DescribeWrite(write) + ", at t=" + std::to_string(write.invoked));
      } else {
        Answered(write, mark.event);
      }
    }
  }

  void Answered(const models::Write& write, std::size_t event) {
    if (write.result != models::Result::kOk) {
      Add(Fact::Kind::kAnswer, write.life, event, NameOf(write) + " told it failed", write.error);
    } else if (write.sync && unsynced_.has_value() && event < *unsynced_) {
      Add(Fact::Kind::kEarly, write.life, event, NameOf(write) + " told ok too early",
          "It is promised from here on, yet " + log_path_ +
              ", which holds its record, has not been synced since.");
    } else {
      Add(Fact::Kind::kAnswer, write.life, event, NameOf(write) + " told ok",
          write.sync ? "From here on the write is promised to survive any crash."
                     : "Acknowledged at t=" + std::to_string(write.responded) + ".");
    }
  }

  void Other(const models::Write& write) {
    if (write.life >= recording_.lives.size()) return;
    for (const ClientMark& mark : recording_.lives[write.life].marks) {
      const bool last = mark.returned || write.responded == models::kNever;
      if (mark.kind != ClientMark::Kind::kWrite || mark.index != write.id || !last) continue;
      const bool ok = write.result == models::Result::kOk;
      Add(Fact::Kind::kOther, write.life, mark.event,
          NameOf(write) + (!mark.returned ? " in flight" : (ok ? " told ok" : " told it failed")),
          "Called at t=" + std::to_string(write.invoked) + ": " + DescribeWrite(write));
    }
  }

  // Where the crash's logs have the write.
  struct Place {
    const LogMap* log = nullptr;
    std::size_t record = 0;
    std::uint64_t begin = 0;  // bytes of the log
    std::uint64_t end = 0;
    std::uint64_t survived = 0;
    std::uint64_t durable = 0;
  };

  std::optional<Place> PlaceOf(models::WriteId id) const {
    for (const LogMap& log : logs_) {
      for (std::size_t record = 0; record < log.records.size(); ++record) {
        const std::vector<LoggedEntry>& entries = log.records[record].entries;
        if (std::none_of(entries.begin(), entries.end(),
                         [id](const LoggedEntry& entry) { return entry.write == id; })) {
          continue;
        }
        return Measure(log, record);
      }
    }
    return std::nullopt;
  }

  static Place Measure(const LogMap& log, std::size_t record) {
    Place place{&log, record, ~std::uint64_t{0}, 0, 0, 0};
    for (const LogFragment& fragment : log.fragments) {
      if (fragment.record != record) continue;
      place.begin = std::min(place.begin, fragment.offset);
      place.end = std::max(place.end, fragment.offset + fragment.size);
      place.survived += SameBytes(fragment.survived);
      place.durable += SameBytes(fragment.durable);
    }
    return place;
  }

  void Logged(models::WriteId id) {
    if (crash_ == nullptr) return;
    const std::optional<Place> place = PlaceOf(id);
    const std::size_t life = recording_.history.writes[id].life;
    if (!place.has_value() || life >= recording_.lives.size()) return;
    const std::vector<FileCall>& files = recording_.lives[life].files;
    const FileCall* written = nullptr;
    for (const FileCall& file : files) {
      if (file.operation == faults::OpKind::kWrite && file.path == place->log->path &&
          file.result > 0 && BeforeCrash(life, file.event) && file.offset <= place->begin &&
          place->begin < file.offset + static_cast<std::uint64_t>(file.result)) {
        written = &file;
      }
    }
    if (written == nullptr) return;
    const LogRecord& record = place->log->records[place->record];
    Add(Fact::Kind::kLog, life, written->event, "written to the log",
        place->log->path + ", record of sequence " + std::to_string(record.sequence) + ".." +
            std::to_string(record.sequence + record.count - 1) + ", bytes " +
            std::to_string(place->begin) + " to " + std::to_string(place->end) +
            ": in the cache, not yet durable.");
    Synced(life, *written);
    Survived(*place);
  }

  void Synced(std::size_t life, const FileCall& written) {
    log_path_ = written.path;
    unsynced_ = recording_.lives[life].trace.events().size();
    for (const FileCall& file : recording_.lives[life].files) {
      if (file.event <= written.event || file.path != written.path ||
          file.operation != faults::OpKind::kSync) {
        continue;
      }
      const bool before = BeforeCrash(life, file.event);
      if (file.result >= 0) {
        unsynced_ = file.event;
        Add(Fact::Kind::kSync, life, file.event,
            before ? "the log synced" : "the log synced, too late",
            before ? file.path + " is durable up to here."
                   : "This is the first sync of " + file.path +
                         " after the record, and it lies after the crash.");
        return;
      }
      Add(Fact::Kind::kFault, life, file.event,
          before ? "the sync failed" : "the sync, after the crash",
          file.call + " of " + file.path + " -> " +
              faults::ErrnoText(static_cast<int>(-file.result)) +
              (before ? "." : ": it would have come too late, and failed."));
      if (!before) return;
    }
  }

  void Survived(const Place& place) {
    const std::uint64_t size = place.end - place.begin;
    const bool whole = place.survived >= size;
    Add(whole ? Fact::Kind::kKept : Fact::Kind::kLost, crash_life_, crash_->event,
        whole ? "its record survived" : "its record did not survive",
        Bytes(place.survived) + " of " + std::to_string(size) + " of the record in " +
            place.log->path + " survived; " + std::to_string(place.durable) + " were durable.");
    if (whole) EarlierLogs(place);
  }

  // Recovery goes by the logs in order: what is missing of an earlier one takes the later ones with it.
  void EarlierLogs(const Place& place) {
    for (const LogMap& log : logs_) {
      if (&log == place.log) return;
      if (log.records_survived >= log.records.size()) continue;
      // Removed before the crash: what it held is in a table.
      if (!log.cache.has_value()) continue;
      Add(Fact::Kind::kLost, crash_life_, crash_->event, "an earlier log did not",
          "Of " + log.path + ", which comes before it, " + std::to_string(log.records_survived) +
              " of " + std::to_string(log.records.size()) + " records survived: " +
              (log.stop.empty() ? "the rest is not there" : log.stop) + ".");
    }
  }

  bool BeforeCrash(std::size_t life, std::size_t event) const {
    return crash_ == nullptr || life < crash_life_ ||
           (life == crash_life_ && event < crash_->event);
  }

  // The last failures that were injected before the crash in the life at issue, but for those that the story has already. An
  // interrupt is harmless.
  void Faults() {
    const std::vector<FileCall>& files = recording_.lives[crash_life_].files;
    std::size_t told = 0;
    for (auto file = files.rbegin(); file != files.rend() && told < kFaultsMax; ++file) {
      if (file->fault.empty() || file->result >= 0 || file->result == -EINTR) continue;
      if (!BeforeCrash(crash_life_, file->event) || Has(crash_life_, file->event)) continue;
      ++told;
      Add(Fact::Kind::kFault, crash_life_, file->event, "a fault hits", DescribeCall(*file) + ".");
    }
  }

  bool Has(std::size_t life, std::size_t event) const {
    return std::any_of(facts_.begin(), facts_.end(),
                       [&](const Fact& fact) { return fact.life == life && fact.event == event; });
  }

  void Crash() {
    const Fact crash = {Fact::Kind::kCrash, crash_life_, crash_->event, "the power goes",
                        Kept(crash_->choice)};
    // Before what became of the record, which has the same event.
    const auto lost = std::find_if(facts_.begin(), facts_.end(), [](const Fact& fact) {
      return fact.kind == Fact::Kind::kLost || fact.kind == Fact::Kind::kKept;
    });
    facts_.insert(lost, crash);
  }

  // What the tables became between the subject's answer and the finding, for a write that no log has any more.
  void Tables(models::WriteId id, std::size_t last_life, std::size_t last_event) {
    const models::Write& write = recording_.history.writes[id];
    std::size_t told = 0;
    for (std::size_t life = last_life + 1; life-- > write.life && told < kTablesMax;) {
      const std::vector<FileCall>& files = recording_.lives[life].files;
      for (auto file = files.rbegin(); file != files.rend() && told < kTablesMax; ++file) {
        if (life == last_life && file->event > last_event) continue;
        if (file->file != faults::FileKind::kManifest ||
            file->operation != faults::OpKind::kWrite || !BeforeCrash(life, file->event) ||
            file->meaning.find("removes table") == std::string::npos) {
          continue;
        }
        ++told;
        Add(Fact::Kind::kOther, life, file->event, "tables replaced", file->meaning + ".");
      }
    }
  }

  // Where a life's own reads found it: the return of the read that is named by its times.
  std::optional<std::pair<std::size_t, std::size_t>> FoundByRead() const {
    const std::string& found = result_.verdict.violation.found;
    for (std::size_t life = 0; life < recording_.lives.size(); ++life) {
      for (const ClientMark& mark : recording_.lives[life].marks) {
        if (mark.kind != ClientMark::Kind::kRead || !mark.returned) continue;
        const models::Read& read = recording_.history.reads[mark.index];
        if (found.find("(t=" + std::to_string(read.invoked) +
                       " to t=" + std::to_string(read.responded) + ")") != std::string::npos)
          return std::pair(life, mark.event);
      }
    }
    return std::nullopt;
  }

  std::optional<std::size_t> ReadBackEvent(std::size_t life) const {
    const kernel::Trace& trace = life == recording_.lives.size()
                                     ? recording_.failing_recovery->trace
                                     : recording_.lives[life].trace;
    std::optional<std::size_t> event;
    for (std::size_t at = 0; at < trace.events().size(); ++at) {
      const std::string& text = trace.events()[at].text;
      if (text.starts_with("read back") || text.starts_with("open failed") ||
          text.starts_with("read-back failed"))
        event = at;
    }
    return event;
  }

  // The last fact: of a recovery its read-back; else the read, or the last of the operations, that the finding names.
  Fact Found() const {
    Fact found = {Fact::Kind::kFound, crash_life_, std::nullopt, "found",
                  result_.verdict.violation.found + "."};
    if (judged_ != nullptr && judged_->recovery.has_value()) {
      found.life = *judged_->recovery;
      found.event = ReadBackEvent(found.life);
    } else if (const auto read = FoundByRead(); read.has_value()) {
      found.life = read->first;
      found.event = read->second;
    } else {
      found.life = recording_.lives.size() - 1;
      for (const Fact& fact : facts_) {
        if (fact.kind != Fact::Kind::kOther) continue;
        found.life = fact.life;
        found.event = fact.event;
      }
    }
    return found;
  }

  const RunResult& result_;
  const Recording& recording_;
  const RecoveredCrash* const judged_;
  const std::vector<LogMap>& logs_;
  std::size_t crash_life_ = 0;
  const CrashView* crash_ = nullptr;
  // Of the log that holds the subject's record: the event up to which it was not synced after that.
  std::string log_path_;
  std::optional<std::size_t> unsynced_;
  std::vector<Fact> facts_;
};

}  // namespace

std::vector<models::WriteId> NamedWrites(const models::Violation& violation,
                                         const models::History& history) {
  return WritesNamedIn(violation.promised + "\n" + violation.found, history);
}

std::vector<Fact> TellStory(const RunResult& result, const Recording& recording,
                            const RecoveredCrash* judged, const std::vector<LogMap>& logs) {
  if (!result.failed() || recording.lives.empty()) return {};
  return Teller(result, recording, judged, logs).Tell();
}

}  // namespace harrow::harness
