// nlohmann's JSON carries the syntax; here are the fields.
#include "sim/harness/sweep/result_lines.h"

#include <algorithm>
#include <bit>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "sim/harness/scenario_text.h"
#include "sim/harness/seed_text.h"
#include "sim/harness/sweep/cell_fields.h"
#include "sim/harness/sweep/json_fields.h"

namespace harrow::harness {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kFormat = "harrow results";
constexpr std::uint64_t kVersion = 3;

struct ClassName {
  FailureClass::Kind kind;
  std::string_view name;
};
constexpr ClassName kClasses[] = {
    {FailureClass::Kind::kRule, "rule"},
    {FailureClass::Kind::kDied, "died"},
    {FailureClass::Kind::kHung, "hung"},
    {FailureClass::Kind::kMemory, "memory"},
    {FailureClass::Kind::kUnserved, "unserved"},
    {FailureClass::Kind::kNotDeterministic, "not deterministic"},
};

std::string LineOf(const Json& object) {
  return object.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n";
}

Json Hex(std::uint64_t value) { return SeedText(value); }

Json HexList(const std::vector<std::uint64_t>& values) {
  Json list = Json::array();
  for (const std::uint64_t value : values) list.push_back(Hex(value));
  return list;
}

// Zeros are left out.
Json CountsObject(const Counts& counts) {
  Json object = Json::object();
  for (std::size_t index = 0; index < Counts::kSize; ++index) {
    const auto which = static_cast<Count>(index);
    if (counts.Get(which) != 0) object[std::string(ToText(which))] = counts.Get(which);
  }
  return object;
}

// By the name of a party that began at all: its meetings with the parties up to itself, in their order.
Json MeetingsObject(const Meetings& meetings) {
  Json object = Json::object();
  for (std::size_t row = 0; row < kPartyCount; ++row) {
    const auto party = static_cast<Party>(row);
    if (meetings.Get(party, party) == 0) continue;
    Json& list = object[std::string(ToText(party))] = Json::array();
    for (std::size_t column = 0; column <= row; ++column)
      list.push_back(meetings.Get(party, static_cast<Party>(column)));
  }
  return object;
}

// Zeros are left out.
Json MarksObject(const Marks& marks) {
  Json object = Json::object();
  for (std::size_t mark = 0; mark < Marks::kSize; ++mark) {
    if (marks.Get(mark) != 0) object[std::string(MarkName(mark))] = marks.Get(mark);
  }
  return object;
}

// By the place in the header's list, up to the last that was seen.
Json KnownList(const Tally& tally) {
  std::size_t size = tally.known.size();
  while (size > 0 && tally.known[size - 1] == 0) --size;
  Json list = Json::array();
  for (std::size_t at = 0; at < size; ++at) list.push_back(tally.known[at]);
  return list;
}

template <typename Values, typename Names>
Json NamedSums(const Values& values, const Names& names) {
  Json object = Json::object();
  for (std::size_t at = 0; at < values.size(); ++at) {
    if (values[at] != 0) object[std::string(ToText(names[at]))] = values[at];
  }
  return object;
}

template <typename Values, typename Names>
void ParseNamedSums(const char* name, const Names& names, Fields* fields, Values* values) {
  const Json* const object = fields->Object(name);
  if (object == nullptr) return;
  Fields inner(*object);
  for (std::size_t at = 0; at < values->size(); ++at) {
    const std::string key(ToText(names[at]));
    if (inner.Has(key.c_str())) (*values)[at] = inner.Number(key.c_str());
  }
  if (const absl::Status status = inner.Finish(); !status.ok())
    fields->Fail(std::string("in \"") + name + "\": " + std::string(status.message()));
}

void ParseCounts(Fields* fields, Counts* counts) {
  const Json* const object = fields->Object("counts");
  if (object == nullptr) return;
  Fields inner(*object);
  for (std::size_t index = 0; index < Counts::kSize; ++index) {
    const auto which = static_cast<Count>(index);
    const std::string key(ToText(which));
    if (inner.Has(key.c_str())) counts->Add(which, inner.Number(key.c_str()));
  }
  if (const absl::Status status = inner.Finish(); !status.ok())
    fields->Fail("in \"counts\": " + std::string(status.message()));
}

void ParseMeetings(Fields* fields, Meetings* meetings) {
  const Json* const object = fields->Object("meetings");
  if (object == nullptr) return;
  Fields inner(*object);
  for (std::size_t row = 0; row < kPartyCount; ++row) {
    const std::string key(ToText(static_cast<Party>(row)));
    if (!inner.Has(key.c_str())) continue;
    const std::vector<std::uint64_t> list = inner.Numbers(key.c_str());
    if (list.size() != row + 1)
      inner.Fail("expected the field \"" + key + "\" with " + std::to_string(row + 1) + " numbers");
    for (std::size_t column = 0; column < std::min(list.size(), row + 1); ++column)
      meetings->Add(static_cast<Party>(row), static_cast<Party>(column), list[column]);
  }
  if (const absl::Status status = inner.Finish(); !status.ok())
    fields->Fail("in \"meetings\": " + std::string(status.message()));
}

void ParseMarks(Fields* fields, Marks* marks) {
  const Json* const object = fields->Object("marks");
  if (object == nullptr) return;
  Fields inner(*object);
  for (std::size_t mark = 0; mark < Marks::kSize; ++mark) {
    const std::string key(MarkName(mark));
    if (inner.Has(key.c_str())) marks->Add(mark, inner.Number(key.c_str()));
  }
  if (const absl::Status status = inner.Finish(); !status.ok())
    fields->Fail("in \"marks\": " + std::string(status.message()));
}

absl::Status ParseHeader(Fields* fields, SweepResults* results) {
  SweepHeader& header = results->header;
  if (fields->Text("format") != kFormat)
    fields->Fail(std::string("expected the field \"format\" with \"") + kFormat + "\"");
  if (const std::uint64_t version = fields->Number("version"); version != kVersion)
    fields->Fail("expected version 3, found " + std::to_string(version));
  header.build = fields->HexNumber("build");
  header.target = fields->Text("target");
  header.profile = fields->Text("profile");
  header.strategy = fields->Text("strategy");
  header.space.first_seed = fields->HexNumber("first_seed");
  header.space.seeds = fields->Null("seeds") ? SeedSpace::kNoBound : fields->Number("seeds");
  header.recheck_one_in = fields->Number("recheck");
  if (fields->Has("known")) header.known = fields->Texts("known");
  if (header.known.size() > kKnownFindingsMax) fields->Fail("expected at most 64 known findings");
  header.space.shard_count = fields->Small("shard_count");
  header.shards.clear();
  if (const Json* const shards = fields->Array("shards"); shards != nullptr) {
    for (const Json& shard : *shards) {
      const bool good =
          shard.is_number_unsigned() && shard.get<std::uint64_t>() < header.space.shard_count &&
          (header.shards.empty() || shard.get<std::uint64_t>() > header.shards.back());
      if (!good) fields->Fail("expected \"shards\" ascending and below shard_count");
      if (good) header.shards.push_back(shard.get<std::uint32_t>());
    }
    if (header.shards.empty()) fields->Fail("expected at least one shard");
  }
  return fields->Finish();
}

absl::Status ParseSession(Fields* fields, SweepResults* results) {
  Session session;
  session.number = fields->Small("session");
  session.shard = fields->Small("shard");
  session.started_us = fields->Number("started_us");
  session.jobs = fields->Small("jobs");
  if (session.number != results->sessions.size() + 1)
    fields->Fail("expected session " + std::to_string(results->sessions.size() + 1));
  results->sessions.push_back(std::move(session));
  return fields->Finish();
}

std::uint32_t KnownSession(Fields* fields, const SweepResults& results) {
  const std::uint32_t number = fields->Small("session");
  if (number == 0 || number > results.sessions.size())
    fields->Fail("expected a session that has begun");
  return number;
}

absl::Status ParseDone(Fields* fields, SweepResults* results) {
  DoneBlock block;
  block.session = KnownSession(fields, *results);
  block.shard = fields->Small("shard");
  block.first = fields->Number("first");
  block.size = fields->Number("size");
  block.elapsed_ms = fields->Number("elapsed_ms");
  block.tally.done = block.size;
  block.tally.cpu_us = fields->Number("cpu_us");
  block.tally.rechecked = fields->Number("rechecked", block.size);
  block.tally.digest = fields->HexNumber("digest");
  ParseNamedSums("profiles", Tally::kProfiles, fields, &block.tally.profiles);
  ParseNamedSums("strategies", Tally::kStrategies, fields, &block.tally.strategies);
  block.unknown = fields->HexNumbers("unknown");
  ParseCounts(fields, &block.tally.counts);
  ParseMeetings(fields, &block.tally.meetings);
  if (fields->Has("marks")) ParseMarks(fields, &block.tally.marks);
  ParseCellFields(fields, &block.tally);
  if (fields->Has("known")) {
    const std::vector<std::uint64_t> known = fields->Numbers("known");
    if (known.size() > results->header.known.size())
      fields->Fail("expected no more known findings than the header has");
    std::copy_n(known.begin(), std::min(known.size(), kKnownFindingsMax),
                block.tally.known.begin());
  }
  const std::vector<std::uint32_t>& shards = results->header.shards;
  if (!std::binary_search(shards.begin(), shards.end(), block.shard)) {
    fields->Fail("expected a shard of the header");
  } else if (!std::has_single_bit(block.size) || block.first % block.size != 0 ||
             block.size > results->header.space.Positions(block.shard) ||
             block.first > results->header.space.Positions(block.shard) - block.size) {
    fields->Fail("expected a size that is a power of two and divides \"first\", within the shard");
  }
  absl::Status status = fields->Finish();
  return status.ok() ? AddBlock(std::move(block), &results->blocks) : status;
}

absl::Status ParseFailure(Fields* fields, SweepResults* results) {
  Failure failure;
  failure.session = KnownSession(fields, *results);
  if (!fields->Null("seed")) failure.seed = fields->HexNumber("seed");
  const std::string name = fields->Text("class");
  for (const ClassName& one : kClasses) {
    if (one.name == name) failure.what.kind = one.kind;
  }
  if (failure.what.kind == FailureClass::Kind::kNone)
    fields->Fail("expected a class of failure, found \"" + Printable(name) + "\"");
  if (failure.what.kind == FailureClass::Kind::kRule) {
    const std::optional<models::Rule> rule = models::ParseRule(fields->Text("rule"));
    if (!rule.has_value()) fields->Fail("expected the name of a rule");
    failure.what.rule = rule.value_or(models::Rule::kDurable);
  }
  if (failure.what.kind == FailureClass::Kind::kDied)
    failure.what.signal = static_cast<int>(fields->Number("signal", 128));
  failure.hash = fields->HexNumber("hash");
  failure.profile = fields->Text("profile");
  failure.strategy = fields->Text("strategy");
  failure.elapsed_ms = fields->Number("elapsed_ms");
  failure.cause = fields->Text("cause");
  failure.text = fields->Text("text");
  failure.output = fields->Text("output");
  results->AddFailure(std::move(failure));
  return fields->Finish();
}

absl::Status ParseCause(Fields* fields, SweepResults* results) {
  ShrunkCause shrunk;
  shrunk.session = KnownSession(fields, *results);
  shrunk.cause = fields->Text("cause");
  shrunk.seed = fields->HexNumber("seed");
  shrunk.fingerprint = fields->Text("fingerprint");
  shrunk.nearby = fields->Texts("nearby");
  shrunk.size.lives = fields->Number("lives");
  shrunk.size.clients = fields->Number("clients");
  shrunk.size.operations = fields->Number("operations");
  shrunk.size.faults = fields->Number("faults");
  shrunk.size.preemptions = fields->Number("preemptions");
  shrunk.finished = fields->Bool("finished");
  shrunk.text = fields->Text("text");
  shrunk.scenario = fields->Text("scenario");
  results->shrunk.push_back(std::move(shrunk));
  return fields->Finish();
}

absl::Status ParseEnd(Fields* fields, SweepResults* results) {
  const std::uint32_t number = KnownSession(fields, *results);
  SessionEnd end;
  const std::optional<EndReason> reason = ParseEndReason(fields->Text("reason"));
  if (!reason.has_value()) fields->Fail("expected the reason of an end");
  end.reason = reason.value_or(EndReason::kComplete);
  end.elapsed_ms = fields->Number("elapsed_ms");
  end.cpu_us = fields->Number("cpu_us");
  end.peak_memory_kib = fields->Number("peak_memory_kib");
  end.unfinished = fields->HexNumbers("unfinished");
  absl::Status status = fields->Finish();
  if (status.ok()) results->sessions[number - 1].end = std::move(end);
  return status;
}

}  // namespace

