// A line is split into words; the first says who acts. Open calls are kept by client.

#include "tests/unit/models/history_text.h"

#include <cctype>
#include <map>
#include <sstream>
#include <utility>

#include "models/check.h"

namespace harrow::models {
namespace {

using Words = std::vector<std::string>;

class Parser {
 public:
  ParsedHistory Parse(std::string_view text) {
    parsed_.history.lives.emplace_back();
    parsed_.images.push_back(ImageKind::kPowerLoss);
    Life& first = parsed_.history.lives.back();
    first.started = ++now_;
    first.open_responded = ++now_;
    first.open = Result::kOk;
    std::stringstream lines{std::string(text)};
    for (std::string line; std::getline(lines, line, ';');) {
      std::stringstream stream(line);
      Words words;
      for (std::string word; stream >> word;) words.push_back(word);
      if (!words.empty()) Event(words);
    }
    return std::move(parsed_);
  }

 private:
  struct Open {
    bool write = false;
    std::size_t index = 0;
  };

  History& history() { return parsed_.history; }
  Life& life() { return history().lives.back(); }
  std::uint32_t life_number() { return static_cast<std::uint32_t>(history().lives.size() - 1); }

  static std::uint32_t Number(const std::string& word, std::size_t from) {
    MODELS_CHECK(word.size() > from && std::isdigit(word[from]) != 0);
    return static_cast<std::uint32_t>(std::stoul(word.substr(from)));
  }

  static Cell ParseCell(const std::string& word) {
    if (word == "-") return {};
    if (word == "?") return {Cell::Kind::kGarbage, 0, 0};
    MODELS_CHECK(word[0] == '#');
    const std::size_t dot = word.find('.');
    return {Cell::Kind::kValue, Number(word, 1),
            dot == std::string::npos ? 0 : Number(word, dot + 1)};
  }

  static std::vector<Cell> ParseCells(const Words& words, std::size_t from) {
    std::vector<Cell> cells;
    for (std::size_t i = from; i < words.size(); ++i) cells.push_back(ParseCell(words[i]));
    return cells;
  }

  void Event(const Words& words) {
    const std::string& first = words[0];
    if (first == "keys") {
      history().key_count = Number(words.at(1), 0);
      life().read_back = true;
      life().read_back_responded = ++now_;
      life().recovered.assign(history().key_count, Cell{});
    } else if (first == "crash" || first == "kill" || first == "close" || first == "lie") {
      life().end = first == "close"  ? LifeEnd::kClosed
                   : first == "kill" ? LifeEnd::kKilled
                                     : LifeEnd::kCrashed;
      life().ended = ++now_;
      parsed_.images.back() = first == "crash" ? ImageKind::kPowerLoss
                              : first == "lie" ? ImageKind::kUnheld
                                               : ImageKind::kClean;
      open_.clear();
    } else if (first == "life") {
      BeginLife(words);
    } else if (first == "harm") {
      life().harmed = life().reads_harmed = ++now_;
    } else if (first == "damage") {
      life().damaged = ++now_;
    } else if (first == "log") {
      MODELS_CHECK(words.at(1) == "harm");
      life().harmed = life().log_harmed = ++now_;
    } else {
      MODELS_CHECK(first[0] == 'C');
      Act(Number(first, 1), words);
    }
  }

  void BeginLife(const Words& words) {
    history().lives.emplace_back();
    parsed_.images.push_back(ImageKind::kPowerLoss);
    life().started = ++now_;
    if (words.at(1) == "unread") return;
    MODELS_CHECK(words.at(1) == "=");
    life().open = Result::kOk;
    life().open_responded = ++now_;
    life().read_back = true;
    life().read_back_responded = ++now_;
    life().recovered = ParseCells(words, 2);
    MODELS_CHECK(life().recovered.size() == history().key_count);
  }

