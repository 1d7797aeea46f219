// The checkers against brute force on small histories of every kind: clients that overlap, batches,
// deletions, syncs, flushes, calls that fail or never return, several lives, snapshots.
//
// A history is read off a tape of small numbers, which rapidcheck draws and shrinks; an exhausted
// tape reads as zeros, so that a shorter tape is a simpler history.

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "models/describe.h"
#include "models/history.h"
#include "models/life_checkers.h"
#include "models/recovery_checker.h"
#include "models/reference.h"

namespace harrow::models {
namespace {

// What brute force can still try out.
constexpr std::size_t kSmallCallsMax = 6;

class Tape {
 public:
  explicit Tape(std::vector<std::uint8_t> cells) : cells_(std::move(cells)) {}
  std::uint32_t Draw(std::uint32_t bound) {
    return next_ < cells_.size() ? cells_[next_++] % bound : 0;
  }
  bool Odds(std::uint32_t one_in) { return Draw(one_in) == one_in - 1; }
  bool empty() const { return next_ >= cells_.size(); }

 private:
  std::vector<std::uint8_t> cells_;
  std::size_t next_ = 0;
};

rc::Gen<std::vector<std::uint8_t>> TapeGen() {
  return rc::gen::resize(
      160, rc::gen::container<std::vector<std::uint8_t>>(rc::gen::arbitrary<std::uint8_t>()));
}

// A store whose writes take effect at some instant of their call, and whose reads now and then lie.
class Simulator {
 public:
  explicit Simulator(Tape* tape) : tape_(*tape) {
    history.key_count = 1 + tape_.Draw(3);
    clients_.resize(1 + tape_.Draw(3));
    lie_one_in_ = 2 + tape_.Draw(16);
    state.resize(history.key_count);
  }

  void SetClients(std::uint32_t count) { clients_.assign(count, Client{}); }

  void BeginLife(bool read_back) {
    Life& life = history.lives.emplace_back();
    life.started = ++now_;
    if (!read_back) return;
    life.open = Result::kOk;
    life.open_responded = ++now_;
    life.read_back = true;
    life.recovered = state;
    life.read_back_responded = ++now_;
    clients_.assign(clients_.size(), Client{});
  }

  void Run(std::uint32_t events) {
    for (std::uint32_t i = 0; i < events && !tape_.empty(); ++i) Step();
  }

  void EndLife(LifeEnd end) {
    history.lives.back().end = end;
    history.lives.back().ended = ++now_;
  }

  Time now() const { return now_; }

  // The state that is really there; the one that a write has left.
  std::vector<Cell> state;
  History history;
  bool failed_writes_take_effect = false;
  bool reads_lie = true;
  std::size_t calls_max = kSmallCallsMax;  // of writes, and of reads

  std::vector<Cell> AnyCells() {
    std::vector<Cell> cells(history.key_count);
    for (KeyId key = 0; key < history.key_count; ++key) cells[key] = AnyCell(key);
    return cells;
  }

  Cell AnyCell(KeyId key) {
    std::vector<Cell> cells(1);
    for (const Write& write : history.writes) {
      for (std::uint32_t i = 0; i < write.entries.size(); ++i) {
        if (write.entries[i].key == key && !write.entries[i].deletion) {
          cells.push_back({Cell::Kind::kValue, write.id, i});
        }
      }
    }
    return cells[tape_.Draw(static_cast<std::uint32_t>(cells.size()))];
  }

  void Apply(const Write& write) {
    for (std::uint32_t i = 0; i < write.entries.size(); ++i) {
      const Entry& entry = write.entries[i];
      state[entry.key] = entry.deletion ? Cell{} : Cell{Cell::Kind::kValue, write.id, i};
    }
  }

 private:
  enum class Doing : std::uint8_t { kNothing, kWrite, kRead, kSnapshot };
  struct Client {
    Doing doing = Doing::kNothing;
    bool took_effect = false;
    bool fails = false;
    std::size_t index = 0;
    std::vector<std::size_t> snapshots;
  };

