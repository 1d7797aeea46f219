// The lines of a replay that only the harness can write: calls and returns of clients, recoveries, verdicts. All of them are
// silent unless the running trace is recorded.
//
// Threading: on a task (Note…), or any (Describe…).
#ifndef HARROW_SIM_HARNESS_TRACE_TEXT_H_
#define HARROW_SIM_HARNESS_TRACE_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "models/history.h"
#include "sim/harness/recorder.h"

namespace harrow::harness {

std::string DescribeWrite(const models::Write& write);  // "#12 put k3 (120 bytes), sync"
std::string DescribeCell(const models::History& history, models::KeyId key,
                         const models::Cell& cell);
// Every key that holds a value: "k0=#3 k4=#12[1]"; "empty" when there is none.
std::string DescribeState(const models::History& history, std::span<const models::Cell> cells);

// Each key that an iterator passed or found: "k2 absent k3=#7"; "the end" when there was none.
std::string DescribeMove(const models::History& history, const models::Read& move);

// Each adds its line to the trace and its mark to the life.
void NoteInvokedWrite(const Recorder& recorder, models::WriteId write);
void NoteRespondedWrite(const Recorder& recorder, models::WriteId write);
void NoteInvokedRead(const Recorder& recorder, std::size_t read);
void NoteRespondedRead(const Recorder& recorder, std::size_t read);
void NoteInvokedSnapshot(const Recorder& recorder, std::int32_t snapshot);
void NoteRespondedSnapshot(const Recorder& recorder, std::int32_t snapshot);
void NoteText(const std::string& text);
bool TraceIsRecorded();

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_TRACE_TEXT_H_
