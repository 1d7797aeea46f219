// The same POSIX calls on the simulated disk (on a task) and on a real temporary directory must give
// the same results, the same errno and the same bytes.
#include <dirent.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "sim/disk/posix.h"
#include "sim/kernel/simulation.h"

namespace harrow::disk {
namespace {

enum class Call {
  kOpen,
  kClose,
  kRead,
  kPread,
  kReadv,
  kWrite,
  kPwrite,
  kWritev,
  kSeek,
  kFtruncate,
  kTruncate,
  kFallocate,
  kPosixFallocate,
  kSync,
  kRename,
  kUnlink,
  kMkdir,
  kRmdir,
  kRemove,
  kList,
  kStat,
  kFstat,
  kAccess,
  kLock,
  kFlags,
  kCount
};

struct Step {
  Call call = Call::kOpen;
  int slot = 0;
  int path = 0;
  int other = 0;  // a second path, flags, a kind of lock …
  std::int64_t offset = 0;
  std::int64_t size = 0;
};

const std::array kPaths = {"a",      "b",  "c",    "d",    "d/a",    "d/b",   "d/e", "d/e/a",
                           "d/e/c",  "a/", "d/",   "./a",  "d/../b", "a/x",   "d/.", "d/..",
                           "none/x", ".",  "d/e/", "d//a", "d/e/..", "d/e/.", "b/.", "d/a/"};

const std::array kFlags = {O_RDONLY,
                           O_WRONLY,
                           O_RDWR,
                           O_RDWR | O_CREAT,
                           O_RDWR | O_CREAT,
                           O_WRONLY | O_CREAT | O_TRUNC,
                           O_RDWR | O_CREAT | O_TRUNC,
                           O_RDWR | O_CREAT | O_EXCL,
                           O_RDWR | O_CREAT | O_APPEND,
                           O_WRONLY | O_APPEND,
                           O_RDONLY | O_TRUNC,
                           O_RDWR | O_TRUNC,
                           O_RDONLY | O_DIRECTORY,
                           O_RDONLY | O_CREAT,
                           O_RDWR | O_CREAT | O_CLOEXEC};

constexpr int kSlots = 4;
constexpr int kNoDescriptor = 900;  // open neither here nor there
constexpr std::size_t kBuffer = 20'000;

std::string Describe(const Step& step) {
  return "call " + std::to_string(static_cast<int>(step.call)) + " slot " +
         std::to_string(step.slot) + " path " + kPaths[static_cast<std::size_t>(step.path)] +
         " other " + std::to_string(step.other) + " offset " + std::to_string(step.offset) +
         " size " + std::to_string(step.size);
}

void showValue(const Step& step, std::ostream& out) { out << Describe(step); }

// Makes the calls below one root and keeps a line for each.
class Player {
 public:
  explicit Player(std::string root) : root_(std::move(root)) { descriptors_.fill(-1); }

  void Play(const std::vector<Step>& steps) {
    for (const Step& step : steps) One(step);
    for (int& fd : descriptors_) {
      if (fd >= 0) close(fd);
      fd = -1;
    }
    Dump("");
  }

  const std::vector<std::string>& log() const { return log_; }

 private:
  void Say(std::string text) {
    const kernel::HostMemory host;
    log_.emplace_back(text.data(), text.size());
  }

  void SayResult(std::int64_t result, const std::string& more = "") {
    const int error = errno;
    Say(std::to_string(result) + (result < 0 ? " errno " + std::to_string(error) : "") + more);
  }

  int Descriptor(const Step& step) const {
    const int fd = descriptors_[static_cast<std::size_t>(step.slot)];
    return fd < 0 ? kNoDescriptor : fd;
  }

  std::string PathOf(int index) const {
    return root_ + "/" + kPaths[static_cast<std::size_t>(index)];
  }

  std::string Bytes(const char* data, std::int64_t count) const {
    // A short digest: position-dependent, so that moved bytes differ.
    std::uint64_t digest = 7;
    for (std::int64_t i = 0; i < count; ++i) {
      digest = digest * 1'000'003 + static_cast<unsigned char>(data[i]);
    }
    return " bytes " + std::to_string(digest);
  }

