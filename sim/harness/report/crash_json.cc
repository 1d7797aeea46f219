// The step that wrote a stretch of a log is the last write before the crash that covers its first byte, looked for from the life
// of the crash backwards.
#include "sim/harness/report/crash_json.h"

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "sim/harness/report/judgement.h"
#include "sim/harness/trace_text.h"

namespace harrow::harness {
namespace {

const char* MatterName(Matter matter) {
  switch (matter) {
    case Matter::kSame:
      return "same";
    case Matter::kZeros:
      return "zeros";
    case Matter::kOther:
      return "other";
    case Matter::kNothing:
      return "nothing";
  }
  return "";
}

Json RunsJson(const std::vector<Stretch>& runs) {
  Json json = Json::array();
  for (const Stretch& run : runs) json.push_back({MatterName(run.matter), run.size});
  return json;
}

template <typename Size>
Json SizeJson(const std::optional<Size>& size) {
  return size.has_value() ? Json(*size) : Json();
}

Json RecordJson(const LogRecord& record) {
  Json json = {{"sequence", record.sequence}, {"count", record.count}, {"entries", Json::array()}};
  for (const LoggedEntry& entry : record.entries) {
    Json one = {{"key", entry.key_text}, {"deletion", entry.deletion}, {"size", entry.size}};
    if (entry.write.has_value()) one["write"] = *entry.write;
    json["entries"].push_back(std::move(one));
  }
  return json;
}

// [life, event] of the write, or null.
Json WriterOf(const RecoveredCrash& crash, const Recording& recording, const std::string& path,
              std::uint64_t offset) {
  for (std::size_t life = crash.life + 1; life-- > 0;) {
    const FileCall* writer = nullptr;
    for (const FileCall& file : recording.lives[life].files) {
      if (life == crash.life && file.event >= crash.crash->event) break;
      if (file.operation == faults::OpKind::kWrite && file.path == path && file.result > 0 &&
          file.offset <= offset && offset < file.offset + static_cast<std::uint64_t>(file.result)) {
        writer = &file;
      }
    }
    if (writer != nullptr) return {life, writer->event};
  }
  return nullptr;
}

Json LogJson(const LogMap& log, const RecoveredCrash& crash, const Recording& recording) {
  Json json = {{"path", log.path},
               {"cache", SizeJson(log.cache)},
               {"durable", SizeJson(log.durable)},
               {"survived", SizeJson(log.survived)},
               {"records_survived", log.records_survived},
               {"stop", log.stop},
               {"records", Json::array()},
               {"fragments", Json::array()}};
  for (const LogRecord& record : log.records) json["records"].push_back(RecordJson(record));
  for (const LogFragment& fragment : log.fragments) {
    json["fragments"].push_back(
        {{"offset", fragment.offset},
         {"size", fragment.size},
         {"type", fragment.type},
         {"checksum", fragment.checksum_ok},
         {"record", SizeJson(fragment.record)},
         {"durable", RunsJson(fragment.durable)},
         {"survived", RunsJson(fragment.survived)},
         {"writer", WriterOf(crash, recording, log.path, fragment.offset)}});
  }
  return json;
}

using FileSet = std::map<std::string, std::pair<std::uint64_t, std::string>>;  // size and bytes

FileSet FilesOf(const disk::Image& image) {
  FileSet files;
  for (const disk::Image::Listed& listed : image.List()) {
    if (!listed.directory) files[listed.path] = {listed.size, image.Contents(listed.path)};
  }
  return files;
}

Json SizeIn(const FileSet& files, const std::string& path) {
  const auto file = files.find(path);
  return file == files.end() ? Json() : Json(file->second.first);
}

bool SameIn(const FileSet& a, const FileSet& b, const std::string& path) {
  const auto left = a.find(path);
  const auto right = b.find(path);
  if (left == a.end() || right == b.end()) return left == a.end() && right == b.end();
  return left->second == right->second;
}

const RecordedLife* LifeAt(const Recording& recording, std::optional<std::size_t> life) {
  if (!life.has_value()) return nullptr;
  if (*life < recording.lives.size()) return &recording.lives[*life];
  return recording.failing_recovery.has_value() ? &*recording.failing_recovery : nullptr;
}

Json NamesJson(const RecoveredCrash& crash, const Recording& recording) {
  const FileSet cache = FilesOf(crash.crash->cache);
  const FileSet durable = FilesOf(crash.crash->durable);
  const FileSet survived = FilesOf(crash.crash->survived);
  const RecordedLife* const recovery = LifeAt(recording, crash.recovery);
  const FileSet recovered = recovery == nullptr ? FileSet() : FilesOf(recovery->end);
  FileSet all = cache;
  all.insert(durable.begin(), durable.end());
  all.insert(survived.begin(), survived.end());
  all.insert(recovered.begin(), recovered.end());
  Json json = Json::array();
  for (const auto& [path, file] : all) {
    json.push_back({{"path", path},
                    {"cache", SizeIn(cache, path)},
                    {"durable", SizeIn(durable, path)},
                    {"survived", SizeIn(survived, path)},
                    {"recovered", SizeIn(recovered, path)},
                    {"same_durable", SameIn(cache, durable, path)},
                    {"same_survived", SameIn(cache, survived, path)}});
  }
  return json;
}

Json CellJson(const models::History& history, models::KeyId key, const models::Cell& cell) {
  std::string text = DescribeCell(history, key, cell);
  const std::size_t equals = text.find_first_of("= ");
  if (equals != std::string::npos) text = text.substr(equals + 1);
  Json json = {{"text", text}};
  if (cell.kind == models::Cell::Kind::kValue) json["write"] = cell.write;
  return json;
}

Json WriteJson(const models::Write& write, const Judgement& judgement) {
  const bool returned = write.responded <= judgement.at;
  const bool ok = returned && write.result == models::Result::kOk;
  Json json = {{"write", write.id},
               {"life", write.life},
               {"who", "L" + std::to_string(write.life + 1) + ".C" + std::to_string(write.client)},
               {"label", DescribeWrite(write)},
               {"sync", write.sync},
               {"invoked", write.invoked},
               {"state", ok ? "acknowledged" : (returned ? "failed" : "in flight")}};
  if (returned) json["responded"] = write.responded;
  return json;
}

Json ModelJson(const Judgement& judgement, const models::History& history) {
  Json json = {{"clean", judgement.image == models::ImageKind::kClean},
               {"at", judgement.at},
               {"base_life", SizeJson(judgement.base_life)},
               {"keys", Json::array()}};
  for (models::KeyId key = 0; key < judgement.keys.size(); ++key) {
    const JudgedKey& judged = judgement.keys[key];
    Json one = {{"key", key},
                {"base", CellJson(history, key, judged.base)},
                {"recovered", CellJson(history, key, judged.recovered)},
                {"is_allowed", judged.is_allowed},
                {"allowed", Json::array()},
                {"writes", Json::array()}};
    for (const models::Cell& cell : judged.allowed)
      one["allowed"].push_back(CellJson(history, key, cell));
    for (const models::WriteId write : judged.writes)
      one["writes"].push_back(WriteJson(history.writes[write], judgement));
    json["keys"].push_back(std::move(one));
  }
  return json;
}

}  // namespace

Json CrashJson(const RecoveredCrash& crash, const Recording& recording,
               const std::vector<LogMap>& logs) {
  Json json = {{"life", crash.life},
               {"event", crash.crash->event},
               {"at", crash.crash->at},
               {"before_mutation", crash.crash->before_mutation},
               {"choice", faults::ToText(crash.crash->choice)},
               {"judged", crash.judged},
               {"recovery", SizeJson(crash.recovery)},
               {"decisions", crash.crash->decisions},
               {"logs", Json::array()}};
  for (const LogMap& log : logs) json["logs"].push_back(LogJson(log, crash, recording));
  json["names"] = NamesJson(crash, recording);
  const std::optional<Judgement> judgement =
      Judge(recording.history, *crash.crash, crash.life, crash.recovered);
  json["model"] = judgement.has_value() ? ModelJson(*judgement, recording.history) : Json();
  return json;
}

}  // namespace harrow::harness