  void Step() {
    const std::uint32_t number = tape_.Draw(static_cast<std::uint32_t>(clients_.size()));
    Client& client = clients_[number];
    if (client.doing == Doing::kNothing) {
      Call(number, &client);
      if (tape_.Draw(2) == 0) Return(&client);  // most calls overlap little
    } else if (!client.took_effect && tape_.Draw(2) == 0) {
      TakeEffect(&client);
    } else {
      Return(&client);
    }
  }

  void Call(std::uint32_t number, Client* client) {
    const std::uint32_t what = tape_.Draw(8);
    client->took_effect = false;
    const auto life = static_cast<std::uint32_t>(history.lives.size() - 1);
    if (what < 4 && history.writes.size() < calls_max) {
      client->doing = Doing::kWrite;
      client->index = history.writes.size();
      client->fails = tape_.Odds(6);
      Write& write = history.writes.emplace_back();
      write.id = static_cast<WriteId>(client->index);
      write.life = life;
      write.client = number;
      write.flush = tape_.Odds(8);
      write.sync = tape_.Odds(4);
      const std::uint32_t entries = write.flush ? 0 : (tape_.Draw(5) + 3) / 3;
      for (std::uint32_t i = 0; i < entries + (tape_.Odds(8) ? 1U : 0U) && !write.flush; ++i) {
        write.entries.push_back({tape_.Draw(history.key_count), tape_.Odds(3), 8});
      }
      write.invoked = ++now_;
    } else if (what < 7 && history.reads.size() < calls_max) {
      client->doing = Doing::kRead;
      client->index = history.reads.size();
      Read& read = history.reads.emplace_back();
      read.life = life;
      read.client = number;
      read.scan = tape_.Odds(3);
      read.key = tape_.Draw(history.key_count);
      if (!client->snapshots.empty() && tape_.Odds(2)) {
        read.snapshot = static_cast<std::int32_t>(client->snapshots.back());
      }
      read.invoked = ++now_;
    } else if (history.snapshots.size() < 2) {
      client->doing = Doing::kSnapshot;
      client->index = history.snapshots.size();
      history.snapshots.push_back({life, number, ++now_, kNever});
      states_at_.emplace_back();
    }
  }

  void TakeEffect(Client* client) {
    client->took_effect = true;
    if (client->doing == Doing::kWrite) {
      if (!client->fails || failed_writes_take_effect) Apply(history.writes[client->index]);
    } else if (client->doing == Doing::kSnapshot) {
      states_at_[client->index] = state;
    } else if (client->doing == Doing::kRead) {
      Read& read = history.reads[client->index];
      const std::vector<Cell>& from =
          read.snapshot < 0 ? state : states_at_[static_cast<std::size_t>(read.snapshot)];
      if (read.scan) {
        read.cells = from;
      } else {
        read.cells = {from[read.key]};
      }
      if (reads_lie && tape_.Odds(lie_one_in_)) {
        const KeyId key = tape_.Draw(history.key_count);
        read.cells[read.scan ? key : 0] = AnyCell(read.scan ? key : read.key);
      }
    }
  }

  void Return(Client* client) {
    if (client->doing == Doing::kNothing) return;
    if (!client->took_effect) TakeEffect(client);
    const Time time = ++now_;
    if (client->doing == Doing::kWrite) {
      history.writes[client->index].responded = time;
      history.writes[client->index].result = client->fails ? Result::kFailed : Result::kOk;
    } else if (client->doing == Doing::kRead) {
      history.reads[client->index].responded = time;
      history.reads[client->index].result = Result::kOk;
    } else {
      history.snapshots[client->index].responded = time;
      client->snapshots.push_back(client->index);
    }
    client->doing = Doing::kNothing;
  }