  const char* Data(std::size_t size) {
    ++written_;
    for (std::size_t i = 0; i < size; ++i) {
      buffer_[i] = static_cast<char>((i * 31 + written_ * 17) % 251 + 1);
    }
    return buffer_.data();
  }

  void One(const Step& step) {
    switch (step.call) {
      case Call::kOpen:
        return Open(step);
      case Call::kClose: {
        const int result = close(Descriptor(step));
        descriptors_[static_cast<std::size_t>(step.slot)] = -1;
        return SayResult(result);
      }
      case Call::kRead:
      case Call::kPread:
      case Call::kReadv:
        return Read(step);
      case Call::kWrite:
      case Call::kPwrite:
      case Call::kWritev:
        return Write(step);
      case Call::kSeek:
        return Seek(step);
      case Call::kSync:
        return SayResult(step.other % 2 == 0 ? fsync(Descriptor(step))
                                             : fdatasync(Descriptor(step)));
      case Call::kFtruncate:
      case Call::kTruncate:
      case Call::kFallocate:
      case Call::kPosixFallocate:
        return Size(step);
      case Call::kLock:
        return Lock(step);
      case Call::kFlags:
        return SayResult(fcntl(Descriptor(step), step.other % 2 == 0 ? F_GETFL : F_GETFD));
      default:
        return Names(step);
    }
  }

  void Open(const Step& step) {
    int& fd = descriptors_[static_cast<std::size_t>(step.slot)];
    if (fd >= 0) close(fd);
    const auto flags = static_cast<std::size_t>(step.other) % kFlags.size();
    fd = open(PathOf(step.path).c_str(), kFlags[flags], 0666);
    SayResult(fd < 0 ? -1 : 0);
  }

  void Read(const Step& step) {
    const auto size = static_cast<std::size_t>(step.size);
    std::memset(buffer_.data(), 0, buffer_.size());
    ssize_t result = 0;
    if (step.call == Call::kRead) {
      result = read(Descriptor(step), buffer_.data(), size);
    } else if (step.call == Call::kPread) {
      result = pread(Descriptor(step), buffer_.data(), size, step.offset);
    } else {
      const struct iovec parts[2] = {{buffer_.data(), size / 3},
                                     {buffer_.data() + size / 3, size - size / 3}};
      result = readv(Descriptor(step), parts, 2);
    }
    SayResult(result, Bytes(buffer_.data(), result));
  }

  void Write(const Step& step) {
    const auto size = static_cast<std::size_t>(step.size);
    const char* const data = Data(size);
    if (step.call == Call::kWrite) return SayResult(write(Descriptor(step), data, size));
    if (step.call == Call::kPwrite) {
      return SayResult(pwrite(Descriptor(step), data, size, step.offset));
    }
    const struct iovec parts[2] = {{buffer_.data(), size / 3},
                                   {buffer_.data() + size / 3, size - size / 3}};
    SayResult(writev(Descriptor(step), parts, 2));
  }

  void Seek(const Step& step) {
    struct stat found;
    // What a directory's offsets mean is the file system's own affair.
    if (fstat(Descriptor(step), &found) == 0 && S_ISDIR(found.st_mode)) return Say("directory");
    const std::array kWhence = {SEEK_SET, SEEK_CUR, SEEK_END, 77};
    SayResult(
        lseek(Descriptor(step), step.offset, kWhence[static_cast<std::size_t>(step.other % 4)]));
  }

  void Size(const Step& step) {
    const int fd = Descriptor(step);
    if (step.call == Call::kFtruncate) return SayResult(ftruncate(fd, step.offset));
    if (step.call == Call::kTruncate) {
      return SayResult(truncate(PathOf(step.path).c_str(), step.offset));
    }
    if (step.call == Call::kFallocate) {
      const int mode = step.other % 2 == 0 ? 0 : FALLOC_FL_KEEP_SIZE;
      return SayResult(fallocate(fd, mode, step.offset, step.size));
    }
    SayResult(posix_fallocate(fd, step.offset, step.size));
  }

