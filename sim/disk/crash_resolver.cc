// First the pending operations that survive are chosen, then the names are what those operations make
// of the durable names, and then each file that a name reaches is merged from its durable version,
// the surviving operations on its data, and the cache as it was before the first that did not survive.
#include "sim/disk/crash_resolver.h"

#include <utility>

#include "sim/disk/check.h"
#include "sim/disk/coverage_mark.h"
#include "sim/disk/file_versions.h"
#include "sim/disk/image_state.h"
#include "sim/kernel/random.h"

namespace harrow::disk {
namespace {

using faults::CrashImageChoice;
using faults::Survivors;

static_assert(static_cast<std::size_t>(MediumCell::kCellKinds) -
                  static_cast<std::size_t>(MediumCell::kImageNone) ==
              static_cast<std::size_t>(Survivors::kEverySubset));

class Resolver {
 public:
  Resolver(const DiskState& state, const CrashImageChoice& choice, MediumCells* cells)
      : state_(state), choice_(choice), cells_(cells) {
    ChooseOperations();
    ChooseNames();
    NoteRarePaths();
  }

  // `decisions` may be nullptr.
  Image Resolve(std::vector<CrashDecision>* decisions) {
    image_ = Ref<ImageState>::Make();
    image_->nodes.resize(state_.inodes.size());
    TakeDirectory(kRootInode);
    if (decisions != nullptr) Explain(decisions);
    if (cells_ != nullptr) CountDecided();
    image_->CompactIfSparse();
    return ImageState::Wrap(image_);
  }

 private:
  void ChooseOperations() {
    const std::size_t count = state_.pending.size();
    switch (choice_.survivors) {
      case Survivors::kNone:
        prefix_ = 0;
        break;
      case Survivors::kAll:
      case Survivors::kNamesOnly:
      case Survivors::kTornLast:
      case Survivors::kZeroTail:
        prefix_ = count;
        break;
      case Survivors::kLeaveOneOut:
        ChooseLeftOut();
        break;
      case Survivors::kRandom:
        ChooseRandomOperations();
        break;
      case Survivors::kSubset:
        ChooseMaskedOperations();
        break;
      case Survivors::kEverySubset:
        DISK_CHECK(false);
    }
  }

  bool Masked(std::size_t item) const { return item < 64 && (choice_.cut >> item & 1) != 0; }

  void ChooseMaskedOperations() {
    const std::size_t count = state_.pending.size();
    while (prefix_ < count && Masked(prefix_)) ++prefix_;
    any_subset_ = !state_.profile->metadata_in_order;
    if (any_subset_) {
      subset_.resize(count);
      for (std::size_t i = 0; i < count; ++i) subset_[i] = Masked(i);
    }
    files_kept_.resize(state_.inodes.size());
    std::size_t item = count;
    for (std::size_t i = 0; i < state_.inodes.size(); ++i) {
      if (state_.inodes[i].cache.Pending()) files_kept_[i] = Masked(item++);
    }
  }

  void ChooseLeftOut() {
    const std::size_t count = state_.pending.size();
    prefix_ = count;
    const std::size_t items = CountPending(state_);
    if (items == 0) return;
    std::size_t left_out = choice_.cut % items;
    if (left_out >= count) {
      left_out -= count;
      for (std::size_t i = 0; i < state_.inodes.size(); ++i) {
        if (!state_.inodes[i].cache.Pending()) continue;
        if (left_out-- == 0) file_left_out_ = static_cast<InodeNumber>(i);
      }
    } else if (state_.profile->metadata_in_order) {
      prefix_ = left_out;
    } else {
      subset_.assign(count, true);
      subset_[left_out] = false;
      any_subset_ = true;
    }
  }

  void ChooseRandomOperations() {
    const std::size_t count = state_.pending.size();
    kernel::Random random = kernel::Random(choice_.seed).Child("metadata");
    // The two ends are the plain cases, and rare among the prefixes of a long list.
    const std::uint64_t shape = random.Below(4);
    const std::uint64_t edge = random.Between(0, count);
    if (shape == 0) {
      prefix_ = count;
    } else if (state_.profile->metadata_in_order || shape == 1) {
      prefix_ = edge;
    } else {
      any_subset_ = true;
      subset_.resize(count);
      for (std::size_t i = 0; i < count; ++i) subset_[i] = random.OneIn(2);
    }
  }