  Tape& tape_;
  Time now_ = 0;
  std::uint32_t lie_one_in_ = 1;
  std::vector<Client> clients_;
  std::vector<std::vector<Cell>> states_at_;
};

std::string Print(const History& history) {
  std::string text;
  for (const Life& life : history.lives) {
    text += "life from t=" + std::to_string(life.started) + " to t=" + std::to_string(life.ended) +
            (life.end == LifeEnd::kClosed ? " closed\n" : " crashed\n");
  }
  for (const Write& write : history.writes) {
    text += Describe(write) + " t=" + std::to_string(write.invoked) + " to " +
            (write.responded == kNever ? "never" : std::to_string(write.responded)) +
            (write.result == Result::kFailed ? " failed\n" : "\n");
  }
  for (const Snapshot& snapshot : history.snapshots) {
    text += "snapshot t=" + std::to_string(snapshot.invoked) + " to " +
            std::to_string(snapshot.responded) + "\n";
  }
  for (const Read& read : history.reads) {
    text += Describe(read);
    for (const Cell& cell : read.cells) text += " | " + DescribeCell(history, cell);
    text += read.result == Result::kOk ? "\n" : " (open)\n";
  }
  return text;
}

std::string Print(const History& history, const std::vector<Cell>& cells) {
  std::string text;
  for (const Cell& cell : cells) text += DescribeCell(history, cell) + " | ";
  return text + "\n";
}

std::string Print(const Verdict& verdict) {
  if (verdict.kind == Verdict::Kind::kOk) return "ok";
  if (verdict.kind == Verdict::Kind::kUnknown) return "unknown: " + verdict.reason;
  return std::string(ToText(verdict.violation.rule)) +
         "\n  promised: " + verdict.violation.promised + "\n  found: " + verdict.violation.found;
}

LifeEnd AnyEnd(Tape* tape) { return tape->Odds(3) ? LifeEnd::kClosed : LifeEnd::kCrashed; }

// What a recovery could have brought back: some of the writes, mostly in order, now and then with a
// key that holds anything.
std::vector<Cell> AnyRecovered(Tape* tape, Simulator* run, const std::vector<Cell>& base,
                               WriteId first_write) {
  run->state = base;
  std::vector<WriteId> order;
  for (WriteId id = first_write; id < run->history.writes.size(); ++id) order.push_back(id);
  const auto lost = tape->Draw(static_cast<std::uint32_t>(order.size() + 1));
  order.resize(order.size() - lost);
  if (order.size() > 1 && tape->Odds(2)) {
    const std::size_t i = tape->Draw(static_cast<std::uint32_t>(order.size() - 1));
    std::swap(order[i], order[i + 1]);
  }
  if (!order.empty() && tape->Odds(2)) {
    order.erase(order.begin() + tape->Draw(static_cast<std::uint32_t>(order.size())));
  }
  for (const WriteId id : order) run->Apply(run->history.writes[id]);
  if (tape->Odds(4)) {
    const KeyId key = tape->Draw(run->history.key_count);
    run->state[key] = run->AnyCell(key);
  }
  return run->state;
}

void CheckRecoveryAgrees(RecoveryChecker* checker, std::vector<std::uint8_t> cells,
                         std::vector<std::uint8_t> choices) {
  Tape tape(std::move(cells));
  Tape outcome(std::move(choices));  // apart, so that long histories leave enough of it
  Simulator run(&tape);
  run.failed_writes_take_effect = tape.Odds(2);
  std::vector<Cell> base(run.history.key_count);
  WriteId first_write = 0;
  checker->Reset(run.history.key_count);
  run.BeginLife(true);
  if (tape.Odds(2)) {  // a life that is settled
    run.Run(6);
    run.EndLife(AnyEnd(&tape));
    base = run.AnyCells();
    run.state = base;
    first_write = static_cast<WriteId>(run.history.writes.size());
    checker->Settle(run.history, base, first_write);
    run.BeginLife(true);
  }
  run.Run(24);
  while (tape.Odds(3) && run.history.lives.size() < 5) {  // lives that settle nothing
    run.EndLife(AnyEnd(&tape));
    run.BeginLife(tape.Odds(2));
    if (run.history.lives.back().read_back) run.Run(12);
  }
  Time at = run.now() + 1;
  if (outcome.Odds(4)) at -= outcome.Draw(static_cast<std::uint32_t>(at) / 2);
  if (outcome.Odds(2)) run.EndLife(AnyEnd(&outcome));
  const ImageKind image = outcome.Odds(4) ? ImageKind::kClean : ImageKind::kPowerLoss;
  const std::vector<Cell> recovered = AnyRecovered(&outcome, &run, base, first_write);

  const Verdict verdict = checker->Check(run.history, at, image, recovered);
  const bool expected = ReferenceRecovers(run.history, base, first_write, at, image, recovered);
  RC_CLASSIFY(expected, "ok");
  RC_CLASSIFY(!expected, std::string(ToText(verdict.violation.rule)));
  if (verdict.kind != (expected ? Verdict::Kind::kOk : Verdict::Kind::kViolated)) {
    RC_FAIL(Print(run.history) + "settled up to #" + std::to_string(first_write) + ", base " +
            Print(run.history, base) + "image at t=" + std::to_string(at) +
            (image == ImageKind::kClean ? " clean" : " power loss") + ", recovered " +
            Print(run.history, recovered) + "expected " + (expected ? "ok" : "a violation") +
            ", got " + Print(verdict));
  }
}

void CheckLinearizabilityAgrees(std::vector<std::uint8_t> cells) {
  Tape tape(std::move(cells));
  Simulator run(&tape);
  run.failed_writes_take_effect = tape.Odds(8);
  run.BeginLife(true);
  if (tape.Odds(2)) {
    run.Run(4);
    run.EndLife(AnyEnd(&tape));
    run.BeginLife(true);
  }
  run.Run(40);
  if (tape.Odds(2)) run.EndLife(LifeEnd::kCrashed);
  if (tape.Odds(4)) {  // a life that ended earlier than its last returns
    Time& ended = run.history.lives.back().ended;
    ended = run.now() - std::min<Time>(run.now() - 1, tape.Draw(6));
  }
  const auto life = static_cast<std::uint32_t>(run.history.lives.size() - 1);
  const Verdict verdict = CheckLinearizable(run.history, life);
  const bool expected = ReferenceLinearizes(run.history, life);
  RC_CLASSIFY(expected, "ok");
  RC_CLASSIFY(!expected, std::string(ToText(verdict.violation.rule)));
  if (verdict.kind != (expected ? Verdict::Kind::kOk : Verdict::Kind::kViolated)) {
    RC_FAIL(Print(run.history) + "began with " +
            Print(run.history, run.history.lives[life].recovered) + "expected " +
            (expected ? "ok" : "a violation") + ", got " + Print(verdict));
  }
}

// A long life of a store that is linearizable, too long for brute force: there is an order, and the
// search has to find it. One that goes back to an earlier configuration must get it back as it was.
void CheckLinearizableLifeIsAccepted(const std::vector<std::uint8_t>& seed) {
  std::vector<std::uint8_t> cells;
  std::uint64_t state = 1;
  for (const std::uint8_t byte : seed) state = state * 1099511628211ULL + byte;
  for (std::size_t i = 0; i < 4000; ++i) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    cells.push_back(static_cast<std::uint8_t>(state >> 56));
  }
  Tape tape(std::move(cells));
  Simulator run(&tape);
  run.reads_lie = false;
  run.calls_max = 60;
  run.SetClients(2 + tape.Draw(7));
  run.BeginLife(true);
  run.Run(400);
  run.EndLife(LifeEnd::kCrashed);
  const Verdict verdict = CheckLinearizable(run.history, 0);
  if (!verdict.ok()) RC_FAIL(Print(run.history) + "expected ok, got " + Print(verdict));
}

TEST(ModelsPropertyTest, CheckLinearizableAcceptsLongLives) {
  EXPECT_TRUE(rc::check([] { CheckLinearizableLifeIsAccepted(*TapeGen()); }));
}

TEST(ModelsPropertyTest, RecoveryCheckerAgreesWithBruteForce) {
  RecoveryChecker checker;
  EXPECT_TRUE(rc::check([&checker] { CheckRecoveryAgrees(&checker, *TapeGen(), *TapeGen()); }));
}

TEST(ModelsPropertyTest, CheckLinearizableAgreesWithBruteForce) {
  EXPECT_TRUE(rc::check([] { CheckLinearizabilityAgrees(*TapeGen()); }));
}

}  // namespace
}  // namespace harrow::models