  void Lock(const Step& step) {
    const std::array kCommands = {F_SETLK, F_GETLK, F_OFD_SETLK, F_OFD_GETLK};
    const std::array<short, 4> kTypes = {F_RDLCK, F_WRLCK, F_UNLCK, 9};
    struct flock lock = {};
    lock.l_type = kTypes[static_cast<std::size_t>(step.other / 4 % 4)];
    lock.l_whence = static_cast<short>(step.other / 16 % 3);
    lock.l_start = step.offset % 40;
    lock.l_len = step.size % 30 - 5;
    struct stat found;
    if (fstat(Descriptor(step), &found) == 0 && S_ISDIR(found.st_mode)) lock.l_whence = SEEK_SET;
    // Kernels differ in what it means to ask about an unlock.
    if (step.other % 4 == 3 && lock.l_type == F_UNLCK) lock.l_type = F_WRLCK;
    const int result =
        fcntl(Descriptor(step), kCommands[static_cast<std::size_t>(step.other % 4)], &lock);
    const int error = errno;
    const std::string held = std::to_string(lock.l_type) + " " + std::to_string(lock.l_start) +
                             "+" + std::to_string(lock.l_len) + (lock.l_pid > 0 ? " process" : "");
    errno = error;
    SayResult(result, " " + held);
  }

  void Names(const Step& step) {
    const std::string path = PathOf(step.path);
    switch (step.call) {
      case Call::kRename:
        return SayResult(
            rename(path.c_str(), PathOf(step.other % static_cast<int>(kPaths.size())).c_str()));
      case Call::kUnlink:
        return SayResult(unlink(path.c_str()));
      case Call::kMkdir:
        return SayResult(mkdir(path.c_str(), 0777));
      case Call::kRmdir:
        return SayResult(rmdir(path.c_str()));
      case Call::kRemove:
        return SayResult(remove(path.c_str()));
      case Call::kAccess: {
        const std::array kModes = {F_OK, R_OK | W_OK, X_OK, 99};
        return SayResult(access(path.c_str(), kModes[static_cast<std::size_t>(step.other % 4)]));
      }
      case Call::kList:
        return SayResult(List(path).empty() ? -1 : 0, Joined(List(path)));
      case Call::kStat:
      case Call::kFstat: {
        struct stat found = {};
        const int result =
            step.call == Call::kStat ? stat(path.c_str(), &found) : fstat(Descriptor(step), &found);
        return SayResult(result, StatText(found));
      }
      default:
        FAIL() << "an unknown call";
    }
  }

  static std::string StatText(const struct stat& found) {
    std::string text = " mode " + std::to_string(found.st_mode);
    // Sizes and links of directories differ between real file systems.
    if (S_ISDIR(found.st_mode)) return text;
    return text + " size " + std::to_string(found.st_size) + " links " +
           std::to_string(found.st_nlink);
  }

  static std::vector<std::string> List(const std::string& path) {
    std::vector<std::string> names;
    DIR* const directory = opendir(path.c_str());
    if (directory == nullptr) return names;
    while (const struct dirent* entry = readdir(directory)) names.emplace_back(entry->d_name);
    closedir(directory);
    std::sort(names.begin(), names.end());
    return names;
  }

  static std::string Joined(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text += " " + name;
    return text;
  }

  // Every name below, with its contents.
  void Dump(const std::string& below) {
    for (const std::string& name : List(root_ + "/" + below)) {
      if (name == "." || name == "..") continue;
      const std::string path = below + name;
      struct stat found = {};
      const int result = stat((root_ + "/" + path).c_str(), &found);
      SayResult(result, " " + path + StatText(found));
      if (S_ISDIR(found.st_mode)) {
        Dump(path + "/");
        continue;
      }
      const int fd = open((root_ + "/" + path).c_str(), O_RDONLY);
      const ssize_t got = pread(fd, buffer_.data(), buffer_.size(), 0);
      SayResult(got, Bytes(buffer_.data(), got));
      close(fd);
    }
  }

