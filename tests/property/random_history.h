// Random small histories of every kind: clients that overlap, batches, deletions, syncs, flushes, calls that fail or never
// return, several lives, snapshots.
//
// A history is read off a tape of small numbers, which rapidcheck draws and shrinks; an exhausted tape reads as zeros, so that
// a shorter tape is a simpler history.
//
// Threading: one thread.
#ifndef HARROW_TESTS_PROPERTY_RANDOM_HISTORY_H_
#define HARROW_TESTS_PROPERTY_RANDOM_HISTORY_H_

#include <rapidcheck.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "models/describe.h"
#include "models/history.h"

namespace harrow::models {

// What brute force can still try out.
inline constexpr std::size_t kSmallCallsMax = 6;

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

inline rc::Gen<std::vector<std::uint8_t>> TapeGen() {
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
      read.move = !read.scan && tape_.Odds(3);
      if (!read.scan) read.key = tape_.Draw(history.key_count);
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
      const auto first = from.begin() + static_cast<std::ptrdiff_t>(read.key);
      if (read.scan) {
        read.cells = from;
      } else if (read.move) {
        const std::uint32_t count = tape_.Draw(history.key_count - read.key + 1);
        read.cells.assign(first, first + static_cast<std::ptrdiff_t>(count));
      } else {
        read.cells = {*first};
      }
      if (reads_lie && !read.cells.empty() && tape_.Odds(lie_one_in_)) {
        const std::uint32_t at = tape_.Draw(static_cast<std::uint32_t>(read.cells.size()));
        read.cells[at] = AnyCell(read.key + at);
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

inline std::string Print(const History& history) {
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

inline std::string Print(const History& history, const std::vector<Cell>& cells) {
  std::string text;
  for (const Cell& cell : cells) text += DescribeCell(history, cell) + " | ";
  return text + "\n";
}

inline LifeEnd AnyEnd(Tape* tape) {
  if (tape->Odds(3)) return LifeEnd::kClosed;
  return tape->Odds(3) ? LifeEnd::kKilled : LifeEnd::kCrashed;
}

}  // namespace harrow::models

#endif  // HARROW_TESTS_PROPERTY_RANDOM_HISTORY_H_
