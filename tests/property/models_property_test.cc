// The checkers against brute force on small histories of every kind: clients that overlap, batches,
// deletions, syncs, flushes, calls that fail or never return, several lives, snapshots.

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "models/describe.h"
#include "models/history.h"
#include "models/life_checkers.h"
#include "models/recovery_checker.h"
#include "models/reference.h"
#include "tests/property/random_history.h"

namespace harrow::models {
namespace {

std::string Print(const Verdict& verdict) {
  if (verdict.kind == Verdict::Kind::kOk) return "ok";
  if (verdict.kind == Verdict::Kind::kUnknown) return "unknown: " + verdict.reason;
  return std::string(ToText(verdict.violation.rule)) +
         "\n  promised: " + verdict.violation.promised + "\n  found: " + verdict.violation.found;
}

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
  constexpr std::array kImages = {ImageKind::kPowerLoss, ImageKind::kPowerLoss, ImageKind::kClean,
                                  ImageKind::kUnheld};
  const ImageKind image = kImages[outcome.Draw(kImages.size())];
  const std::vector<Cell> recovered = AnyRecovered(&outcome, &run, base, first_write);

  const Verdict verdict = checker->Check(run.history, at, image, recovered);
  const bool expected = ReferenceRecovers(run.history, base, first_write, at, image, recovered);
  RC_CLASSIFY(expected, "ok");
  RC_CLASSIFY(!expected, std::string(ToText(verdict.violation.rule)));
  if (verdict.kind != (expected ? Verdict::Kind::kOk : Verdict::Kind::kViolated)) {
    RC_FAIL(Print(run.history) + "settled up to #" + std::to_string(first_write) + ", base " +
            Print(run.history, base) + "image at t=" + std::to_string(at) + " of kind " +
            std::to_string(static_cast<int>(image)) + ", recovered " +
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
