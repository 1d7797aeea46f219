// A file is compared piece by piece: a piece lies within one sector and on one side of the three sizes, so that it is kept,
// old, zeros or cut as a whole. Pieces that no write changed are passed over, and neighbours of one fate joined.
#include "sim/disk/crash_decision.h"

#include <algorithm>
#include <array>

namespace harrow::disk {
namespace {

using Fate = CrashDecision::Fate;
using Subject = CrashDecision::Subject;

struct Range {
  std::uint64_t from = 0;
  std::uint64_t to = 0;
};

// Bytes of at most a sector; zeros past the end.
struct Piece {
  std::array<unsigned char, kSectorSize> bytes{};

  Piece() = default;
  Piece(const FileContents& file, Range range) {
    if (range.from >= file.size) return;
    file.Read(range.from, bytes.data(), std::min(range.to, file.size) - range.from);
  }
};

class FileExplainer {
 public:
  FileExplainer(const std::string& path, const FileSides& sides, const FileContents& version,
                std::vector<CrashDecision>* decisions)
      : path_(path),
        durable_(*sides.durable),
        view_(*sides.view),
        cached_(*sides.view->contents),
        version_(version),
        decisions_(decisions) {}

  void Explain() {
    AddSize();
    const std::uint64_t pages = PageCount(std::max(cached_.size, version_.size));
    for (std::uint64_t page = 0; page < pages; ++page) {
      const bool dirty = view_.dirty.Test(page);
      if (!dirty && !view_.lost) {
        open_ = false;
        continue;
      }
      unmarked_ = !dirty;
      for (std::uint64_t sector = 0; sector < kSectorsPerPage; ++sector) {
        const std::uint64_t start = page * kPageSize + sector * kSectorSize;
        AddSector({start, start + kSectorSize});
      }
    }
  }

 private:
  void AddSize() {
    if (cached_.size == durable_.size) return;
    CrashDecision decision;
    decision.subject = Subject::kSize;
    decision.path = path_;
    decision.from = durable_.size;
    decision.to = cached_.size;
    decision.result = version_.size;
    decision.fate = version_.size == cached_.size    ? Fate::kKept
                    : version_.size == durable_.size ? Fate::kLost
                                                     : Fate::kPartly;
    decisions_->push_back(std::move(decision));
  }

  void AddSector(Range sector) {
    std::array cuts = {sector.from, sector.to, durable_.size, cached_.size, version_.size};
    std::sort(cuts.begin(), cuts.end());
    for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
      const Range piece{std::max(cuts[i], sector.from), std::min(cuts[i + 1], sector.to)};
      if (piece.from < piece.to) AddPiece(piece);
    }
  }

  void AddPiece(Range range) {
    const bool in_cached = range.from < cached_.size;
    const bool in_version = range.from < version_.size;
    if (!in_cached && !in_version) return;
    // Bytes that exist in one half only changed, whatever they are.
    if (in_cached == (range.from < durable_.size) && !Trim(&range)) return;
    const Piece cached(cached_, range);
    const Piece version(version_, range);
    Fate fate = Fate::kOther;
    if (!in_version) {
      fate = Fate::kCut;
    } else if (version.bytes == cached.bytes) {
      fate = Fate::kKept;
    } else if (version.bytes == Piece().bytes) {
      fate = Fate::kZeros;
    } else if (version.bytes == Piece(durable_, range).bytes) {
      fate = Fate::kOld;
    }
    Add(range, fate);
  }

  // To the first and the last byte that are not everywhere the same; false when there is none.
  bool Trim(Range* range) const {
    const Piece cached(cached_, *range);
    const Piece durable(durable_, *range);
    const Piece version(version_, *range);
    const auto differs = [&](std::size_t at) {
      return cached.bytes[at] != durable.bytes[at] || version.bytes[at] != durable.bytes[at];
    };
    std::size_t first = 0;
    std::size_t last = range->to - range->from;
    while (first < last && !differs(first)) ++first;
    while (first < last && !differs(last - 1)) --last;
    *range = {range->from + first, range->from + last};
    return first < last;
  }

  // Between two runs that are kept, or old, lie bytes that are the same everywhere.
  void Add(Range range, Fate fate) {
    if (open_ && decisions_->back().fate == fate && decisions_->back().unmarked == unmarked_ &&
        (decisions_->back().to == range.from || fate == Fate::kKept || fate == Fate::kOld)) {
      decisions_->back().to = range.to;
      return;
    }
    CrashDecision decision;
    decision.subject = Subject::kData;
    decision.fate = fate;
    decision.path = path_;
    decision.from = range.from;
    decision.to = range.to;
    decision.unmarked = unmarked_;
    decisions_->push_back(std::move(decision));
    open_ = true;
  }

