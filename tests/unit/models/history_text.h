// Histories as text, so that a test reads like what happened. Events are separated by ';', each
// takes the next time, and a call that returns at once takes two:
//
//   keys 2                      the number of keys; comes first
//   C0 put k1 sync              client 0 puts k1 and is told ok; also: del k1, flush
//   C0 batch put k0 del k1      a batch; `batch` alone is the empty one
//   C0 put k1 fails             the call returns an error
//   C0 put k1 ...               the call stays open; `C0 ok` or `C0 fails` returns it later
//   C0 get k1 = #3              a get that found write 3; also: scan = - #3 (a cell for each key)
//   C0 get k1 ...               stays open until `C0 = #3`
//   C0 move k1 = - #3           an iterator that passed k1 and found k2
//   C0 opens-again              the store is opened a second time; refused-again: it was not
//   C0 snapshot                 takes the next snapshot: number 0, 1, …
//   C0 get k1 @0 = -            a read at snapshot 0
//   crash | kill | close        the life ends: power loss | dropped with the cache kept | closed
//   lie                         power loss on a device that had lied about its syncs
//   life = - #3                 a new life opens and reads this back
//   life unread                 a new life that ends before it has read anything back
//   harm | log harm             a harmful fault hits a read now | a write of the log
//   damage                      the medium loses something durable without a word
//
// A cell is '-' (absent), '#3' or '#3.1' (entry 1 of write 3), or '?' (garbage). Life 0 is open from
// the start, on an empty store.
//
// Threading: pure functions.
#ifndef HARROW_TESTS_UNIT_MODELS_HISTORY_TEXT_H_
#define HARROW_TESTS_UNIT_MODELS_HISTORY_TEXT_H_

#include <string>
#include <string_view>
#include <vector>

#include "models/history.h"
#include "models/recovery_checker.h"
#include "models/verdict.h"

namespace harrow::models {

struct ParsedHistory {
  History history;
  // By life: how the image that the next life starts on came about.
  std::vector<ImageKind> images;
};

// Aborts on text that is not as above.
ParsedHistory ParseHistory(std::string_view text);

// "ok", "unknown", or the rule broken.
std::string Summary(const Verdict& verdict);

// The verdict on the first read-back that is not ok; ok if there is none. Each read-back that is
// ok is settled.
Verdict JudgeRecoveries(std::string_view text);

}  // namespace harrow::models

#endif  // HARROW_TESTS_UNIT_MODELS_HISTORY_TEXT_H_