  bool Survives(std::size_t operation) const {
    return any_subset_ ? subset_[operation] : operation < prefix_;
  }

  void ChooseNames() {
    if (!any_subset_ && (prefix_ == 0 || prefix_ == state_.pending.size())) return;
    directories_.resize(state_.inodes.size());
    for (std::size_t i = 0; i < state_.inodes.size(); ++i) {
      directories_[i] = state_.inodes[i].durable_names;
    }
    for (std::size_t i = 0; i < state_.pending.size(); ++i) {
      if (Survives(i)) ApplyToNames(directories_, state_.pending[i]);
    }
  }

  const DirectoryRef& NamesOf(InodeNumber inode) const {
    if (!directories_.empty()) return directories_[inode];
    const Inode& from = state_.inodes[inode];
    // With nothing pending the two are equal.
    return prefix_ == 0 ? from.durable_names : from.names;
  }

  void NoteRarePaths() const {
    bool one_is_lost = false;
    bool later_is_kept = false;
    for (std::size_t i = 0; i < state_.pending.size(); ++i) {
      if (Survives(i)) {
        later_is_kept = later_is_kept || one_is_lost;
      } else {
        one_is_lost = true;
        NoteLost(state_.pending[i]);
      }
    }
    if (later_is_kept) Reached(Mark::kLaterWithout);
  }

  void NoteLost(const PendingOperation& operation) const {
    switch (operation.kind) {
      case PendingKind::kLink:
        if (state_.inodes[operation.inode].durable &&
            state_.inodes[operation.inode].durable->size > 0)
          Reached(Mark::kDataWithoutName);
        return;
      case PendingKind::kUnlink:
        return Reached(Mark::kUnlinkUndone);
      case PendingKind::kRename: {
        const Inode& directory = state_.inodes[operation.to_directory];
        if (directory.durable_names->Find(operation.to_name) != kNoInode)
          Reached(Mark::kRenameUndone);
        return;
      }
      case PendingKind::kTruncate:
        return Reached(Mark::kTruncateUndone);
      case PendingKind::kWritten:
        return;
    }
  }

  void TakeDirectory(InodeNumber inode) {
    ImageNode& node = image_->nodes[inode];
    DISK_CHECK(node.empty());
    node.directory = NamesOf(inode);
    node.mode = state_.inodes[inode].mode;
    ++image_->live;
    for (const DirectoryEntry& entry : node.directory->entries) {
      const Inode& child = state_.inodes[entry.inode];
      if (child.IsDirectory()) {
        TakeDirectory(entry.inode);
      } else {
        ImageNode& file = image_->nodes[entry.inode];
        DISK_CHECK(file.empty());
        file.file = FileVersion(entry.inode);
        file.mode = child.mode;
        ++image_->live;
      }
    }
  }

  // What the version of a file is merged from.
  FileSides SidesOf(InodeNumber inode) const {
    const Inode& from = state_.inodes[inode];
    FileRef durable = from.durable;
    const CacheView* view = &from.cache;
    if (from.data_operations > 0) {
      for (std::size_t i = 0; i < state_.pending.size(); ++i) {
        const PendingOperation& operation = state_.pending[i];
        if (operation.inode != inode || !operation.ConcernsData()) continue;
        if (Survives(i)) {
          durable = DurableAfter(*state_.profile, durable, operation);
        } else if (operation.kind == PendingKind::kTruncate) {
          if (from.cache.Pending()) ReachRule(MediumCell::kWrittenAfterLost);
          view = &operation.view;
          break;
        }
      }
    }
    return {durable, view};
  }

  FileRef FileVersion(InodeNumber inode) const {
    const FileSides sides = SidesOf(inode);
    if (cells_ != nullptr && ShowsLostPages(state_.inodes[inode]))
      cells_->Add(MediumCell::kGoneWithCache);
    FileRef version = MergeByChoice(inode, sides.durable, *sides.view);
    const LastWrite& last = state_.last_write;
    if (choice_.survivors == Survivors::kTornLast && last.inode == inode) {
      version = CutLastWrite(*state_.profile, version, last, choice_.cut, RuleCells());
    }
    if (version->size == 0 && state_.inodes[inode].cache.contents->size > 0)
      Reached(Mark::kNameWithoutData);
    return version;
  }

