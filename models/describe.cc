// Plain concatenation; only ever reached when a verdict is not ok.

#include "models/describe.h"

#include <cstddef>

namespace harrow::models {
namespace {

constexpr std::size_t kEntriesShown = 6;

std::string EntryText(const Entry& entry) {
  return (entry.deletion ? "del " : "put ") + KeyName(entry.key);
}

std::string ClientName(std::uint32_t life, std::uint32_t client) {
  return "L" + std::to_string(life + 1) + ".C" + std::to_string(client);
}

}  // namespace

std::string NameOf(const Write& write) {
  return ClientName(write.life, write.client) + " #" + std::to_string(write.id);
}

std::string Describe(const Write& write) {
  std::string text = NameOf(write) + " (";
  if (write.flush) {
    text += write.compaction ? "compaction" : "flush";
  } else if (write.entries.size() == 1) {
    text += EntryText(write.entries.front());
  } else {
    text += write.entries.empty() ? "empty batch" : "batch";
    for (std::size_t i = 0; i < write.entries.size(); ++i) {
      if (i == kEntriesShown) {
        text += " and " + std::to_string(write.entries.size() - i) + " more";
        break;
      }
      text += " " + EntryText(write.entries[i]);
    }
  }
  if (write.sync) text += ", sync";
  return text + ")";
}

std::string Describe(const Read& read) {
  std::string text = ClientName(read.life, read.client);
  text += read.move ? " iterator move" : read.scan ? " scan" : " get " + KeyName(read.key);
  if (read.snapshot >= 0) text += " at snapshot " + std::to_string(read.snapshot);
  text += " (t=" + std::to_string(read.invoked);
  if (read.responded != kNever) text += " to t=" + std::to_string(read.responded);
  return text + ")";
}

std::string KeyName(KeyId key) { return "k" + std::to_string(key); }

std::string DescribeCell(const History& history, const Cell& cell) {
  if (cell.kind == Cell::Kind::kAbsent) return "nothing";
  if (cell.kind == Cell::Kind::kGarbage) return "garbage";
  std::string text = "#" + std::to_string(cell.write);
  if (cell.write >= history.writes.size()) return text + ", which was never issued";
  const Write& write = history.writes[cell.write];
  if (write.entries.size() > 1) text += "." + std::to_string(cell.entry);
  return text + " of " + ClientName(write.life, write.client);
}

std::string At(Time time) { return "at t=" + std::to_string(time); }

}  // namespace harrow::models