  const std::string& path_;
  const FileContents& durable_;
  const CacheView& view_;
  const FileContents& cached_;
  const FileContents& version_;
  std::vector<CrashDecision>* const decisions_;
  bool unmarked_ = false;  // the page at hand
  bool open_ = false;      // the last decision may still grow
};

std::string SizeText(const CrashDecision& decision) {
  const std::string text = decision.path + " size " + std::to_string(decision.from) + " -> " +
                           std::to_string(decision.to) + ": ";
  if (decision.fate == Fate::kKept) return text + "kept";
  if (decision.fate == Fate::kLost) return text + "lost";
  return text + "it is " + std::to_string(decision.result);
}

const char* DataFateText(Fate fate) {
  switch (fate) {
    case Fate::kKept:
      return "kept";
    case Fate::kOld:
      return "lost, the old bytes are there";
    case Fate::kZeros:
      return "lost, zeros are there";
    case Fate::kCut:
      return "lost, the file ends before";
    case Fate::kOther:
      return "neither the new bytes nor the durable ones";
    case Fate::kNoName:
      return "lost with the file's name";
    case Fate::kLost:
    case Fate::kPartly:
      break;
  }
  return "lost";
}

std::string Join(const std::string& directory, std::string_view name) {
  return directory.empty() ? std::string(name) : directory + "/" + std::string(name);
}

// Names below `inode`, for what has none yet.
void NameBelow(const DiskState& state, InodeNumber inode, bool durable,
               std::vector<std::string>* paths) {
  const Inode& directory = state.inodes[inode];
  const DirectoryRef& names = durable ? directory.durable_names : directory.names;
  for (const DirectoryEntry& entry : names->entries) {
    std::string& path = (*paths)[entry.inode];
    if (path.empty()) path = Join((*paths)[inode], entry.name);
    if (state.inodes[entry.inode].IsDirectory()) NameBelow(state, entry.inode, durable, paths);
  }
}

}  // namespace

std::string ToText(const CrashDecision& decision) {
  switch (decision.subject) {
    case Subject::kOperation:
      return decision.action + (decision.fate == Fate::kKept ? ": kept" : ": lost");
    case Subject::kSize:
      return SizeText(decision);
    case Subject::kData:
      break;
  }
  std::string text = decision.path + " bytes " + std::to_string(decision.from) + ".." +
                     std::to_string(decision.to - 1) + ": " + DataFateText(decision.fate);
  if (decision.unmarked) text += " (a failed sync had marked them clean)";
  return text;
}

void DescribeFileVersion(const std::string& path, const FileSides& sides,
                         const FileContents& version, std::vector<CrashDecision>* decisions) {
  FileExplainer(path, sides, version, decisions).Explain();
}

std::string DescribeOperation(const DiskState& state, const std::vector<std::string>& paths,
                              const PendingOperation& operation) {
  const bool directory = state.inodes[operation.inode].IsDirectory();
  switch (operation.kind) {
    case PendingKind::kLink:
      return (directory ? "mkdir " : "create ") + Join(paths[operation.directory], operation.name);
    case PendingKind::kUnlink:
      return (directory ? "rmdir " : "unlink ") + Join(paths[operation.directory], operation.name);
    case PendingKind::kRename:
      return "rename " + Join(paths[operation.directory], operation.name) + " -> " +
             Join(paths[operation.to_directory], operation.to_name) +
             (operation.ConcernsData() ? " with its data" : "");
    case PendingKind::kTruncate:
      return "set the size of " + paths[operation.inode] + " from " +
             std::to_string(operation.view.contents->size) + " to " +
             std::to_string(operation.size);
    case PendingKind::kWritten:
      return "what the failed sync wrote of " + paths[operation.inode];
  }
  return {};
}

std::vector<std::string> PathsOf(const DiskState& state) {
  std::vector<std::string> paths(state.inodes.size());
  NameBelow(state, kRootInode, false, &paths);
  NameBelow(state, kRootInode, true, &paths);
  for (const PendingOperation& operation : state.pending) {
    std::string& path = paths[operation.inode];
    if (path.empty() && !operation.name.empty())
      path = Join(paths[operation.directory], operation.name);
  }
  return paths;
}

}  // namespace harrow::disk