  FileRef MergeByChoice(InodeNumber inode, const FileRef& durable, const CacheView& view) const {
    DataPolicy policy;
    policy.cells = RuleCells();
    switch (choice_.survivors) {
      case Survivors::kNone:
        policy.choice = DataChoice::kNothing;
        break;
      case Survivors::kAll:
      case Survivors::kTornLast:
        break;
      case Survivors::kNamesOnly:
        policy.choice = DataChoice::kSizeOnly;
        break;
      case Survivors::kLeaveOneOut:
        if (inode == file_left_out_) policy.choice = DataChoice::kNothing;
        break;
      case Survivors::kZeroTail:
        policy.choice = DataChoice::kZeroTail;
        policy.tail_pages = choice_.cut == 0 ? 1 : choice_.cut;
        break;
      case Survivors::kSubset:
        if (!files_kept_[inode]) policy.choice = DataChoice::kNothing;
        break;
      case Survivors::kEverySubset:
        DISK_CHECK(false);
      case Survivors::kRandom: {
        policy.choice = DataChoice::kRandom;
        kernel::Random random = kernel::Random(kernel::Mix(choice_.seed, inode)).Child("data");
        policy.random = &random;
        return Merge(*state_.profile, durable, view, policy);
      }
    }
    return Merge(*state_.profile, durable, view, policy);
  }

  // Where everything survives in the order of the calls, it is the order that decides.
  MediumCells* RuleCells() const {
    return state_.profile->loss == LossRule::kInOrder ? nullptr : cells_;
  }
  void ReachRule(MediumCell cell) const { Reach(RuleCells(), cell); }

  // After the image is made and before its nodes are renumbered.
  void CountDecided() const {
    const std::size_t count = state_.pending.size();
    std::size_t kept = 0;
    bool gap = false;
    bool behind_gap = false;
    for (std::size_t i = 0; i < count; ++i) {
      const bool survives = Survives(i);
      kept += survives ? 1 : 0;
      gap |= !survives;
      behind_gap |= gap && survives;
      CountOperation(state_.pending[i], survives);
    }
    constexpr auto kFirst = static_cast<std::size_t>(MediumCell::kImageNone);
    ReachRule(static_cast<MediumCell>(kFirst + static_cast<std::size_t>(choice_.survivors)));
    if (count == 0) return;
    ReachRule(kept == 0       ? MediumCell::kNoOperation
              : kept == count ? MediumCell::kAllOperations
              : behind_gap    ? MediumCell::kSubset
                              : MediumCell::kPrefix);
  }

  void CountOperation(const PendingOperation& operation, bool survives) const {
    const Inode& inode = state_.inodes[operation.inode];
    if (operation.kind == PendingKind::kTruncate) {
      const bool grows = operation.size > operation.view.contents->size;
      ReachRule(survives ? (grows ? MediumCell::kGrowthKept : MediumCell::kTruncateKept)
                         : (grows ? MediumCell::kGrowthLost : MediumCell::kTruncateLost));
    } else if (operation.kind == PendingKind::kRename && operation.replaces) {
      ReachRule(survives ? MediumCell::kRenameNew : MediumCell::kRenameOld);
      if (survives && operation.ConcernsData()) ReachRule(MediumCell::kDataWithRename);
      const FileRef& version = image_->nodes[operation.inode].file;
      if (survives && operation.data_pending && !operation.ConcernsData() && version &&
          version.get() != inode.cache.contents.get())
        ReachRule(MediumCell::kRenameWithoutData);
    }
    if (survives || !OnNames(operation)) return;
    if (operation.mutation < inode.synced_at) {
      ReachRule(inode.IsDirectory() ? MediumCell::kDirectoryNameLost : MediumCell::kOwnNameLost);
    } else if (operation.mutation < state_.file_synced_at &&
               operation.inode != state_.file_synced) {
      ReachRule(MediumCell::kEarlierLost);
    }
  }