  std::string root_;
  std::array<int, kSlots> descriptors_;
  std::array<char, kBuffer> buffer_ = {};
  std::size_t written_ = 0;
  std::vector<std::string> log_;
};

// A fresh directory of the real file system, removed with everything in it.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "harrow-disk-XXXXXX").string();
    EXPECT_NE(mkdtemp(pattern.data()), nullptr);
    path_ = pattern;
    // As the root of the simulated disk.
    EXPECT_EQ(chmod(path_.c_str(), 0755), 0);
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

rc::Gen<std::int64_t> AnyOffset() {
  return rc::gen::weightedOneOf<std::int64_t>(
      {{6, rc::gen::inRange<std::int64_t>(0, 300)},
       {4, rc::gen::inRange<std::int64_t>(0, 13'000)},
       {1, rc::gen::element<std::int64_t>(-1, 4095, 4096, 4097, 8192, std::int64_t{1} << 33)}});
}

rc::Gen<Step> AnyStep() {
  return rc::gen::exec([] {
    Step step;
    // A good part of the calls open and write, or nothing is there for the others.
    const int call = *rc::gen::inRange(0, static_cast<int>(Call::kCount) + 8);
    step.call = static_cast<Call>(call);
    if (call >= static_cast<int>(Call::kCount)) {
      step.call = call % 4 == 0 ? Call::kOpen : call % 4 == 1 ? Call::kMkdir : Call::kWrite;
    }
    step.slot = *rc::gen::inRange(0, kSlots);
    step.path = *rc::gen::weightedOneOf<int>(
        {{3, rc::gen::inRange(0, 9)}, {1, rc::gen::inRange(0, static_cast<int>(kPaths.size()))}});
    step.other = *rc::gen::inRange(0, 48);
    step.offset = *AnyOffset();
    step.size =
        *rc::gen::weightedOneOf<std::int64_t>({{3, rc::gen::inRange<std::int64_t>(0, 200)},
                                               {1, rc::gen::inRange<std::int64_t>(0, 9000)}});
    return step;
  });
}

void Compare(const std::vector<Step>& steps, ProfileName profile) {
  const TemporaryDirectory real;
  Player on_real(real.path());
  on_real.Play(steps);

  DiskOptions options;
  options.profile = profile;
  Disk disk(options, Image());
  Player on_disk{std::string(kMountPrefix)};
  kernel::Trace trace;
  kernel::Outcome outcome;
  {
    const Mount mount(&disk, nullptr);
    outcome = kernel::RunSimulation({}, trace, [&] { on_disk.Play(steps); });
  }
  disk.CheckInvariants();
  if (outcome.end != kernel::End::kFinished) RC_FAIL("the run ended with: " + outcome.detail);
  for (std::size_t i = 0; i < on_real.log().size(); ++i) {
    const std::string what = i < steps.size() ? Describe(steps[i]) : "final contents";
    if (i >= on_disk.log().size() || on_real.log()[i] != on_disk.log()[i]) {
      RC_FAIL(what + "\n  real: " + on_real.log()[i] +
              "\n  disk: " + (i < on_disk.log().size() ? on_disk.log()[i] : "(nothing)"));
    }
  }
  RC_ASSERT(on_real.log().size() == on_disk.log().size());
  // A disk made from the image has the same contents and nothing pending.
  const Image everything = disk.Everything();
  const Disk again(options, everything);
  again.CheckInvariants();
  RC_ASSERT(again.PendingCount() == 0u);
  RC_ASSERT(again.Crash({}).ContentHash() == everything.ContentHash());
}

class DiskStateMachineTest : public testing::Test {
 protected:
  DiskStateMachineTest() : mask_(umask(022)) {}
  ~DiskStateMachineTest() override { umask(mask_); }

 private:
  mode_t mask_;
};

RC_GTEST_FIXTURE_PROP(DiskStateMachineTest, CallsMatchTheRealFileSystem, ()) {
  const auto steps = *rc::gen::container<std::vector<Step>>(AnyStep());
  Compare(steps, *rc::gen::elementOf(kAllProfiles));
}

}  // namespace
}  // namespace harrow::disk