std::string HeaderLine(const SweepHeader& header) {
  Json object;
  object["line"] = "header";
  object["format"] = kFormat;
  object["version"] = kVersion;
  object["build"] = Hex(header.build);
  object["target"] = header.target;
  object["profile"] = header.profile;
  object["strategy"] = header.strategy;
  object["first_seed"] = Hex(header.space.first_seed);
  object["seeds"] = nullptr;
  if (header.space.seeds != SeedSpace::kNoBound) object["seeds"] = header.space.seeds;
  object["recheck"] = header.recheck_one_in;
  if (!header.known.empty()) object["known"] = header.known;
  object["shard_count"] = header.space.shard_count;
  object["shards"] = header.shards;
  return LineOf(object);
}

std::string SessionLine(const Session& session) {
  Json object;
  object["line"] = "session";
  object["session"] = session.number;
  object["shard"] = session.shard;
  object["started_us"] = session.started_us;
  object["jobs"] = session.jobs;
  return LineOf(object);
}

std::string DoneLine(const DoneBlock& block) {
  Json object;
  object["line"] = "done";
  object["session"] = block.session;
  object["shard"] = block.shard;
  object["first"] = block.first;
  object["size"] = block.size;
  object["elapsed_ms"] = block.elapsed_ms;
  object["cpu_us"] = block.tally.cpu_us;
  object["rechecked"] = block.tally.rechecked;
  object["digest"] = Hex(block.tally.digest);
  object["profiles"] = NamedSums(block.tally.profiles, Tally::kProfiles);
  object["strategies"] = NamedSums(block.tally.strategies, Tally::kStrategies);
  object["unknown"] = HexList(block.unknown);
  object["counts"] = CountsObject(block.tally.counts);
  object["meetings"] = MeetingsObject(block.tally.meetings);
  if (Json marks = MarksObject(block.tally.marks); !marks.empty())
    object["marks"] = std::move(marks);
  AddCellFields(block.tally, &object);
  if (Json known = KnownList(block.tally); !known.empty()) object["known"] = std::move(known);
  return LineOf(object);
}

