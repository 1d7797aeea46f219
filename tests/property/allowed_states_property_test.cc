// The allowed cells of each key against brute force: every combination of cells is tried as a recovered state, and those that
// the reference accepts say which cells each key may hold.
#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "models/allowed_states.h"
#include "models/reference.h"
#include "tests/property/random_history.h"

namespace harrow::models {
namespace {

// Every cell that anything could have put at the key.
std::vector<Cell> CandidatesOf(const History& history, const std::vector<Cell>& base, KeyId key) {
  std::vector<Cell> cells(1);
  if (base[key].kind != Cell::Kind::kAbsent) cells.push_back(base[key]);
  for (const Write& write : history.writes) {
    for (std::uint32_t i = 0; i < write.entries.size(); ++i) {
      const Cell cell = {Cell::Kind::kValue, write.id, i};
      if (write.entries[i].key == key && !write.entries[i].deletion &&
          std::find(cells.begin(), cells.end(), cell) == cells.end()) {
        cells.push_back(cell);
      }
    }
  }
  return cells;
}

struct Question {
  const History* history;
  std::vector<Cell> base;
  WriteId first_write;
  Time at;
  ImageKind image;
};

// Adds to `allowed` the cells of every state that extends `state` from `key` on and that the reference accepts.
void TryAll(const Question& question, KeyId key, std::vector<Cell>* state,
            std::vector<std::vector<Cell>>* allowed) {
  if (key == question.history->key_count) {
    if (!ReferenceRecovers(*question.history, question.base, question.first_write, question.at,
                           question.image, *state)) {
      return;
    }
    for (KeyId each = 0; each < key; ++each) {
      std::vector<Cell>& cells = (*allowed)[each];
      if (std::find(cells.begin(), cells.end(), (*state)[each]) == cells.end())
        cells.push_back((*state)[each]);
    }
    return;
  }
  for (const Cell& cell : CandidatesOf(*question.history, question.base, key)) {
    (*state)[key] = cell;
    TryAll(question, key + 1, state, allowed);
  }
}

bool Before(const Cell& a, const Cell& b) {
  return std::pair(a.kind != Cell::Kind::kAbsent, std::pair(a.write, a.entry)) <
         std::pair(b.kind != Cell::Kind::kAbsent, std::pair(b.write, b.entry));
}

void CheckAllowedCellsAgree(std::vector<std::uint8_t> cells) {
  Tape tape(std::move(cells));
  Simulator run(&tape);
  run.failed_writes_take_effect = tape.Odds(2);
  Question question;
  question.history = &run.history;
  question.base.resize(run.history.key_count);
  question.first_write = 0;
  run.BeginLife(true);
  if (tape.Odds(2)) {  // a life that is settled
    run.Run(4);
    run.EndLife(AnyEnd(&tape));
    question.base = run.AnyCells();
    run.state = question.base;
    question.first_write = static_cast<WriteId>(run.history.writes.size());
    run.BeginLife(true);
  }
  run.Run(20);
  if (tape.Odds(2)) {  // a life that settles nothing
    run.EndLife(AnyEnd(&tape));
    run.BeginLife(true);
    run.Run(12);
  }
  question.at = run.now() + 1;
  if (tape.Odds(4)) question.at -= tape.Draw(static_cast<std::uint32_t>(question.at) / 2);
  if (tape.Odds(2)) run.EndLife(AnyEnd(&tape));
  question.image = tape.Odds(4) ? ImageKind::kClean : ImageKind::kPowerLoss;

  std::vector<std::vector<Cell>> found =
      AllowedCells(run.history, question.base, question.first_write, question.at, question.image);
  std::vector<std::vector<Cell>> expected(run.history.key_count);
  std::vector<Cell> state(run.history.key_count);
  TryAll(question, 0, &state, &expected);
  for (KeyId key = 0; key < run.history.key_count; ++key) {
    RC_CLASSIFY(expected[key].size() > 1, "several cells");
    std::sort(expected[key].begin(), expected[key].end(), Before);
    std::sort(found[key].begin(), found[key].end(), Before);
    if (found[key] == expected[key]) continue;
    RC_FAIL(Print(run.history) + "settled up to #" + std::to_string(question.first_write) +
            ", base " + Print(run.history, question.base) +
            "image at t=" + std::to_string(question.at) +
            (question.image == ImageKind::kClean ? " clean" : " power loss") + ", at k" +
            std::to_string(key) + " expected " + Print(run.history, expected[key]) + "got " +
            Print(run.history, found[key]));
  }
}

TEST(AllowedStatesPropertyTest, AgreesWithBruteForce) {
  EXPECT_TRUE(rc::check([] { CheckAllowedCellsAgree(*TapeGen()); }));
}

}  // namespace
}  // namespace harrow::models