  // After the image is made and before its nodes are renumbered.
  void Explain(std::vector<CrashDecision>* decisions) const {
    const std::vector<std::string> paths = PathsOf(state_);
    for (std::size_t i = 0; i < state_.pending.size(); ++i) {
      CrashDecision decision;
      decision.action = DescribeOperation(state_, paths, state_.pending[i]);
      decision.fate = Survives(i) ? CrashDecision::Fate::kKept : CrashDecision::Fate::kLost;
      decisions->push_back(std::move(decision));
    }
    for (std::size_t i = 0; i < state_.inodes.size(); ++i) {
      const Inode& from = state_.inodes[i];
      if (from.IsDirectory()) continue;
      const ImageNode& node = image_->nodes[i];
      if (!node.empty()) {
        DescribeFileVersion(paths[i], SidesOf(static_cast<InodeNumber>(i)), *node.file, decisions);
      } else if (from.links > 0 && from.cache.contents->size > 0) {
        CrashDecision decision;
        decision.subject = CrashDecision::Subject::kData;
        decision.fate = CrashDecision::Fate::kNoName;
        decision.path = paths[i];
        decision.to = from.cache.contents->size;
        decisions->push_back(std::move(decision));
      }
    }
  }

  const DiskState& state_;
  const CrashImageChoice& choice_;
  MediumCells* const cells_;
  std::size_t prefix_ = 0;  // operations before it survive, unless any_subset_
  bool any_subset_ = false;
  std::vector<bool> subset_;  // by operation
  InodeNumber file_left_out_ = kNoInode;
  std::vector<bool> files_kept_;           // kSubset, by inode
  std::vector<DirectoryRef> directories_;  // by inode; empty: the durable or the cached names
  Ref<ImageState> image_;
};

}  // namespace

Image ResolveCrash(const DiskState& state, const CrashImageChoice& choice, MediumCells* cells) {
  return Resolver(state, choice, cells).Resolve(nullptr);
}

ExplainedImage ExplainCrash(const DiskState& state, const CrashImageChoice& choice) {
  ExplainedImage explained;
  explained.image = Resolver(state, choice, nullptr).Resolve(&explained.decisions);
  return explained;
}

Image ResolveEverything(const DiskState& state) {
  Ref<ImageState> image = Ref<ImageState>::Make();
  image->nodes.resize(state.inodes.size());
  for (std::size_t i = 0; i < state.inodes.size(); ++i) {
    const Inode& inode = state.inodes[i];
    if (inode.links == 0 && i != kRootInode) continue;
    image->nodes[i] = ImageNode{inode.cache.contents, inode.names, inode.mode};
    ++image->live;
  }
  image->CompactIfSparse();
  return ImageState::Wrap(image);
}

std::size_t CountPending(const DiskState& state) {
  std::size_t count = state.pending.size();
  for (const Inode& inode : state.inodes) count += inode.cache.Pending() ? 1 : 0;
  return count;
}

bool OnNames(const PendingOperation& operation) {
  return operation.kind == PendingKind::kLink || operation.kind == PendingKind::kUnlink ||
         operation.kind == PendingKind::kRename;
}

void ApplyToNames(std::vector<DirectoryRef>& directories, const PendingOperation& operation) {
  switch (operation.kind) {
    case PendingKind::kLink:
      directories[operation.directory].Mutable().Set(operation.name, operation.inode);
      return;
    case PendingKind::kUnlink:
      if (directories[operation.directory]->Find(operation.name) == operation.inode) {
        directories[operation.directory].Mutable().Erase(operation.name);
      }
      return;
    case PendingKind::kRename: {
      if (directories[operation.directory]->Find(operation.name) == operation.inode) {
        directories[operation.directory].Mutable().Erase(operation.name);
      } else {
        // An earlier operation on this inode's name did not survive.
        for (DirectoryRef& directory : directories) {
          if (!directory) continue;
          const std::string name(directory->NameOf(operation.inode));
          if (!name.empty()) directory.Mutable().Erase(name);
        }
      }
      directories[operation.to_directory].Mutable().Set(operation.to_name, operation.inode);
      return;
    }
    case PendingKind::kTruncate:
    case PendingKind::kWritten:
      return;
  }
}

}  // namespace harrow::disk