std::string FailureLine(const Failure& failure) {
  Json object;
  object["line"] = "failure";
  object["session"] = failure.session;
  object["seed"] = nullptr;
  if (failure.seed.has_value()) object["seed"] = Hex(*failure.seed);
  for (const ClassName& one : kClasses) {
    if (one.kind == failure.what.kind) object["class"] = one.name;
  }
  if (failure.what.kind == FailureClass::Kind::kRule)
    object["rule"] = models::ToText(failure.what.rule);
  if (failure.what.kind == FailureClass::Kind::kDied) object["signal"] = failure.what.signal;
  object["hash"] = Hex(failure.hash);
  object["profile"] = failure.profile;
  object["strategy"] = failure.strategy;
  object["elapsed_ms"] = failure.elapsed_ms;
  object["cause"] = failure.cause;
  object["text"] = failure.text;
  object["output"] = failure.output;
  return LineOf(object);
}

std::string CauseLine(const ShrunkCause& shrunk) {
  Json object;
  object["line"] = "cause";
  object["session"] = shrunk.session;
  object["cause"] = shrunk.cause;
  object["seed"] = Hex(shrunk.seed);
  object["fingerprint"] = shrunk.fingerprint;
  object["nearby"] = shrunk.nearby;
  object["lives"] = shrunk.size.lives;
  object["clients"] = shrunk.size.clients;
  object["operations"] = shrunk.size.operations;
  object["faults"] = shrunk.size.faults;
  object["preemptions"] = shrunk.size.preemptions;
  object["finished"] = shrunk.finished;
  object["text"] = shrunk.text;
  object["scenario"] = shrunk.scenario;
  return LineOf(object);
}