  void Act(std::uint32_t client, const Words& words) {
    const std::string& verb = words.at(1);
    if (verb == "ok" || verb == "fails" || verb == "=") {
      Return(client, words, 1);
    } else if (verb == "snapshot") {
      Snapshot snapshot{life_number(), client, ++now_, kNever};
      snapshot.responded = ++now_;
      history().snapshots.push_back(snapshot);
    } else if (verb == "opens-again" || verb == "refused-again") {
      SecondOpen second{life_number(), client, ++now_, kNever, verb == "opens-again"};
      second.responded = ++now_;
      history().second_opens.push_back(second);
    } else if (verb == "get" || verb == "scan" || verb == "move") {
      CallRead(client, words);
    } else {
      CallWrite(client, words);
    }
  }

  void CallWrite(std::uint32_t client, const Words& words) {
    Write write;
    write.id = static_cast<WriteId>(history().writes.size());
    write.life = life_number();
    write.client = client;
    write.invoked = ++now_;
    std::size_t i = 1;
    std::string outcome = "ok";
    for (; i < words.size(); ++i) {
      if (words[i] == "put" || words[i] == "del") {
        write.entries.push_back({Number(words.at(i + 1), 1), words[i] == "del", 8});
        ++i;
      } else if (words[i] == "sync") {
        write.sync = true;
      } else if (words[i] == "flush") {
        write.flush = true;
      } else if (words[i] == "..." || words[i] == "fails") {
        outcome = words[i];
      } else {
        MODELS_CHECK(words[i] == "batch");
      }
    }
    MODELS_CHECK(open_.count(client) == 0);
    open_[client] = {true, history().writes.size()};
    history().writes.push_back(std::move(write));
    if (outcome != "...") Return(client, {outcome}, 0);
  }

  void CallRead(std::uint32_t client, const Words& words) {
    Read read;
    read.life = life_number();
    read.client = client;
    read.scan = words[1] == "scan";
    read.move = words[1] == "move";
    read.invoked = ++now_;
    std::size_t i = 2;
    if (!read.scan) read.key = Number(words.at(i++), 1);
    if (words.at(i)[0] == '@') {
      read.snapshot = static_cast<std::int32_t>(Number(words[i++], 1));
    }
    MODELS_CHECK(open_.count(client) == 0);
    open_[client] = {false, history().reads.size()};
    history().reads.push_back(std::move(read));
    if (words.at(i) != "...") Return(client, words, i);
  }

  void Return(std::uint32_t client, const Words& words, std::size_t from) {
    MODELS_CHECK(open_.count(client) == 1);
    const Open open = open_[client];
    open_.erase(client);
    const Result result = words[from] == "fails" ? Result::kFailed : Result::kOk;
    if (open.write) {
      history().writes[open.index].responded = ++now_;
      history().writes[open.index].result = result;
      return;
    }
    Read& read = history().reads[open.index];
    read.responded = ++now_;
    read.result = result;
    if (result == Result::kFailed) return;
    MODELS_CHECK(words[from] == "=");
    read.cells = ParseCells(words, from + 1);
    MODELS_CHECK(read.move || read.cells.size() == (read.scan ? history().key_count : 1));
  }

  ParsedHistory parsed_;
  Time now_ = 0;
  std::map<std::uint32_t, Open> open_;
};

}  // namespace

ParsedHistory ParseHistory(std::string_view text) { return Parser().Parse(text); }

std::string Summary(const Verdict& verdict) {
  switch (verdict.kind) {
    case Verdict::Kind::kOk:
      return "ok";
    case Verdict::Kind::kViolated:
      return std::string(ToText(verdict.violation.rule));
    case Verdict::Kind::kUnknown:
      return "unknown";
  }
  return "";
}

Verdict JudgeRecoveries(std::string_view text) {
  const ParsedHistory parsed = ParseHistory(text);
  const History& history = parsed.history;
  RecoveryChecker checker;
  checker.Reset(history.key_count);
  for (std::size_t i = 1; i < history.lives.size(); ++i) {
    const Life& life = history.lives[i];
    if (!life.read_back) continue;
    Verdict verdict =
        checker.Check(history, history.lives[i - 1].ended, parsed.images[i - 1], life.recovered);
    if (!verdict.ok()) return verdict;
    WriteId first = 0;
    while (first < history.writes.size() && history.writes[first].life < i) ++first;
    checker.Settle(history, life.recovered, first);
  }
  return Verdict::Ok();
}

}  // namespace harrow::models