std::string EndLine(std::uint32_t session, const SessionEnd& end) {
  Json object;
  object["line"] = "end";
  object["session"] = session;
  object["reason"] = ToText(end.reason);
  object["elapsed_ms"] = end.elapsed_ms;
  object["cpu_us"] = end.cpu_us;
  object["peak_memory_kib"] = end.peak_memory_kib;
  object["unfinished"] = HexList(end.unfinished);
  return LineOf(object);
}

absl::Status ParseLine(std::string_view line, std::uint64_t number, SweepResults* results) {
  const Json object = Json::parse(line.begin(), line.end(), nullptr, /*allow_exceptions=*/false);
  if (!object.is_object() && number != 1)
    return absl::InvalidArgumentError("expected a JSON object");
  if (!object.is_object())
    return absl::InvalidArgumentError("expected the header of a result file");
  Fields fields(object);
  const std::string kind = fields.Text("line");
  if (number == 1 && kind != "header")
    return absl::InvalidArgumentError("expected the header of a result file");
  if (number == 1) return ParseHeader(&fields, results);
  if (kind == "session") return ParseSession(&fields, results);
  if (kind == "done") return ParseDone(&fields, results);
  if (kind == "failure") return ParseFailure(&fields, results);
  if (kind == "cause") return ParseCause(&fields, results);
  if (kind == "end") return ParseEnd(&fields, results);
  return absl::InvalidArgumentError(
      "expected a line \"session\", \"done\", \"failure\", \"cause\" or \"end\", found \"" +
      Printable(kind) + "\"");
}

}  // namespace harrow::harness
